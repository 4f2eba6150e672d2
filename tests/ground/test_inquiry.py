from dataclasses import replace
from math import inf

import pytest

from ground.inquiry import TRANSITIONS, Inquiry, InquiryEvent, InquiryState
from protocol.errors import RemoteError
from protocol.messages import AnswerEnd, AnswerSegment, Cancel, FinishReason, Missing, Prompt

ID = bytes(range(8))
PROMPT = Prompt(ID, "Why?", 10)
END = AnswerEnd(FinishReason.STOP, 3, 4, 0.5)


def inquiry(state: InquiryState = InquiryState.WAITING_TO_SEND) -> Inquiry:
    return Inquiry(PROMPT, 2.0, state)


def test_ended_states_are_left_by_nothing() -> None:
    assert not {state for state, _ in TRANSITIONS} & {InquiryState.ANSWERED, InquiryState.REFUSED}


@pytest.mark.parametrize("state", [s for s in InquiryState if inquiry(s).open])
def test_every_open_state_can_end(state: InquiryState) -> None:
    reached = {state}
    while more := {after for (before, _), after in TRANSITIONS.items() if before in reached} - reached:
        reached |= more
    assert {InquiryState.ANSWERED, InquiryState.REFUSED} <= reached


def test_an_event_without_an_entry_changes_nothing() -> None:
    asked = inquiry()
    assert not asked.happen(InquiryEvent.UNKNOWN)
    assert asked.state is InquiryState.WAITING_TO_SEND


def test_first_the_prompt_leaves() -> None:
    asked = inquiry()
    assert asked.due_s == 2.0
    assert asked.leave() == [PROMPT]
    assert (asked.state, asked.transmissions, asked.requests, asked.due_s) == (InquiryState.SENT, 1, 1, inf)


def test_then_what_is_missing() -> None:
    asked = inquiry(InquiryState.ACCEPTED)
    assert asked.leave() == [Missing(ID, (), 0)]
    asked.take_segment(AnswerSegment(ID, 2, "c"))
    assert asked.has_gap()
    assert asked.leave() == [Missing(ID, (0, 1), 3)]
    assert asked.transmissions == 0


def test_of_a_prompt_that_was_delivered_without_a_sign_is_asked_what_became_of_it() -> None:
    asked = inquiry(InquiryState.SENT)
    assert asked.leave() == [Missing(ID, (), 0)]
    assert (asked.state, asked.transmissions, asked.requests) == (InquiryState.SENT, 0, 1)


@pytest.mark.parametrize("state", [InquiryState.SENT, InquiryState.ACCEPTED])
def test_a_prompt_that_is_unknown_on_board_leaves_again(state: InquiryState) -> None:
    asked = inquiry(state)
    assert asked.happen(InquiryEvent.UNKNOWN)
    assert asked.leave() == [PROMPT]


def test_a_cancelled_prompt_does_not_leave() -> None:
    asked = inquiry()
    asked.cancelling = True
    assert asked.leave() == [Cancel(ID)]
    assert (asked.state, asked.transmissions) == (InquiryState.WAITING_TO_SEND, 0)


@pytest.mark.parametrize("state", [InquiryState.SENT, InquiryState.ACCEPTED])
def test_a_cancelled_answer_is_still_asked_for(state: InquiryState) -> None:
    asked = inquiry(state)
    asked.cancelling = True
    assert asked.leave() == [Cancel(ID), Missing(ID, (), 0)]


def test_segments_become_text_in_order_until_the_last() -> None:
    asked = inquiry(InquiryState.ACCEPTED)
    assert asked.take_segment(AnswerSegment(ID, 1, "b", END)) == ""
    assert asked.open
    assert asked.take_segment(AnswerSegment(ID, 0, "a")) == "ab"
    assert asked.state is InquiryState.ANSWERED
    ending = {"finish_reason": "stop", "prompt_tokens": 3, "completion_tokens": 4, "inference_s": 0.5}
    ending |= {"uplink_frames": 0, "uplink_resent": 0, "downlink_frames": 0}
    assert asked.ending() == ending


def test_an_ending_tells_what_the_answer_took_where_that_was_measured() -> None:
    asked = inquiry(InquiryState.ACCEPTED)
    asked.take_segment(AnswerSegment(ID, 0, "a", replace(END, energy_j=8.5, shortened_to=20)))
    ending = asked.ending()
    assert (ending["energy_j"], ending["shortened_to"]) == (8.5, 20)
    assert "peak_temperature_c" not in ending


def test_an_answer_that_begins_anew_is_not_given_out_twice() -> None:
    asked = inquiry(InquiryState.ACCEPTED)
    assert asked.take_segment(AnswerSegment(ID, 0, "one two")) == "one two"
    asked.begin_anew()
    assert asked.ending() == {}
    assert asked.take_segment(AnswerSegment(ID, 0, "one")) == ""
    assert asked.take_segment(AnswerSegment(ID, 1, " two three", END)) == " three"
    assert asked.assembler.text == "one two three"


def test_a_contradicting_segment_changes_nothing() -> None:
    asked = inquiry(InquiryState.ACCEPTED)
    asked.take_segment(AnswerSegment(ID, 0, "a"))
    with pytest.raises(RemoteError):
        asked.take_segment(AnswerSegment(ID, 0, "b"))
    assert asked.assembler.text == "a"


def test_what_was_here_before_a_restart_counts_as_given_out() -> None:
    asked = inquiry(InquiryState.ACCEPTED)
    kept = [AnswerSegment(ID, 0, "one "), AnswerSegment(ID, 1, "two"), AnswerSegment(ID, 3, " four")]
    assert asked.take_restored(kept) == "one two"
    assert asked.has_gap()
    assert asked.take_segment(AnswerSegment(ID, 2, " three")) == " three four"


def test_of_what_contradicts_itself_the_first_word_is_restored() -> None:
    asked = inquiry(InquiryState.ACCEPTED)
    kept = [AnswerSegment(ID, 0, "a"), AnswerSegment(ID, 1, "b", END), AnswerSegment(ID, 2, "c")]
    assert asked.take_restored(kept) == "ab"
    assert asked.assembler.complete
