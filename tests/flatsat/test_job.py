import pytest
from hypothesis import given
from hypothesis import strategies as st

from flatsat.engine import GenerationRequest
from flatsat.errors import ConfigError
from flatsat.job import TRANSITIONS, Job, JobState
from flatsat.journal import JournalledJob
from protocol.messages import AnswerEnd, AnswerSegment, FinishReason, Missing, Prompt, Refusal, RefusalReason

END = AnswerEnd(FinishReason.STOP, 4, 3, 1.5)
REFUSAL = Refusal(bytes(8), RefusalReason.CANCELLED, "")


def job(deadline_s: float | None = None) -> Job:
    return Job(Prompt(bytes(8), "Why?", 10, 0.5, 3, ("!",), deadline_s, system="Be brief.", turns=("a", "b")), 100.0)


def said(job: Job) -> str:
    text = ""
    while segment := job.buffer.next_segment(100):
        text += segment.text
    return text


def test_ended_states_are_left_by_nothing() -> None:
    assert not {state for state, _ in TRANSITIONS} & {JobState.CONFIRMED, JobState.REFUSED}


def test_an_answer_from_its_beginning_to_its_end() -> None:
    asked = job()
    assert asked.open
    asked.begin(101.0)
    assert asked.state is JobState.RUNNING
    asked.read(4, 0.25)
    for token in ("Be", "", "cause"):
        asked.write(token)
    asked.finish(FinishReason.STOP, 1.5)
    assert (asked.state, asked.open, said(asked)) == (JobState.ANSWERED, False, "Because")
    end = asked.buffer.end
    assert end is not None
    assert end == AnswerEnd(FinishReason.STOP, 4, 3, 1.5, waited_s=1.0, prefill_s=0.25)


def test_the_wait_is_until_the_inference_that_gave_the_answer() -> None:
    asked = job()
    asked.begin(103.0)
    asked.read(4, 0.25)
    asked.interrupted()
    asked.begin(108.0)
    asked.finish(FinishReason.ERROR, 0.5)
    assert asked.buffer.end == AnswerEnd(FinishReason.ERROR, 4, 0, 0.5, waited_s=8.0)


def test_a_clock_that_was_set_back_gives_no_negative_wait() -> None:
    asked = job()
    asked.begin(99.0)
    assert asked.waited_s == 0.0


def test_the_models_request_is_the_prompts() -> None:
    request = job().request()
    assert request == GenerationRequest("Why?", 10, 0.5, 3, ("!",), "Be brief.", ("a", "b"))


def test_what_no_model_can_be_asked_has_no_request() -> None:
    with pytest.raises(ConfigError):
        Job(Prompt(bytes(8), "", 1), 0.0).request()


@given(
    tokens=st.lists(st.text(max_size=5), max_size=12),
    cuts=st.lists(st.integers(0, 12), max_size=4),
    send=st.booleans(),
)
def test_interruptions_do_not_show_in_the_answer(tokens: list[str], cuts: list[int], send: bool) -> None:
    asked, sent = job(), ""
    for cut in cuts:
        asked.begin(101.0)
        for token in tokens[:cut]:
            asked.write(token)
        sent += said(asked) if send else ""
        asked.interrupted()
    asked.begin(101.0)
    for token in tokens:
        asked.write(token)
    asked.finish(FinishReason.STOP, 1.0)
    assert sent + said(asked) == "".join(tokens)
    assert asked.tokens == len(tokens)


@pytest.mark.parametrize(
    ("deadline_s", "now_s", "late"),
    [(None, 1e9, False), (0.0, 100.0, True), (5.0, 104.9, False), (5.0, 105.0, True)],
)
def test_lateness_counts_from_reception(deadline_s: float | None, now_s: float, late: bool) -> None:
    assert job(deadline_s=deadline_s).late(now_s) is late


def test_a_refused_prompt_does_not_begin() -> None:
    asked = job()
    asked.refuse(REFUSAL)
    asked.begin(101.0)
    assert (asked.state, asked.refusal) == (JobState.REFUSED, REFUSAL)


def test_a_refusal_drops_what_has_come_of_the_answer() -> None:
    asked = job()
    asked.begin(101.0)
    asked.write("Be")
    asked.interrupted()
    asked.refuse(REFUSAL)
    assert (asked.state, asked.buffer.pending) == (JobState.REFUSED, False)


def test_a_confirmed_answer_is_dropped_and_no_other() -> None:
    asked = job()
    assert not asked.confirm()
    asked.begin(101.0)
    assert not asked.confirm()
    asked.write("Because")
    asked.finish(FinishReason.STOP, 1.0)
    assert asked.confirm()
    assert (asked.state, asked.open, asked.buffer.pending) == (JobState.CONFIRMED, False, False)
    asked.buffer.resend(Missing(bytes(8), (), 0))
    assert not asked.buffer.pending
    assert not asked.confirm()


# -- after a restart ---------------------------------------------------------------------------------------------------

PROMPT = Prompt(bytes(8), "Why?", 10)
CUT = (AnswerSegment(bytes(8), 0, "Be"), AnswerSegment(bytes(8), 1, "ca"))


@pytest.mark.parametrize(
    ("kept", "state"),
    [
        (JournalledJob(PROMPT, 5.0), JobState.QUEUED),
        (JournalledJob(PROMPT, 5.0, attempts=1, model="m"), JobState.QUEUED),
        (JournalledJob(PROMPT, 5.0, segments=CUT, attempts=1), JobState.QUEUED),
        (JournalledJob(PROMPT, 5.0, segments=CUT, rest="use", end=END), JobState.ANSWERED),
        (JournalledJob(PROMPT, 5.0, rest="", end=END), JobState.ANSWERED),
        (JournalledJob(PROMPT, 5.0, segments=(*CUT, AnswerSegment(bytes(8), 2, "use", END))), JobState.ANSWERED),
        (JournalledJob(PROMPT, None, confirmed=True), JobState.CONFIRMED),
        (JournalledJob(PROMPT, None, refusal=REFUSAL), JobState.REFUSED),
    ],
)
def test_a_restored_prompt_stands_where_it_stood(kept: JournalledJob, state: JobState) -> None:
    restored = Job.restored(kept, 9.0)
    assert restored.state is state
    assert restored.refusal == kept.refusal
    assert restored.kept_segments == len(kept.segments) == len(restored.buffer.segments)
    assert restored.received_s == (9.0 if kept.received_s is None else 5.0)
    assert Job.restored(kept, 3.0).received_s == 3.0, "not in the future of a clock that was set back"


def test_what_was_cut_is_not_pending_and_what_was_not_is() -> None:
    restored = Job.restored(JournalledJob(PROMPT, 5.0, segments=CUT, rest="use", end=END), 9.0)
    assert restored.buffer.next_segment(100) == AnswerSegment(bytes(8), 2, "use", END)
    assert not restored.buffer.pending
    restored.buffer.resend(Missing(bytes(8), (), 0))
    assert said(restored) == "Because"


@given(tokens=st.lists(st.text(max_size=5), min_size=1, max_size=12), cut=st.integers(0, 12), room=st.integers(4, 30))
def test_a_generation_after_a_restart_goes_on_where_the_segments_end(tokens: list[str], cut: int, room: int) -> None:
    before = job()
    before.begin(101.0)
    for token in tokens[:cut]:
        before.write(token)
    while before.buffer.pending:
        before.buffer.next_segment(room)
    again = Job.restored(JournalledJob(before.prompt, 1.0, segments=before.buffer.segments), 2.0)
    again.begin(101.0)
    for token in tokens:
        again.write(token)
    again.finish(FinishReason.STOP, 1.0)
    while again.buffer.pending:
        again.buffer.next_segment(room)
    assert again.buffer.segments[: len(before.buffer.segments)] == before.buffer.segments
    assert "".join(segment.text for segment in again.buffer.segments) == "".join(tokens)
    assert again.tokens == len(tokens)
