import math

import pytest

from ground.errors import RequestError
from ground.inquiry import InquiryState
from ground.prompt_checks import MAX_PROMPT_OCTETS
from protocol.journey import Milestone
from protocol.messages import (
    AnswerEnd,
    AnswerSegment,
    Cancel,
    Confirm,
    FinishReason,
    Message,
    Missing,
    Prompt,
    Refusal,
    RefusalReason,
)
from tests.ground.station.station_bench import AIR_S, DELIVERED_S, END, GAPS_ONLY, Bench, kinds

# -- asking ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("how", "field"),
    [
        ({"text": ""}, "prompt"),
        ({"text": " \n"}, "prompt"),
        ({"text": "x" * (MAX_PROMPT_OCTETS + 1)}, "prompt"),
        ({"text": "é" * (MAX_PROMPT_OCTETS // 2 + 1)}, "prompt"),
        ({"text": None}, "prompt"),
        ({"text": "\ud800"}, "text"),
        ({"text": "a", "max_tokens": 0}, "max_tokens"),
        ({"text": "a", "max_tokens": "9"}, "max_tokens"),
        ({"text": "a", "temperature": -0.1}, "temperature"),
        ({"text": "a", "temperature": math.nan}, "temperature"),
        ({"text": "a", "seed": -1}, "seed"),
        ({"text": "a", "stop": ("",)}, "stop"),
        ({"text": "a", "stop": ("b",) * 17}, "stop"),
        ({"text": "a", "deadline_s": -1.0}, "deadline_s"),
        ({"text": "a", "within_contact": 1}, "within_contact"),
    ],
)
def test_what_cannot_be_sent_is_named(bench: Bench, how: dict[str, object], field: str) -> None:
    with pytest.raises(RequestError) as caught:
        bench.station.prompts.ask(now_s=0.0, **how)  # type: ignore[arg-type]
    assert caught.value.field == field
    assert caught.value.accepted in str(caught.value)
    assert bench.pass_time(1.0) == []


def test_the_longest_prompt_is_taken(bench: Bench) -> None:
    bench.station.prompts.ask("x" * MAX_PROMPT_OCTETS, 0.0)
    (prompt,) = bench.pass_time(8.0)
    assert isinstance(prompt, Prompt)
    assert prompt.text == "x" * MAX_PROMPT_OCTETS


@pytest.mark.parametrize(
    ("before", "field"),
    [
        ({"system": "x" * MAX_PROMPT_OCTETS}, "system"),
        ({"turns": ("", "é" * (MAX_PROMPT_OCTETS // 2))}, "turns"),
        ({"turns": ("one",)}, "turns"),
        ({"turns": ["a", "b"]}, "turns"),
        ({"system": 5}, "system"),
        ({"prompt_id": b"short"}, "prompt_id"),
        ({"prompt_id": b""}, "prompt_id"),
    ],
)
def test_what_comes_before_a_prompt_is_checked_with_it(bench: Bench, before: dict[str, object], field: str) -> None:
    with pytest.raises(RequestError) as caught:
        bench.station.prompts.ask("Why?", 0.0, **before)  # type: ignore[arg-type]
    assert caught.value.field == field
    assert list(bench.station.prompts.inquiries) == []


def test_a_conversation_goes_up_as_a_whole(bench: Bench) -> None:
    bench.station.prompts.ask("Why?", bench.now_s, system="Be brief.", turns=("Hi.", "Hello."))
    (prompt,) = bench.pass_time(DELIVERED_S)
    assert isinstance(prompt, Prompt)
    assert (prompt.system, prompt.turns, prompt.text) == ("Be brief.", ("Hi.", "Hello."), "Why?")
    assert bench.details[0] == {"text": "Why?"}


def test_an_id_that_is_given_is_the_prompts(bench: Bench) -> None:
    assert bench.station.prompts.ask("Why?", bench.now_s, prompt_id=b"my own 8") == b"my own 8"
    (prompt,) = bench.pass_time(DELIVERED_S)
    assert isinstance(prompt, Prompt)
    assert prompt.prompt_id == b"my own 8"


@pytest.mark.parametrize("ended", [False, True])
def test_a_prompt_that_is_known_is_not_asked_again(bench: Bench, ended: bool) -> None:
    how = {
        "temperature": 0.7,
        "deadline_s": 60.0,
        "within_contact": True,
        "turns": ("a", "b"),
        "prompt_id": b"my own 8",
    }
    bench.station.prompts.ask("Why?", bench.now_s, **how)  # type: ignore[arg-type]
    bench.pass_time(DELIVERED_S)
    if ended:
        bench.say(AnswerSegment(b"my own 8", 0, "Because.", END))
        bench.station.prompts.forget(b"my own 8")
    before = (list(bench.observed), bench.kept())
    assert bench.station.prompts.ask("Why?", bench.now_s, **how) == b"my own 8"  # type: ignore[arg-type]
    assert (bench.observed, bench.kept()) == before
    assert Prompt not in kinds(bench.pass_time(3.0))


@pytest.mark.parametrize(
    "other", [{"text": "How?"}, {"max_tokens": 9}, {"seed": 1}, {"system": ""}, {"turns": ("a", "b")}, {"stop": ("x",)}]
)
def test_an_id_stands_for_one_prompt(bench: Bench, other: dict[str, object]) -> None:
    bench.station.prompts.ask("Why?", bench.now_s, prompt_id=b"my own 8")
    with pytest.raises(RequestError, match="the same prompt again, or another id") as caught:
        bench.station.prompts.ask(**{"text": "Why?", "now_s": bench.now_s, "prompt_id": b"my own 8"} | other)  # type: ignore[arg-type]
    assert (caught.value.field, caught.value.value) == ("prompt_id", b"my own 8".hex())
    assert len(bench.kept()) == 1


# -- cancelling --------------------------------------------------------------------------------------------------------


def test_an_unknown_id_cannot_be_cancelled(bench: Bench) -> None:
    with pytest.raises(RequestError, match="prompt_id"):
        bench.station.prompts.cancel(bytes(8), 0.0)


def test_a_cancel_is_sent_again_until_it_is_settled(bench: Bench) -> None:
    prompt_id = bench.sent()
    bench.station.prompts.cancel(prompt_id, bench.now_s)
    assert bench.pass_time(3.0) == [Cancel(prompt_id), Missing(prompt_id, (), 0)] * 4
    bench.say(Refusal(prompt_id, RefusalReason.UNKNOWN_PROMPT, ""))
    refusal = bench.station.prompts.inquiry(prompt_id).refusal
    assert refusal is not None
    assert refusal.reason is RefusalReason.CANCELLED
    assert bench.pass_time(3.0) == []


def test_a_cancel_while_its_prompt_is_on_the_air_follows_at_once(bench: Bench) -> None:
    prompt_id = bench.station.prompts.ask("long " * 100, 0.0)
    bench.pass_time(AIR_S)
    bench.station.prompts.cancel(prompt_id, bench.now_s)
    assert kinds(bench.pass_time(5 * AIR_S)) == [Prompt, Cancel, Missing]


def test_a_cancel_is_repeated_while_the_answer_streams_on(bench: Bench) -> None:
    prompt_id = bench.accepted()
    bench.station.prompts.cancel(prompt_id, bench.now_s)
    said: list[Message] = []
    for index in range(10):
        said += bench.pass_time(2 * AIR_S)
        bench.say(AnswerSegment(prompt_id, index, "x"))
    assert kinds(said).count(Cancel) >= 3
    bench.say(AnswerSegment(prompt_id, 10, "", AnswerEnd(FinishReason.CANCELLED, 1, 10, 1.0)))
    assert bench.state(prompt_id) is InquiryState.ANSWERED


def test_a_prompt_that_waits_to_be_sent_again_is_withdrawn(bench: Bench) -> None:
    prompt_id = bench.sent()
    bench.say(Refusal(prompt_id, RefusalReason.UNKNOWN_PROMPT, ""))
    assert bench.state(prompt_id) is InquiryState.WAITING_TO_SEND
    bench.station.prompts.cancel(prompt_id, bench.now_s)
    assert set(kinds(bench.pass_time(2.0))) == {Cancel}


def test_cancelling_twice_or_after_the_end_says_nothing(bench: Bench) -> None:
    prompt_id = bench.accepted()
    bench.say(AnswerSegment(prompt_id, 0, "", END))
    bench.station.prompts.cancel(prompt_id, bench.now_s)
    assert bench.pass_time(3.0) == [Confirm((prompt_id,))]


def test_a_forgotten_inquiry_is_gone(bench: Bench) -> None:
    prompt_id = bench.accepted()
    bench.station.prompts.forget(prompt_id)
    assert bench.pass_time(5.0) == []
    assert list(bench.station.prompts.inquiries) == []
    with pytest.raises(KeyError):
        bench.station.prompts.inquiry(prompt_id)


# -- a restart ---------------------------------------------------------------------------------------------------------


def test_a_prompt_that_waited_is_sent(bench: Bench) -> None:
    prompt_id = bench.station.prompts.ask("Why?", bench.now_s, max_tokens=7, stop=("!",))
    bench.start()
    assert bench.pass_time(0.8) == [Prompt(prompt_id, "Why?", 7, 0.0, 0, ("!",))]


def test_a_deadline_runs_on(bench: Bench) -> None:
    late, in_time = (
        bench.station.prompts.ask("Why?", bench.now_s, deadline_s=3.0),
        bench.station.prompts.ask("Why?", bench.now_s),
    )
    bench.now_s += 4.0
    bench.start()
    said = bench.pass_time(0.8)
    assert [message.prompt_id for message in said if isinstance(message, Prompt)] == [in_time]
    assert bench.state(late) is InquiryState.REFUSED


@pytest.mark.parametrize("accepted", [False, True])
def test_a_prompt_that_was_sent_is_asked_about(bench: Bench, accepted: bool) -> None:
    prompt_id = bench.accepted() if accepted else bench.sent()
    bench.start()
    assert bench.state(prompt_id) is (InquiryState.ACCEPTED if accepted else InquiryState.SENT)
    assert bench.pass_time(0.8) == [Missing(prompt_id, (), 0)]
    bench.say(Refusal(prompt_id, RefusalReason.UNKNOWN_PROMPT, ""))
    assert kinds(bench.pass_time(0.5)) == [Prompt]
    assert bench.station.prompts.inquiry(prompt_id).transmissions == 2


def test_an_answer_that_was_half_received_is_shown_from_its_beginning_and_the_rest_asked_for(bench: Bench) -> None:
    prompt_id = bench.accepted()
    bench.say(*(AnswerSegment(prompt_id, index, text) for index, text in ((0, "one "), (1, "two "), (3, "4"))))
    bench.texts.clear()
    bench.start()
    assert bench.texts == [(prompt_id, 0, "one two ")]
    assert bench.pass_time(0.8) == [Missing(prompt_id, (2,), GAPS_ONLY)]
    bench.say(AnswerSegment(prompt_id, 2, "three "), AnswerSegment(prompt_id, 4, "", END))
    assert bench.texts == [(prompt_id, 0, "one two "), (prompt_id, 8, "three 4")]
    assert bench.observed.count(Milestone.FIRST_WORD_SHOWN) == 1
    assert bench.observed[-1] is Milestone.DONE


def test_an_answer_that_was_complete_is_ended(bench: Bench) -> None:
    """The program was killed between the last segment and the end."""
    prompt_id = bench.accepted()
    assert bench._journal is not None
    bench._journal.segment(AnswerSegment(prompt_id, 0, "Because.", END))
    bench.start()
    assert bench.texts == [(prompt_id, 0, "Because.")]
    assert bench.observed[-1] is Milestone.DONE
    assert bench.details[-1]["finish_reason"] == "stop"
    assert [kept.state for kept in bench.kept()] == [InquiryState.ANSWERED]
    assert bench.pass_time(3.0) == [Confirm((prompt_id,))]


@pytest.mark.parametrize("confirmed", [False, True])
def test_an_answer_that_was_told_is_confirmed_and_not_told_again(bench: Bench, confirmed: bool) -> None:
    prompt_id = bench.answered()
    if confirmed:
        bench.pass_time(3.0)
    observed, texts = list(bench.observed), list(bench.texts)
    bench.start()
    assert bench.pass_time(3.0) == ([] if confirmed else [Confirm((prompt_id,))])
    assert (bench.observed, bench.texts) == (observed, texts)


def test_a_cancel_is_sent_again(bench: Bench) -> None:
    prompt_id = bench.accepted()
    bench.station.prompts.cancel(prompt_id, bench.now_s)
    bench.start()
    assert bench.pass_time(0.8) == [Cancel(prompt_id), Missing(prompt_id, (), 0)]


def test_a_cancel_before_the_prompt_was_sent_is_settled_though_the_refusal_was_not_kept(bench: Bench) -> None:
    """The program was killed between the two."""
    prompt_id = bench.station.prompts.ask("Why?", bench.now_s)
    assert bench._journal is not None
    bench._journal.cancelling(prompt_id)
    bench.start()
    assert bench.pass_time(0.8) == [Cancel(prompt_id)]
    bench.say(Refusal(prompt_id, RefusalReason.UNKNOWN_PROMPT, ""))
    assert bench.state(prompt_id) is InquiryState.REFUSED
    assert bench.pass_time(3.0) == []


@pytest.mark.parametrize("cancelled", [False, True])
def test_a_refused_prompt_stays_refused(bench: Bench, cancelled: bool) -> None:
    if cancelled:
        bench.station.prompts.cancel(bench.station.prompts.ask("Why?", bench.now_s), bench.now_s)
    else:
        bench.say(Refusal(bench.sent(), RefusalReason.QUEUE_FULL, "8 come first"))
    observed = list(bench.observed)
    bench.start()
    assert list(bench.station.prompts.inquiries) == []
    assert bench.pass_time(3.0) == []
    assert bench.observed == observed


def test_a_prompt_that_began_anew_is_not_mixed_with_what_came_before(bench: Bench) -> None:
    prompt_id = bench.accepted()
    bench.say(AnswerSegment(prompt_id, 0, "one two"), Refusal(prompt_id, RefusalReason.UNKNOWN_PROMPT, ""))
    bench.start()
    assert bench.pass_time(0.8) == [Missing(prompt_id, (), 0)]
    bench.say(AnswerSegment(prompt_id, 0, "one"), AnswerSegment(prompt_id, 1, " two three", END))
    assert bench.station.prompts.inquiry(prompt_id).assembler.text == "one two three"


def test_segments_that_contradict_each_other_do_not_stop_a_restart(bench: Bench) -> None:
    prompt_id = bench.accepted()
    segments = AnswerSegment(prompt_id, 0, "a"), AnswerSegment(prompt_id, 2, "c"), AnswerSegment(prompt_id, 1, "b", END)
    bench.say(*segments)
    assert bench.state(prompt_id) is InquiryState.ACCEPTED
    bench.start()
    assert bench.state(prompt_id) is InquiryState.ANSWERED
    assert bench.text == "aab"


def test_prompts_come_back_in_their_order_and_not_from_the_future(bench: Bench) -> None:
    ids = [bench.station.prompts.ask(f"Number {k}?", bench.now_s) for k in range(5)]
    bench.now_s = 0.0
    bench.start()
    assert [inquiry.prompt.prompt_id for inquiry in bench.station.prompts.inquiries] == ids
    assert {inquiry.queued_s for inquiry in bench.station.prompts.inquiries} == {0.0}
    assert [getattr(message, "prompt_id", b"") for message in bench.pass_time(1.2)] == ids
