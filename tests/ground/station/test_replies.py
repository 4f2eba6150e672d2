from collections.abc import Callable

import pytest

from ground.inquiry import InquiryState
from ground.told_inquiry import told_inquiry
from protocol.journey import Milestone
from protocol.messages import Accepted, AnswerSegment, Confirm, Message, Missing, Prompt, Refusal, RefusalReason
from tests.ground.station.station_bench import AIR_S, END, Bench, kinds


def test_an_answer_from_the_first_segment_to_the_last(bench: Bench) -> None:
    prompt_id = bench.accepted()
    bench.say(AnswerSegment(prompt_id, 0, "Be"), AnswerSegment(prompt_id, 1, "cause.", END))
    assert bench.text == "Because."
    assert bench.state(prompt_id) is InquiryState.ANSWERED
    assert bench.observed[3:] == [
        Milestone.UPLINK_ACKED,
        Milestone.SEGMENT_RECEIVED,
        Milestone.FIRST_WORD_SHOWN,
        Milestone.SEGMENT_RECEIVED,
        Milestone.DONE,
    ]
    assert bench.details[-1]["finish_reason"] == "stop"
    assert bench.texts == [(prompt_id, 0, "Be"), (prompt_id, 2, "cause.")]
    assert bench.pass_time(10.0) == [Confirm((prompt_id,))]


def test_two_segments_in_a_frame_are_one_frame(bench: Bench) -> None:
    prompt_id = bench.accepted()
    bench.say(AnswerSegment(prompt_id, 0, "Be"), AnswerSegment(prompt_id, 1, "cause.", END))
    assert bench.details[-1]["downlink_frames"] == 1


def test_what_was_sent_before_a_restart_is_not_counted(bench: Bench) -> None:
    prompt_id = bench.accepted()
    bench.start()
    bench.establish()
    bench.say(AnswerSegment(prompt_id, 0, "Because.", END))
    assert bench.observed[-1] is Milestone.DONE
    assert "uplink_frames" not in bench.details[-1]
    (kept,) = bench.kept()
    assert kept.link_use is None
    assert told_inquiry(kept)["ending"] == bench.details[-1]


def test_an_answer_without_a_character(bench: Bench) -> None:
    prompt_id = bench.accepted()
    bench.say(AnswerSegment(prompt_id, 0, "", END))
    assert bench.state(prompt_id) is InquiryState.ANSWERED
    assert Milestone.FIRST_WORD_SHOWN not in bench.observed


def test_a_segment_acknowledges_too(bench: Bench) -> None:
    prompt_id = bench.sent()
    bench.say(AnswerSegment(prompt_id, 1, "b"))
    assert bench.observed[-2:] == [Milestone.UPLINK_ACKED, Milestone.SEGMENT_RECEIVED]
    assert bench.details[-2] == {}, "it was read from the queue before: where it stood there is not known"
    assert bench.state(prompt_id) is InquiryState.ACCEPTED


@pytest.mark.parametrize(
    "late",
    [
        lambda i: Accepted(i, 0),
        lambda i: AnswerSegment(i, 0, "other"),
        lambda i: Refusal(i, RefusalReason.UNKNOWN_PROMPT, ""),
        lambda i: Refusal(i, RefusalReason.QUEUE_FULL, ""),
    ],
)
def test_what_comes_after_the_end_changes_nothing(bench: Bench, late: Callable[[bytes], Message]) -> None:
    prompt_id = bench.accepted()
    bench.say(AnswerSegment(prompt_id, 0, "yes", END))
    observed = list(bench.observed)
    bench.say(late(prompt_id))
    assert bench.state(prompt_id) is InquiryState.ANSWERED
    assert bench.observed == observed
    assert bench.pass_time(5.0) == [Confirm((prompt_id,))]


def test_what_comes_before_a_prompt_was_sent_is_about_another(bench: Bench) -> None:
    prompt_id = bench.station.prompts.ask("Why?", 0.0)
    bench.say(Accepted(prompt_id, 0), AnswerSegment(prompt_id, 0, "x", END))
    bench.say(Refusal(prompt_id, RefusalReason.QUEUE_FULL, ""))
    assert bench.state(prompt_id) is InquiryState.WAITING_TO_SEND
    assert bench.text == ""


@pytest.mark.parametrize("reason", [r for r in RefusalReason if r is not RefusalReason.UNKNOWN_PROMPT])
def test_a_refusal_ends_with_its_reason(bench: Bench, reason: RefusalReason) -> None:
    prompt_id = bench.sent()
    bench.say(Refusal(prompt_id, reason, "since so"))
    assert bench.station.prompts.inquiry(prompt_id).refusal == Refusal(prompt_id, reason, "since so")
    assert bench.observed[-1] is Milestone.REFUSED
    assert bench.details[-1] == {"reason": reason.value, "detail": "since so"}
    assert bench.pass_time(5.0) == []


def test_a_prompt_unknown_on_board_is_sent_again_and_not_shown_twice(bench: Bench) -> None:
    prompt_id = bench.accepted()
    bench.say(AnswerSegment(prompt_id, 0, "one two"), Refusal(prompt_id, RefusalReason.UNKNOWN_PROMPT, ""))
    assert kinds(bench.pass_time(0.5)) == [Prompt]
    assert bench.station.prompts.inquiry(prompt_id).transmissions == 2
    assert bench.observed.count(Milestone.AOS) == 1
    bench.say(AnswerSegment(prompt_id, 0, "one"), AnswerSegment(prompt_id, 1, " two three", END))
    assert bench.texts == [(prompt_id, 0, "one two"), (prompt_id, 7, " three")]
    assert bench.observed.count(Milestone.FIRST_WORD_SHOWN) == 1


def test_a_prompt_that_never_arrived_is_found_out_and_sent_again(bench: Bench) -> None:
    prompt_id = bench.sent()
    while bench.pass_time(AIR_S) != [Missing(prompt_id, (), 0)]:
        pass
    bench.say(Refusal(prompt_id, RefusalReason.UNKNOWN_PROMPT, ""))
    assert kinds(bench.pass_time(0.5)) == [Prompt]
    bench.say(Refusal(prompt_id, RefusalReason.UNKNOWN_PROMPT, ""))  # a late one: it costs a prompt that is known
    assert kinds(bench.pass_time(0.5)) == [Prompt]
    bench.say(Accepted(prompt_id, 0))
    assert bench.state(prompt_id) is InquiryState.ACCEPTED
