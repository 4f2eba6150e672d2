"""A prompt and what has come of it, as plain values."""

from dataclasses import replace

import pytest

from ground.inquiry import InquiryState
from ground.journal import JournalledInquiry
from ground.link_use import LinkUse
from ground.told_inquiry import told_inquiry
from protocol.messages import AnswerEnd, AnswerSegment, FinishReason, Prompt

ID = bytes(8)
END = AnswerEnd(FinishReason.STOP, 3, 4, 0.5, waited_s=2.0)
FIRST, SECOND, LAST = AnswerSegment(ID, 0, "Be"), AnswerSegment(ID, 1, "cau"), AnswerSegment(ID, 2, "se", END)
KEPT = JournalledInquiry(Prompt(ID, "Why?", 5), 1.0, None, InquiryState.ACCEPTED, 1, (FIRST, SECOND, LAST))


def test_of_an_answer_with_a_gap_the_beginning_is_told() -> None:
    told = told_inquiry(replace(KEPT, segments=(FIRST, LAST)))
    assert (told["answer"], told["ending"]) == ("Be", None)


def test_what_contradicts_the_first_word_is_left_out() -> None:
    other = AnswerSegment(ID, 5, "after the end")
    assert told_inquiry(replace(KEPT, segments=(FIRST, SECOND, LAST, other)))["answer"] == "Because"


@pytest.mark.parametrize(("use", "counts"), [(None, {}), (LinkUse(3, 1, 2), {"uplink_frames": 3, "uplink_resent": 1})])
def test_the_ending_has_what_is_known(use: LinkUse | None, counts: dict[str, int]) -> None:
    told = told_inquiry(replace(KEPT, state=InquiryState.ANSWERED, link_use=use))
    known = {"finish_reason": "stop", "prompt_tokens": 3, "completion_tokens": 4, "inference_s": 0.5, "waited_s": 2.0}
    assert told["ending"] == known | counts | ({"downlink_frames": 2} if use else {})
