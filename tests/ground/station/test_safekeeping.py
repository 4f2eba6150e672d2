import pytest

from ground.errors import RequestError
from ground.inquiry import InquiryState
from protocol.journey import Milestone
from protocol.messages import Accepted, AnswerSegment, Confirm, Missing, Prompt, Refusal, RefusalReason
from tests.ground.station.station_bench import AIR_S, END, Bench, kinds


def test_a_prompt_is_in_the_journal_before_it_is_queued(bench: Bench) -> None:
    prompt_id = bench.station.prompts.ask("Why?", 3.0)
    (kept,) = bench.kept()
    assert (kept.prompt.prompt_id, kept.prompt.text, kept.asked_s) == (prompt_id, "Why?", 3.0)
    assert kept.state is InquiryState.WAITING_TO_SEND


def test_a_prompt_that_cannot_be_kept_is_refused(bench: Bench) -> None:
    bench.write_protect(True)
    with pytest.raises(RequestError, match="journal is 'read-only'; accepted: a journal that can be written"):
        bench.station.prompts.ask("Why?", bench.now_s)
    assert list(bench.station.prompts.inquiries) == []
    assert bench.observed == []
    assert bench.pass_time(2.0) == []
    bench.write_protect(False)
    assert bench.station.prompts.ask("Why?", bench.now_s)


def test_a_segment_that_cannot_be_kept_is_not_shown_and_asked_for_again(bench: Bench) -> None:
    prompt_id = bench.accepted()
    bench.write_protect(True)
    bench.say(AnswerSegment(prompt_id, 0, "Be"))
    assert (bench.texts, "read-only" in bench.station.keeping.trouble) == ([], True)
    assert bench.observed[-1] is Milestone.UPLINK_ACKED
    assert bench.pass_time(2.2) == [Missing(prompt_id, (), 0)]
    bench.write_protect(False)
    bench.say(AnswerSegment(prompt_id, 0, "Be"), AnswerSegment(prompt_id, 1, "cause.", END))
    assert (bench.text, bench.station.keeping.trouble) == ("Because.", "")


def test_what_goes_on_without_a_journal_can_be_done_again(bench: Bench) -> None:
    sent, cancelled = bench.station.prompts.ask("One?", bench.now_s), bench.station.prompts.ask("Two?", bench.now_s)
    bench.write_protect(True)
    assert kinds(bench.pass_time(2 * AIR_S)) == [Prompt, Prompt]
    bench.station.prompts.cancel(cancelled, bench.now_s)
    bench.say(Accepted(sent, 0), Refusal(cancelled, RefusalReason.CANCELLED, ""))
    assert bench.state(cancelled) is InquiryState.REFUSED
    bench.start()
    assert [bench.state(prompt_id) for prompt_id in (sent, cancelled)] == [InquiryState.WAITING_TO_SEND] * 2
    bench.pass_time(2.0)
    bench.say(AnswerSegment(sent, 0, "Because.", END), Refusal(cancelled, RefusalReason.CANCELLED, ""))
    assert [kept.state for kept in bench.kept()] == [InquiryState.ANSWERED, InquiryState.REFUSED]


def test_a_confirmation_that_cannot_be_kept_is_sent_again_after_a_restart(bench: Bench) -> None:
    prompt_id = bench.answered()
    bench.write_protect(True)
    assert bench.pass_time(2.0) == [Confirm((prompt_id,))]
    bench.start()
    assert bench.pass_time(3.0) == [Confirm((prompt_id,))]
    bench.start()
    assert bench.pass_time(3.0) == []
