"""What any engine must do, run on the scripted one and on transformers with a tiny model."""

from collections.abc import Callable, Iterator

import pytest

from flatsat.engine import Engine, Event, Finished, Generation, GenerationRequest, PrefillDone, Token
from flatsat.errors import EngineError
from flatsat.scripted_engine import ScriptedEngine
from protocol.messages import FinishReason

Drain = Callable[[Generation], list[Event]]


@pytest.fixture(params=["scripted", "transformers"])
def engine(request: pytest.FixtureRequest) -> Iterator[Engine]:
    if request.param == "scripted":
        yield ScriptedEngine(max_prompt_tokens=2047)
    else:
        yield request.getfixturevalue("tiny_engine")


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
    assert events[0].prompt_tokens == engine.count_tokens("Count me")
    assert isinstance(events[-1], Finished)
    assert (events[-1].reason, events[-1].completion_tokens) == (FinishReason.LENGTH, 7)
    assert sum(isinstance(event, Token) for event in events) == 7


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


def test_a_prompt_longer_than_the_context_is_refused(engine: Engine) -> None:
    prompt = "é " * 3000
    assert engine.count_tokens(prompt) > engine.max_prompt_tokens
    with pytest.raises(EngineError, match="longer than 2047 tokens"):
        engine.start(GenerationRequest(prompt, max_tokens=1), now_s=0.0)
