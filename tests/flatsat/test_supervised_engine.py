"""An engine's process that crashes, hangs, eats memory, is killed or stopped, and one whose parent goes."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from flatsat.build import EngineSettings, build_engine
from flatsat.engine import Event, Finished, Generation, GenerationRequest, Lost, NoticeKind, Token
from flatsat.errors import ConfigError, EngineError
from flatsat.inference import Inference
from flatsat.job import Job, JobState
from flatsat.scripted_engine import ScriptedEngine
from flatsat.supervised_engine import SupervisedEngine
from flatsat.supervision import Supervision
from protocol.messages import FinishReason, Prompt

Supervise = Callable[..., SupervisedEngine]
Drain = Callable[[Generation], list[Event]]

QUICK = Supervision(first_wait_s=0.01)
SUSPICIOUS = Supervision(first_wait_s=0.01, hang_s=1.5)
QUESTION = "Why is the sky blue, and why is it red in the evening?"


def until(true: Callable[[], object]) -> None:
    give_up_s = time.monotonic() + 30
    while not true():
        assert time.monotonic() < give_up_s, "it did not happen"
        time.sleep(0.002)


def await_ready(engine: SupervisedEngine) -> None:
    until(lambda: (engine.tick(0.0), engine.ready)[1])


def text_of(events: list[Event]) -> str:
    return "".join(event.text for event in events if isinstance(event, Token))


def gone(pid: int) -> bool:
    """Whether there is no such process, or one that only waits to be counted."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except FileNotFoundError:
        return True


@pytest.mark.parametrize(
    ("prompt", "cause", "limits"),
    [
        ("crash", "exit status 7", QUICK),
        ("abort", "SIGABRT", QUICK),
        ("hang", "no progress for", SUSPICIOUS),
        ("block", "no progress for", SUSPICIOUS),
        ("eat", "out of memory", QUICK),
        ("starve", "out of memory", QUICK),
        ("thread", "exit status 1", QUICK),
        ("weights", "weights w have changed both in memory and on disk", QUICK),
    ],
)
def test_what_brings_the_process_down_loses_the_answer_and_another_is_up_soon(
    supervise: Supervise, drain: Drain, prompt: str, cause: str, limits: Supervision
) -> None:
    engine = supervise(limits, memory_limit_mib=4096)
    first = engine.pid
    (lost,) = drain(engine.start(GenerationRequest(prompt, 9), 0.0))
    assert isinstance(lost, Lost)
    assert lost.cause == engine.last_cause
    assert cause in lost.cause
    assert not engine.ready
    with pytest.raises(EngineError, match="the engine is down: "):
        engine.start(GenerationRequest("Why?", 9), 0.0)
    await_ready(engine)
    assert (engine.restarts, engine.pid != first, gone(first), engine.alive) == (1, True, True, True)
    assert isinstance(drain(engine.start(GenerationRequest("Why?", 9), 0.0))[-1], Finished)


def test_a_prompt_that_brings_it_down_three_times_is_given_up_and_the_next_is_answered(
    supervise: Supervise, drain: Drain
) -> None:
    engine = supervise(QUICK)
    ends = []
    for _ in range(3):
        await_ready(engine)
        ends += drain(engine.start(GenerationRequest("crash", 9), 0.0))
    assert ends[:2] == [Lost("exit status 7")] * 2
    assert isinstance(ends[2], Finished)
    assert ends[2].reason is FinishReason.ERROR
    assert ends[2].detail == ("given up: the engine's process went down 3 times at this prompt, last: exit status 7")
    await_ready(engine)
    assert text_of(drain(engine.start(GenerationRequest("Why?", 99), 0.0))) == ScriptedEngine().answer("Why?")


def test_losses_of_different_prompts_are_counted_apart(supervise: Supervise, drain: Drain) -> None:
    engine = supervise(QUICK)
    for prompt in ("crash", "abort", "crash", "abort"):
        await_ready(engine)
        (lost,) = drain(engine.start(GenerationRequest(prompt, 9), 0.0))
        assert isinstance(lost, Lost)


def test_killed_in_the_middle_the_answer_is_the_same(supervise: Supervise) -> None:
    engine = supervise(QUICK, tokens_per_s=100.0)
    holds: list[bool] = []
    inference = Inference(engine, lambda *_: None, holds.append, lambda _: None)
    job = Job(Prompt(bytes(8), QUESTION, 99), 0.0)
    now_s = 0.0

    def step() -> bool:
        nonlocal now_s
        now_s += 0.005
        inference.tick(now_s)
        inference.poll(now_s)
        if job.state is JobState.QUEUED:
            inference.start(job, now_s)
        return job.tokens >= 10

    until(step)
    os.kill(engine.pid, signal.SIGKILL)
    until(lambda: (step(), job.state is JobState.ANSWERED)[1])
    segments = iter(lambda: job.buffer.next_segment(999), None)
    assert "".join(segment.text for segment in segments) == ScriptedEngine().answer(QUESTION)
    assert (inference.started, inference.interruptions, engine.last_cause) == (2, 1, "SIGKILL")


def test_time_is_held_while_a_lost_job_waits_and_let_go_when_none_does(supervise: Supervise) -> None:
    engine = supervise(QUICK, runs_on_wall_clock=True)
    holds: list[bool] = []
    inference = Inference(engine, lambda *_: None, holds.append, lambda _: None)
    job = Job(Prompt(bytes(8), "crash", 99), 0.0)
    inference.start(job, 0.0)
    until(lambda: (inference.poll(0.0), job.state is JobState.QUEUED)[1])
    inference.start(job, 0.0)
    assert (inference.job, holds) == (None, [True])
    inference.rest()
    inference.rest()
    assert holds == [True, False]


def test_one_that_was_stopped_is_replaced(supervise: Supervise) -> None:
    engine = supervise(SUSPICIOUS)
    os.kill(engine.pid, signal.SIGSTOP)
    until(lambda: (engine.tick(0.0), engine.restarts)[1])
    assert "no progress for" in engine.last_cause


def test_an_answer_that_was_cancelled_is_not_lost(supervise: Supervise, drain: Drain) -> None:
    engine = supervise(QUICK)
    generation = engine.start(GenerationRequest("block", 9), 0.0)
    generation.cancel()
    os.kill(engine.pid, signal.SIGKILL)
    (end,) = drain(generation)
    assert isinstance(end, Finished)
    assert end.reason is FinishReason.CANCELLED


def test_what_happened_is_told_once(supervise: Supervise) -> None:
    engine = supervise(QUICK)
    os.kill(engine.pid, signal.SIGKILL)
    notices = []
    until(lambda: (notices.extend(engine.tick(0.0)), engine.restarts and engine.ready)[1])
    assert [notice.kind for notice in notices] == [NoticeKind.READY, NoticeKind.LOST, NoticeKind.READY]
    assert notices[1].detail == {"cause": "SIGKILL", "wait_s": 0.01}
    assert engine.tick(0.0) == []


def test_one_that_never_comes_up_is_not_alive_and_comes_back_if_it_can(supervise: Supervise, tmp_path: Path) -> None:
    engine = supervise(Supervision(first_wait_s=0.001, failures=3), load=str(tmp_path / "broken"))
    (tmp_path / "broken").touch()
    os.kill(engine.pid, signal.SIGKILL)
    until(lambda: (engine.tick(0.0), not engine.alive)[1])
    (tmp_path / "broken").unlink()
    await_ready(engine)
    assert engine.restarts >= 3
    generation = engine.start(GenerationRequest("Why?", 2), 0.0)
    until(lambda: generation.poll(1.0) and generation.over)
    assert engine.alive


@pytest.mark.parametrize(
    ("load", "error", "said"),
    [
        ("refuse", ConfigError, "model is 'x'; accepted: y"),
        ("fail", EngineError, "^cannot load x$"),
        ("crash", EngineError, "the engine's process went down: exit status 7"),
        ("hang", EngineError, "the engine's process went down: no progress for"),
    ],
)
def test_what_goes_wrong_at_first_is_raised(supervise: Supervise, load: str, error: type[Exception], said: str) -> None:
    engine = supervise(Supervision(load_s=0.7), wait=False, load=load)
    progress: list[float] = []
    with pytest.raises(error, match=said):
        engine.wait_ready(progress.append)
    assert 0.5 in progress or load != "hang"


def test_waits_grow_and_have_an_end() -> None:
    limits = Supervision()
    assert [limits.wait_s(failures) for failures in (1, 2, 3, 8, 10_000)] == [0.5, 1.0, 2.0, 60.0, 60.0]


def test_a_program_that_is_gone_is_tried_again(supervise: Supervise) -> None:
    engine = supervise(QUICK)
    engine._command = ["/no/such/program"]
    os.kill(engine.pid, signal.SIGKILL)
    until(lambda: (engine.tick(0.0), "cannot be started" in engine.last_cause)[1])
    assert engine.restarts == 0


def test_a_stopped_process_does_not_make_its_parent_wait(supervise: Supervise) -> None:
    engine = supervise()
    os.kill(engine.pid, signal.SIGSTOP)
    engine.start(GenerationRequest("x" * 1_000_000, 9), 0.0)
    assert engine._child.congested
    assert engine.tick(0.0)
    os.kill(engine.pid, signal.SIGCONT)
    until(lambda: (engine.tick(0.0), not engine._child.congested)[1])


def test_words_of_an_answer_that_was_closed_are_passed_over(supervise: Supervise) -> None:
    engine = supervise()
    engine.start(GenerationRequest("hang", 9), 0.0).close()
    generation = engine.start(GenerationRequest("hang", 9), 0.0)
    word = {"event": "generation", "wall_time_s": 0.0, "kind": "token", "text": "late", "elapsed_s": 1.0}
    engine._take({**word, "generation": 1})
    assert generation.poll(0.0) == []
    engine._take({**word, "generation": 2})
    assert text_of(generation.poll(0.0)) == "late"


def test_words_cut_in_two_are_joined_and_others_passed_over(supervise: Supervise) -> None:
    child = supervise()._child
    read = iter([b'{"event": "a"', b'}\nwords\n[1]\n{"no": 1}\n{"event": "b"}\n{'])
    child._read = lambda: next(read)
    assert child.receive() == []
    assert child.receive() == [{"event": "a"}, {"event": "b"}]


PARENT = """
import json, sys, time
from flatsat.engine import GenerationRequest
from flatsat.supervised_engine import SupervisedEngine
engine = SupervisedEngine([sys.executable, "-c", *json.loads(sys.argv[1])])
engine.wait_ready(lambda fraction: None)
engine.start(GenerationRequest(sys.argv[2], 9), 0.0)
print(engine.pid, flush=True)
time.sleep(60)
"""


@pytest.mark.parametrize("prompt", ["hang", "block"])
def test_no_process_outlives_its_parent(supervise: Supervise, prompt: str) -> None:
    program = supervise()._command[2:]
    arguments = [json.dumps(program), prompt]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen([sys.executable, "-c", PARENT, *arguments], **pipes) as parent:
        pid = int(parent.stdout.readline())
        assert parent.stderr.readline() == b"a library's own words\n", "the process is at the prompt"
        assert not gone(pid)
        parent.kill()
    until(lambda: gone(pid))


def test_a_process_ends_when_its_input_does(supervise: Supervise) -> None:
    engine = supervise()
    engine._child._stdin.close()
    until(lambda: gone(engine.pid))


def test_settings_reach_the_process() -> None:
    with pytest.raises(EngineError, match=r"exit status|out of memory|SIG"):
        build_engine(EngineSettings(memory_limit_mib=64), lambda fraction: None)
    with pytest.raises(ConfigError, match="threads is 0"):
        build_engine(EngineSettings(threads=0), lambda fraction: None)


@pytest.mark.model
def test_the_model_killed_in_the_middle_gives_the_same_answer(drain: Drain) -> None:
    engine = build_engine(EngineSettings(), lambda fraction: None)
    assert isinstance(engine, SupervisedEngine)
    try:
        request = GenerationRequest("What is the capital of France?", 20)
        whole = text_of(drain(engine.start(request, 0.0)))
        generation = engine.start(request, 0.0)
        until(lambda: text_of(generation.poll(0.0)))
        os.kill(engine.pid, signal.SIGKILL)
        assert drain(generation)[-1] == Lost("SIGKILL")
        await_ready(engine)
        assert text_of(drain(engine.start(request, 0.0))) == whole
        assert "Paris" in whole
    finally:
        engine.close()
