from itertools import pairwise
from pathlib import Path

import pytest

from ground.contact import Contact
from ground.inquiry import InquiryState
from ground.link_use import LinkUse
from ground.station_settings import StationSettings
from ground.told_inquiry import told_inquiry
from protocol.journey import Milestone
from protocol.messages import Accepted, AnswerSegment, Health, Message, Missing, Prompt
from protocol.model_messages import ModelState, ModelStatus
from tests.ground.station.station_bench import AIR_S, DELIVERED_S, END, GAPS_ONLY, Bench, kinds, several


def test_a_prompt_is_sent_once(bench: Bench) -> None:
    prompt_id = bench.station.prompts.ask("Why?", bench.now_s, max_tokens=7, stop=("!",), deadline_s=3.0)
    (prompt,) = bench.pass_time(DELIVERED_S + 0.5)
    assert isinstance(prompt, Prompt)
    assert prompt == Prompt(prompt_id, "Why?", 7, 0.0, 0, ("!",), prompt.deadline_s)
    assert prompt.deadline_s == pytest.approx(3.0 - 0.35), "less the time until it is on board"
    assert bench.observed == [Milestone.QUEUED, Milestone.AOS, Milestone.UPLINK_FIRST_SAMPLE]


def test_a_prompt_that_waited_has_the_contact_as_its_aos() -> None:
    bench = Bench([Contact(5.0, 9.0)])
    bench.station.prompts.ask("Why?", 0.0)
    assert kinds(bench.pass_time(6.0)) == [Prompt]
    assert bench.observed == [Milestone.QUEUED, Milestone.AOS, Milestone.UPLINK_FIRST_SAMPLE]
    assert bench.times_s[1] == 5.0 < bench.times_s[2]


def test_a_prompt_that_is_asked_in_view_has_that_as_its_aos(bench: Bench) -> None:
    bench.station.prompts.ask("Why?", bench.now_s)
    asked_s = bench.now_s
    bench.pass_time(AIR_S)
    assert bench.times_s == [asked_s] * 3


def test_what_is_left_of_the_contact_counts_from_the_reception_and_is_less_the_light_time_both_ways() -> None:
    how = StationSettings(uplink_frame_s=0.35, light_s=0.02)
    bench = Bench([Contact(0.0, 60.0)], how)
    bench.establish()
    bench.station.prompts.ask("Why?", bench.now_s, within_contact=True)
    received_s = bench.now_s + how.uplink_frame_s
    (prompt,) = bench.pass_time(DELIVERED_S)
    assert isinstance(prompt, Prompt)
    assert prompt.contact_left_s == pytest.approx(60.0 - received_s - 2 * how.light_s, abs=1e-6)


def test_a_delivered_prompt_without_a_sign_is_asked_about_and_not_sent_again(bench: Bench) -> None:
    prompt_id = bench.station.prompts.ask("Why?", bench.now_s)
    first, *others = bench.pass_time(6.0)
    assert isinstance(first, Prompt)
    assert 3 <= len(others) <= 6
    assert set(others) == {Missing(prompt_id, (), 0)}
    assert bench.station.prompts.inquiry(prompt_id).transmissions == 1
    assert bench.state(prompt_id) is InquiryState.SENT


def test_what_is_not_reported_is_sent_again_by_the_service_alone(bench: Bench) -> None:
    bench.silent = True
    prompt_id = bench.station.prompts.ask("Why?", bench.now_s)
    before = bench.station.link.sender.frames_sent
    assert kinds(bench.pass_time(4.0)) == [Prompt], "the spacecraft takes the first and discards the others"
    assert bench.station.link.sender.frames_sent - before == 5
    assert bench.station.prompts.inquiry(prompt_id).transmissions == 1


def test_the_timer_for_a_reply_runs_from_the_delivery_of_the_last_frame(bench: Bench) -> None:
    bench.station.prompts.ask("long " * 1000, bench.now_s)
    assert kinds(bench.pass_time(24 * AIR_S + 0.5)) == [Prompt]
    assert kinds(bench.pass_time(DELIVERED_S + 0.1)) == [Missing]


def test_prompts_follow_each_other_in_their_order(bench: Bench) -> None:
    for text in ("One?", "Two?", "Three?"):
        bench.station.prompts.ask(text, bench.now_s)
    assert [getattr(m, "text", "") for m in bench.pass_time(3 * AIR_S)] == ["One?", "Two?", "Three?"]


def test_a_message_is_made_when_the_one_before_has_been_handed_over(bench: Bench) -> None:
    """What is asked for is what is missing then."""
    prompt_id = bench.accepted()
    bench.station.prompts.ask("long " * 1000, bench.now_s)
    bench.pass_time(AIR_S)
    bench.say(AnswerSegment(prompt_id, 3, "d"))
    bench.pass_time(AIR_S)
    bench.say(AnswerSegment(prompt_id, 1, "b"))
    assert bench.pass_time(28 * AIR_S)[1:] == [Missing(prompt_id, (0, 2), GAPS_ONLY)]


def test_a_silent_answer_is_asked_for_less_and_less(bench: Bench) -> None:
    prompt_id = bench.accepted()
    times = [bench.now_s]
    for _ in range(6):
        while not bench.pass_time(AIR_S):
            pass
        times.append(bench.now_s)
        bench.say(Accepted(prompt_id, 3))
    spans = [round(b - a) for a, b in pairwise(times)]
    assert spans == [2, 4, 8, 8, 8, 8]


def test_a_segment_restores_the_first_timeout(bench: Bench) -> None:
    prompt_id = bench.accepted()
    bench.pass_time(3.0)
    bench.say(Accepted(prompt_id, 0), AnswerSegment(prompt_id, 0, "a"))
    assert bench.pass_time(1.9) == []
    assert bench.pass_time(0.3) == [Missing(prompt_id, (), 1)]


def test_a_new_gap_is_asked_for_at_once_and_a_known_one_after_a_timeout(bench: Bench) -> None:
    prompt_id = bench.accepted()
    bench.say(AnswerSegment(prompt_id, 2, "c"))
    assert bench.pass_time(AIR_S) == [Missing(prompt_id, (0, 1), GAPS_ONLY)]
    bench.say(AnswerSegment(prompt_id, 3, "d"), AnswerSegment(prompt_id, 0, "a"))
    assert bench.pass_time(0.5) == []
    assert bench.pass_time(0.4) == [Missing(prompt_id, (1,), GAPS_ONLY)]
    assert bench.pass_time(0.9) == [Missing(prompt_id, (1,), 4)], "after silence, the rest too"


def test_requests_for_many_answers_share_the_uplink(bench: Bench) -> None:
    ids = several(bench, 8)
    asked = [getattr(m, "prompt_id", b"") for m in bench.pass_time(30.0)]
    assert len(asked) <= 30.0 / StationSettings().response_timeout_s + 8
    counts = [asked.count(prompt_id) for prompt_id in ids]
    assert min(counts) >= 3, "every answer has its turn"
    assert max(counts) - min(counts) <= 1


@pytest.mark.parametrize(("chatter", "requests"), [(False, range(2, 5)), (True, range(9, 13))])
def test_a_spacecraft_that_is_heard_is_asked_for_several_answers_at_once(
    bench: Bench, chatter: bool, requests: range
) -> None:
    several(bench, 3)
    bench.pass_time(4.0)
    said: list[Message] = []
    for _ in range(30):
        said += bench.pass_time(AIR_S)
        if chatter:
            bench.say(Health(bench.now_s, 0, False, 1, 0))
    assert len(said) in requests


@pytest.mark.parametrize("cancelling", [True, False])
def test_an_accepted_does_not_delay_what_is_asked_for(bench: Bench, cancelling: bool) -> None:
    prompt_id = bench.accepted()
    if cancelling:
        bench.station.prompts.cancel(prompt_id, bench.now_s)
    else:
        bench.say(AnswerSegment(prompt_id, 1, "b"))
    assert bench.pass_time(AIR_S)
    bench.pass_time(AIR_S)
    bench.say(Accepted(prompt_id, 0))
    assert bench.pass_time(0.8)


def test_what_is_told_of_a_prompt_on_its_way_and_of_its_end(bench: Bench) -> None:
    prompt_id = bench.station.prompts.ask("x" * 2000, bench.now_s)
    bench.pass_time(3.0)
    assert (bench.sending[0], bench.sending[-1]) == ((10, 0), (10, 10))
    assert bench.sending == sorted(set(bench.sending))
    assert len(bench.sending) > 3
    bench.say(Accepted(prompt_id, 2))
    assert (bench.observed[-1], bench.details[-1]) == (Milestone.UPLINK_ACKED, {"queue_position": 2})
    bench.say(AnswerSegment(prompt_id, 0, "Be"))
    bench.say(AnswerSegment(prompt_id, 1, "cause.", END))
    use = {"uplink_frames": 10, "uplink_resent": 0, "downlink_frames": 2}
    assert bench.details[-1].items() >= use.items()
    (kept,) = bench.kept()
    assert kept.link_use == LinkUse(**use)
    assert told_inquiry(kept)["ending"] == bench.details[-1]


def test_that_the_whole_prompt_is_up_is_told_before_what_became_of_it(bench: Bench) -> None:
    prompt_id = bench.station.prompts.ask("Why?", bench.now_s)
    bench.silent = True
    bench.pass_time(0.2)
    bench.station.uplink.on_sending = lambda *told: bench.details.append({"acknowledged": told[2]})
    bench.say(Accepted(prompt_id, 2))
    assert bench.details[-2:] == [{"acknowledged": 1}, {"queue_position": 2}]


def test_frames_that_go_again_are_told(bench: Bench) -> None:
    prompt_id = bench.station.prompts.ask("x" * 500, bench.now_s)
    bench.silent = True
    bench.pass_time(2.0)
    bench.silent = False
    bench.pass_time(2.0)
    bench.say(AnswerSegment(prompt_id, 0, "Because.", END))
    assert bench.sending == [(3, 0), (3, 3)]
    assert bench.details[-1]["uplink_frames"] == 3 + int(str(bench.details[-1]["uplink_resent"])) > 3


def test_frames_that_have_to_go_anew_are_told_while_nothing_is_heard(bench: Bench) -> None:
    bench.station.prompts.ask("x" * 2000, bench.now_s)
    bench.pass_time(0.8)
    bench.silent = True
    before = bench.sending[-1]
    bench.pass_time(30.0)
    assert before[1] > 0
    assert bench.sending[-1] == (10, 0), "the service has given up, and will begin anew"


# -- models ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def model_bench(quick_path: Path) -> Bench:
    bench = Bench(outbox=quick_path / "outbox")
    bench.establish()
    return bench


def test_an_order_follows_the_prompts_and_is_given_again_until_it_is_answered(model_bench: Bench) -> None:
    assert model_bench.models is not None
    order = model_bench.models.orders.switch("small", model_bench.now_s)
    model_bench.station.prompts.ask("Why?", model_bench.now_s)
    said = model_bench.pass_time(5.0)
    assert said[:2] == [said[0], order]
    assert kinds(said[:1]) == [Prompt]
    assert 2 <= said.count(order) <= 6
    status = ModelStatus(order.order, "small", ModelState.ACTIVE)
    model_bench.say(status)
    assert model_bench.statuses == [status]
    assert order not in model_bench.pass_time(5.0)


def test_a_package_goes_up_after_the_prompts(model_bench: Bench, quick_path: Path) -> None:
    (quick_path / "outbox" / "small.lmpack").write_bytes(b"weights")
    model_bench.pass_time(3.0)
    assert model_bench.spacecraft.received_pdus()
