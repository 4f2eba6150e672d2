"""What any engine must do, run on the scripted one, on transformers with a tiny model, and on both in own processes."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from flatsat.build import EngineSettings, supervise_engine
from flatsat.engine import (
    Engine,
    Event,
    Finished,
    Generation,
    GenerationRequest,
    NoticeKind,
    PrefillDone,
    PromptTooLong,
    Token,
)
from flatsat.errors import EngineError
from flatsat.scripted_engine import ScriptedEngine
from protocol.messages import FinishReason

Drain = Callable[[Generation], list[Event]]


@pytest.fixture(scope="module")
def tiny_in_its_process(tiny_gguf: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    pytest.importorskip("transformers")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        engine = supervise_engine(EngineSettings(model=str(tiny_gguf)))
        try:
            engine.wait_ready(lambda fraction: None)
            yield engine
        finally:
            engine.close()


@pytest.fixture(params=["scripted", "transformers", "supervised scripted", "supervised transformers"])
def engine(request: pytest.FixtureRequest) -> Engine:
    match request.param:
        case "scripted":
            return ScriptedEngine(max_prompt_tokens=2047)
        case "supervised scripted":
            return request.getfixturevalue("supervise")()
        case "supervised transformers":
            return request.getfixturevalue("tiny_in_its_process")
    return request.getfixturevalue("tiny_engine")


def text_of(events: list[Event]) -> str:
    return "".join(event.text for event in events if isinstance(event, Token))


def test_events_come_in_order_and_times_never_fall(engine: Engine, drain: Drain) -> None:
    request = GenerationRequest("Where are you? 🛰️", max_tokens=12)
    events = drain(engine.start(request, now_s=0.0))
    assert [type(event) for event in events] == [PrefillDone, *[Token] * (len(events) - 2), Finished]
    times_s = [event.elapsed_s for event in events]
    assert times_s == sorted(times_s)
    assert times_s[0] > 0


def test_tokens_are_counted(engine: Engine, drain: Drain) -> None:
    request = GenerationRequest("Count me", max_tokens=7)
    events = drain(engine.start(request, now_s=0.0))
    assert isinstance(events[0], PrefillDone)
    assert events[0].prompt_tokens in (len("Count me"), ScriptedEngine().count_tokens(request))
    assert isinstance(events[-1], Finished)
    assert (events[-1].reason, events[-1].completion_tokens) == (FinishReason.LENGTH, 7)
    assert sum(isinstance(event, Token) for event in events) == 7


def test_what_comes_before_the_prompt_is_read_and_counted(engine: Engine, drain: Drain) -> None:
    def first(*before: object) -> PrefillDone:
        (event, *_) = drain(engine.start(GenerationRequest("Count me", 7, 0.0, 0, (), *before), now_s=0.0))  # type: ignore[arg-type]
        assert isinstance(event, PrefillDone)
        return event

    alone, told, spoken = first(), first("Be brief."), first("Be brief.", ("Hi.", "Hello."))
    assert alone.prompt_tokens < told.prompt_tokens < spoken.prompt_tokens


def test_a_conversation_that_is_too_long_is_refused(engine: Engine, drain: Drain) -> None:
    request = GenerationRequest("One", 3, turns=("é " * 1500, "é " * 1500))
    (refusal,) = drain(engine.start(request, now_s=0.0))
    assert isinstance(refusal, PromptTooLong)
    assert refusal.prompt_tokens > refusal.limit == 2047


def test_the_same_request_gives_the_same_answer(engine: Engine, drain: Drain) -> None:
    request = GenerationRequest("Twice", max_tokens=20)
    first, second = (text_of(drain(engine.start(request, now_s=0.0))) for _ in range(2))
    assert first == second


def test_an_answer_ends_before_its_stop_string(engine: Engine, drain: Drain) -> None:
    whole = text_of(drain(engine.start(GenerationRequest("Stop", max_tokens=20), now_s=0.0)))
    stop = whole[len(whole) // 2 :][:2]
    events = drain(engine.start(GenerationRequest("Stop", max_tokens=20, stop=(stop,)), now_s=0.0))
    assert text_of(events) == whole[: whole.index(stop)]
    assert isinstance(events[-1], Finished)
    assert events[-1].reason is FinishReason.STOP


def test_cancelling_ends_the_answer(engine: Engine, drain: Drain) -> None:
    generation = engine.start(GenerationRequest("A long answer " * 20, max_tokens=1500), now_s=0.0)
    generation.cancel()
    last = drain(generation)[-1]
    assert isinstance(last, Finished)
    assert last.reason is FinishReason.CANCELLED
    assert generation.poll(1e9) == []


def test_a_second_generation_waits_for_the_first_to_end(engine: Engine, drain: Drain) -> None:
    generation = engine.start(GenerationRequest("One", max_tokens=3), now_s=0.0)
    with pytest.raises(EngineError, match="only one"):
        engine.start(GenerationRequest("Two", max_tokens=3), now_s=0.0)
    drain(generation)
    drain(engine.start(GenerationRequest("Two", max_tokens=3), now_s=0.0))


def test_a_closed_generation_says_no_more_and_leaves_the_engine_free(engine: Engine, drain: Drain) -> None:
    generation = engine.start(GenerationRequest("One", max_tokens=1500), now_s=0.0)
    generation.close()
    assert generation.poll(1e9) == []
    events = drain(engine.start(GenerationRequest("Two", max_tokens=3), now_s=0.0))
    assert isinstance(events[-1], Finished)
    assert events[-1].reason is FinishReason.LENGTH


def test_a_prompt_longer_than_the_context_is_refused_and_leaves_the_engine_free(engine: Engine, drain: Drain) -> None:
    (refusal,) = drain(engine.start(GenerationRequest("é " * 3000, max_tokens=1), now_s=0.0))
    assert isinstance(refusal, PromptTooLong)
    assert refusal.prompt_tokens > refusal.limit == 2047
    assert isinstance(drain(engine.start(GenerationRequest("One", max_tokens=3), now_s=0.0))[-1], Finished)


def test_it_works(engine: Engine) -> None:
    assert engine.ready
    assert engine.alive


def test_flips_are_told_of(engine: Engine) -> None:
    engine.flip(0, seed=1)
    give_up_s = time.monotonic() + 30
    notices = []
    while not notices:
        assert time.monotonic() < give_up_s
        notices = [notice for notice in engine.tick(0.0) if notice.kind is NoticeKind.FLIPPED]
    assert [notice.detail for notice in notices] == [{"flips": []}]
