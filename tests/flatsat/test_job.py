import pytest
from hypothesis import given
from hypothesis import strategies as st

from flatsat.errors import ConfigError
from flatsat.job import TRANSITIONS, Job, JobState
from protocol.messages import FinishReason, Prompt, Refusal, RefusalReason

REFUSAL = Refusal(bytes(8), RefusalReason.CANCELLED, "")


def job(deadline_s: float | None = None) -> Job:
    return Job(Prompt(bytes(8), "Why?", 10, 0.5, 3, ("!",), deadline_s), 100.0)


def said(job: Job) -> str:
    text = ""
    while segment := job.buffer.next_segment(100):
        text += segment.text
    return text


def test_ended_states_are_left_by_nothing() -> None:
    assert not {state for state, _ in TRANSITIONS} & {JobState.ANSWERED, JobState.REFUSED}


def test_an_answer_from_its_beginning_to_its_end() -> None:
    asked = job()
    assert asked.open
    asked.begin()
    assert asked.state is JobState.RUNNING
    asked.prompt_tokens = 4
    for token in ("Be", "", "cause"):
        asked.write(token)
    asked.finish(FinishReason.STOP, 1.5)
    assert (asked.state, asked.open, said(asked)) == (JobState.ANSWERED, False, "Because")
    end = asked.buffer.end
    assert end is not None
    assert (end.prompt_tokens, end.completion_tokens, end.inference_s) == (4, 3, 1.5)


def test_the_models_request_is_the_prompts() -> None:
    request = job().request()
    assert (request.prompt, request.max_tokens, request.temperature, request.seed, request.stop) == (
        "Why?",
        10,
        0.5,
        3,
        ("!",),
    )


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
        asked.begin()
        for token in tokens[:cut]:
            asked.write(token)
        sent += said(asked) if send else ""
        asked.interrupted()
    asked.begin()
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
    asked.begin()
    assert (asked.state, asked.refusal) == (JobState.REFUSED, REFUSAL)
