"""What is read of a record that ``testbed ask`` wrote."""

from typing import Any

import pytest

from testbed.compare.ask_file import ask_run
from testbed.compare.run import Run
from testbed.errors import ScenarioError
from testbed.record import RunRecord


def set_at(content: Any, place: str, value: object) -> None:
    *folders, last = place.split(".")
    for name in folders:
        content = content[int(name)] if name.isdigit() else content[name]
    content[int(last) if last.isdigit() else last] = value


def test_the_figures_follow_from_the_timeline(asked: Run, answered: RunRecord) -> None:
    samples = asked.prompts[0].samples
    octets = len(answered.outcome.answer.encode())
    assert samples["ttft_s"] == pytest.approx((1.7,))
    assert samples["e2e_s"] == pytest.approx((2.2,))
    assert samples["itl_s"] == pytest.approx((0.5,))
    assert samples["goodput_token_s"] == pytest.approx((3 / 2.2,))
    assert samples["goodput_octet_s"] == pytest.approx((octets / 2.2,))
    assert samples["inference_s"] == (0.5,)
    assert samples["overhead_ratio"] == (2.0,)
    assert "energy_j" not in samples


def test_the_phases_add_up_to_e2e(asked: Run) -> None:
    prompt = asked.prompts[0]
    assert prompt.phases[:2] == ("waiting_for_the_link_s", "uplink_s")
    assert prompt.samples["uplink_s"] == pytest.approx((0.7,))
    assert sum(prompt.samples[name][0] for name in prompt.phases) == pytest.approx(2.2)


def test_the_order_of_the_events_in_the_file_is_of_no_matter(record: dict[str, Any], asked: Run) -> None:
    record["timeline"].reverse()
    assert ask_run(record, "x").samples("itl_s") == asked.samples("itl_s")


def test_what_the_run_was_is_kept(asked: Run) -> None:
    assert (asked.rig, asked.scenario, asked.profile, asked.seed, asked.station) == (
        "memory",
        "default",
        "leo-bpsk",
        7,
        "Zurich",
    )
    assert asked.start_utc == "2024-01-22T09:18:20+00:00"
    assert asked.answered == len(asked.prompts) == 1


def test_an_older_record_gives_the_same_figures(old_record: dict[str, Any], asked: Run) -> None:
    old = ask_run(old_record, "old")
    assert old.prompts == asked.prompts
    assert (old.profile, old.station, old.start_utc, old.energy_source) == (None, None, None, None)


def test_a_record_may_have_grown(record: dict[str, Any], asked: Run) -> None:
    record["weather"] = {"rain": True}
    record["latency"]["rain_s"] = "much"
    assert ask_run(record, asked.path) == asked


def test_energy_is_read(record: dict[str, Any]) -> None:
    record["energy"] |= {"source": "board", "energy_j": 6.0, "j_per_token": 2.0}
    run = ask_run(record, "x")
    assert (run.samples("energy_j"), run.samples("j_per_token"), run.energy_source) == ([6.0], [2.0], "board")


def test_a_refused_prompt_has_no_figures_but_phases(refused_run: Run) -> None:
    assert refused_run.answered == 0
    for name in ("ttft_s", "e2e_s", "itl_s", "goodput_token_s", "goodput_octet_s", "inference_s", "overhead_ratio"):
        assert refused_run.without(name) == 1
    assert "refusals_downlink_s" in refused_run.prompts[0].phases


def test_an_answer_in_one_piece_has_itl_without_samples(record: dict[str, Any]) -> None:
    record["timeline"] = [event for event in record["timeline"] if event.get("index") in (None, 0)]
    run = ask_run(record, "x")
    assert run.samples("itl_s") == []
    assert run.without("itl_s") == 0


def test_the_link_is_read(asked: Run) -> None:
    up, down = asked.legs["uplink"], asked.legs["downlink"]
    assert (up.frames_sent, up.frames_lost, up.retransmissions) == (2, 1, 1)
    assert (down.frames_sent, down.frames_lost) == (4, 1)
    assert down.frame_error_rate == 0.25
    # the exact 95 % interval of 1 in 4: Clopper and Pearson's limits as R's binom.test(1, 4) prints them
    assert down.frame_error_interval.low == pytest.approx(0.006309463, abs=1e-8)
    assert down.frame_error_interval.high == pytest.approx(0.8058796, abs=1e-7)
    assert down.eb_n0_db_difference == pytest.approx(-0.5)


def test_a_link_that_sent_nothing_has_no_error_rate(record: dict[str, Any]) -> None:
    record["link"]["uplink"] = {"frames_sent": 0, "frames_lost": 0, "retransmissions": 0}
    leg = ask_run(record, "x").legs["uplink"]
    assert (leg.frame_error_rate, leg.eb_n0_db_difference) == (None, None)
    assert (leg.frame_error_interval.low, leg.frame_error_interval.high) == (0.0, 1.0)


@pytest.mark.parametrize(
    ("place", "value", "field"),
    [
        ("timeline", None, "timeline"),
        ("timeline.3", "done", "timeline.3"),
        ("timeline.0.link_time_s", "soon", "timeline.0.link_time_s"),
        ("timeline.0.link_time_s", float("nan"), "timeline.0.link_time_s"),
        ("timeline.0.link_time_s", 10**400, "timeline.0.link_time_s"),
        ("timeline.12.index", None, "timeline.12.index"),
        ("timeline.12.index", -1, "timeline.12.index"),
        ("usage.completion_tokens", -1, "usage.completion_tokens"),
        ("usage.completion_tokens", 3.5, "usage.completion_tokens"),
        ("latency.inference_s", -0.1, "latency.inference_s"),
        ("link.uplink.frames_lost", 3, "link.uplink.frames_lost"),
        ("link.downlink", {}, "link.downlink.frames_sent"),
        ("seed", "7", "seed"),
        ("energy.energy_j", "many", "energy.energy_j"),
    ],
)
def test_a_mistake_names_file_and_field(record: dict[str, Any], place: str, value: object, field: str) -> None:
    set_at(record, place, value)
    with pytest.raises(ScenarioError) as caught:
        ask_run(record, "there/run.json")
    assert caught.value.field == f"there/run.json: {field}"
    assert str(caught.value).startswith(f"there/run.json: {field} is ")


def test_a_field_that_is_missing_is_named(record: dict[str, Any]) -> None:
    del record["usage"]
    with pytest.raises(ScenarioError, match=r"there/run.json: usage is None; accepted: a value"):
        ask_run(record, "there/run.json")
