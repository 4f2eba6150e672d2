"""What every bench has to do: the same tests in memory, over ZeroMQ, in GNU Radio and on hardware.

On hardware: ``pytest --bench bench.toml tests/e2e/test_bench.py``. A test is skipped where a bench lacks what it needs.
"""

import pytest

from flatsat.scripted_engine import ScriptedEngine
from protocol.journey import Milestone
from testbed.bench.under_test import BenchUnderTest
from testbed.faults.fault import BoardFault, Kill, Stall
from testbed.rigs.processes import ProcessRig
from testbed.rigs.rig import AskRequest
from testbed.scenario import Scenario

SLOW_TOKENS_PER_S = 4.0
WATCHDOG_S = 10.0
"""The board's."""


def slowly(scenario: Scenario) -> Scenario:
    """The same with an engine that takes some seconds for an answer."""
    return scenario.model_copy(update={"model": scenario.model.model_copy(update={"tokens_per_s": SLOW_TOKENS_PER_S})})


def test_a_question_is_answered(bench: BenchUnderTest) -> None:
    prompt = "Où est le satellite? 🛰"
    record = bench.ask(prompt)
    assert (record.outcome.answer, record.outcome.finish_reason) == (ScriptedEngine().answer(prompt), "stop")


def test_words_come_down_while_the_model_still_generates(bench: BenchUnderTest) -> None:
    record = bench.ask("Tell me a story", scenario=slowly(bench.scenario))
    at = {event.name: event.link_time_s for event in reversed(record.events)}
    assert at[Milestone.FIRST_WORD_SHOWN.value] < at[Milestone.INFERENCE_DONE.value]


def test_questions_in_a_row_share_one_link(bench: BenchUnderTest) -> None:
    with bench.up() as rig:
        answers = [rig.ask(AskRequest(f"number {n}")).answer for n in range(3)]
        inferences = rig.report().flatsat["inferences"]
    assert answers == [ScriptedEngine().answer(f"number {n}") for n in range(3)]
    assert inferences == 3


@pytest.mark.needs("board")
def test_the_board_reports_health(bench: BenchUnderTest) -> None:
    record = bench.ask("a question that takes a while", scenario=slowly(bench.scenario))
    health = record.health[0]
    assert health["payload_rail_on"] is True
    assert 5 < health["bus_voltage_v"] < 9
    assert -40 < health["temperature_c"] < 85


@pytest.mark.needs("prediction")
def test_the_link_is_as_good_as_predicted(bench: BenchUnderTest) -> None:
    legs = bench.ask("how is the link?").to_json()["link"]
    for leg in legs.values():
        assert leg["eb_n0_db_measured"] == pytest.approx(leg["eb_n0_db_predicted"], abs=1.0)
        assert leg["frames_lost"] == 0


@pytest.mark.needs("programs", "board")
@pytest.mark.parametrize("fault", ["brown-out", "payload-reset"])
def test_an_answer_survives_the_payloads_loss_of_power(bench: BenchUnderTest, fault: str) -> None:
    with bench.up(slowly(bench.scenario)) as rig:
        assert isinstance(rig, ProcessRig)
        prompt_id = rig.submit(AskRequest("are you still there?"))
        run_until_word(rig, prompt_id)
        rig.inject(BoardFault(fault=fault, parameter=1500))
        outcome, report = rig.outcome(prompt_id), rig.report()
    assert outcome.answer == ScriptedEngine().answer("are you still there?")
    assert (report.flatsat["inferences"], report.flatsat["interruptions"]) == (2, 1)


@pytest.mark.needs("programs", "board")
def test_an_answer_survives_a_watchdog_reset(bench: BenchUnderTest) -> None:
    """The flatsat's program stands still for longer than the board's watchdog waits."""
    with bench.up(slowly(bench.scenario)) as rig:
        assert isinstance(rig, ProcessRig)
        prompt_id = rig.submit(AskRequest("did you sleep?"))
        run_until_word(rig, prompt_id)
        rig.inject(Stall(target="flatsat", for_s=WATCHDOG_S + 2))
        outcome, report = rig.outcome(prompt_id), rig.report()
        interrupted = [e.name for e in rig.trace.of(prompt_id) if e.name == Milestone.INTERRUPTED.value]
    assert outcome.answer == ScriptedEngine().answer("did you sleep?")
    assert (report.flatsat["inferences"], len(interrupted)) == (2, 1)


@pytest.mark.needs("programs", "power_control")
def test_an_answer_survives_the_computers_loss_of_power(bench: BenchUnderTest) -> None:
    with bench.up(slowly(bench.scenario)) as rig:
        assert isinstance(rig, ProcessRig)
        prompt_id = rig.submit(AskRequest("and now?"))
        run_until_word(rig, prompt_id)
        bench.cut_power(rig)
        outcome = rig.outcome(prompt_id)
    assert outcome.answer == ScriptedEngine().answer("and now?")


@pytest.mark.needs("programs")
def test_a_ground_station_that_was_killed_shows_the_answer(bench: BenchUnderTest) -> None:
    with bench.up(slowly(bench.scenario)) as rig:
        assert isinstance(rig, ProcessRig)
        prompt_id = rig.submit(AskRequest("who asks?"))
        run_until_word(rig, prompt_id)
        rig.inject(Kill(target="ground"))
        outcome = rig.outcome(prompt_id)
    assert outcome.answer == ScriptedEngine().answer("who asks?")


@pytest.mark.needs("programs", "attenuator")
def test_an_answer_goes_on_after_a_fade(bench: BenchUnderTest) -> None:
    with bench.up(slowly(bench.scenario)) as rig:
        assert isinstance(rig, ProcessRig)
        prompt_id = rig.submit(AskRequest("do you hear me through this?"))
        run_until_word(rig, prompt_id)
        bench.attenuate(rig, 60.0)
        rig.run_for(1.0)
        before = len(rig.trace.of(prompt_id))
        bench.attenuate(rig, 0.0)
        outcome = rig.outcome(prompt_id)
        received = [e for e in rig.trace.of(prompt_id)[before:] if e.name == Milestone.SEGMENT_RECEIVED.value]
    assert outcome.answer == ScriptedEngine().answer("do you hear me through this?")
    assert received


@pytest.mark.needs("rx_sdr")
def test_the_receivers_driver_loses_no_samples(bench: BenchUnderTest) -> None:
    with bench.up() as rig:
        rig.ask(AskRequest("what does the driver say?"))
        ground = rig.report().ground
    assert ground["front_end"]["samples_lost"] == 0


def run_until_word(rig: ProcessRig, prompt_id: str) -> None:
    """Let the link run until the answer's first words are on the ground."""
    while rig.trace.first(prompt_id, Milestone.FIRST_WORD_SHOWN.value) is None:
        rig.run_for(0.1)
