import pytest
from hypothesis import given
from hypothesis import strategies as st

from flatsat.engine import Event, Finished, GenerationRequest, PrefillDone, PromptTooLong, Token
from flatsat.errors import ConfigError
from flatsat.scripted_engine import ScriptedEngine
from protocol.messages import FinishReason


def all_events(engine: ScriptedEngine, request: GenerationRequest, step_s: float = 0.01) -> list[Event]:
    generation = engine.start(request, now_s=100.0)
    events: list[Event] = []
    step = 0
    while not generation.over:
        events += generation.poll(100.0 + step * step_s)
        step += 1
    return events


def text_of(events: list[Event]) -> str:
    return "".join(event.text for event in events if isinstance(event, Token))


@given(st.text(min_size=1))
def test_the_answer_is_whole_and_repeats_the_prompt(prompt: str) -> None:
    engine = ScriptedEngine(tokens_per_s=1e6, prefill_s=0.0)
    events = all_events(engine, GenerationRequest(prompt, max_tokens=100_000))
    assert text_of(events) == engine.answer(prompt)
    assert prompt in engine.answer(prompt)


@given(st.text(), st.lists(st.tuples(st.text(), st.text()), min_size=1, max_size=4))
def test_the_answer_tells_what_came_before(system: str, pairs: list[tuple[str, str]]) -> None:
    turns = tuple(text for pair in pairs for text in pair)
    engine = ScriptedEngine(tokens_per_s=1e6, prefill_s=0.0)
    answer = text_of(all_events(engine, GenerationRequest("Why?", 100_000, system=system, turns=turns)))
    assert answer == engine.answer("Why?", system, turns)
    assert f"I was told: {system} " in answer
    assert f"question {len(pairs) + 1}, after: {turns[0]} " in answer


def test_events_fall_due_by_link_time() -> None:
    generation = ScriptedEngine(tokens_per_s=10.0, prefill_s=0.5, answers={"hi": "yes no"}).start(
        GenerationRequest("hi", max_tokens=9), now_s=7.0
    )
    assert generation.poll(7.49) == []
    assert generation.poll(7.55) == [PrefillDone(1, 0.5)]
    assert generation.poll(7.75) == [Token("yes", 0.6), Token(" no", 0.7)]
    assert generation.poll(99.0) == [Token("", 0.8), Finished(FinishReason.STOP, 3, 0.8)]
    assert generation.poll(99.0) == []


@given(st.floats(0.001, 3.0))
def test_events_do_not_depend_on_when_they_are_polled(step_s: float) -> None:
    request = GenerationRequest("What do you see? 🛰️", max_tokens=20)
    assert all_events(ScriptedEngine(), request, step_s) == all_events(ScriptedEngine(), request, 0.04)


def test_max_tokens_and_stop_end_the_answer() -> None:
    engine = ScriptedEngine(answers={"count": "one two three four"})
    cut = all_events(engine, GenerationRequest("count", max_tokens=2))
    stopped = all_events(engine, GenerationRequest("count", max_tokens=99, stop=(" three",)))
    assert (text_of(cut), text_of(stopped)) == ("one two", "one two")
    assert isinstance(cut[-1], Finished)
    assert isinstance(stopped[-1], Finished)
    assert (cut[-1].reason, stopped[-1].reason) == (FinishReason.LENGTH, FinishReason.STOP)


def test_a_cancelled_answer_counts_the_tokens_handed_out() -> None:
    engine = ScriptedEngine(tokens_per_s=10.0, prefill_s=0.0)
    generation = engine.start(GenerationRequest("hi", max_tokens=99), now_s=0.0)
    assert len(generation.poll(0.35)) == 4
    generation.cancel()
    assert generation.poll(0.75) == [Finished(FinishReason.CANCELLED, 3, 0.75)]


def test_inferences_are_counted() -> None:
    engine = ScriptedEngine()
    for _ in range(3):
        all_events(engine, GenerationRequest("again", max_tokens=2))
    assert engine.inferences == 3


def test_it_never_seems_to_hang_whatever_link_time_does() -> None:
    engine = ScriptedEngine()
    generation = engine.start(GenerationRequest("Why?", max_tokens=9), now_s=0.0)
    steps = engine.steps
    assert (generation.poll(0.0), engine.tick(0.0)) == ([], [])
    assert engine.steps > steps


def test_a_refused_prompt_is_no_inference() -> None:
    engine = ScriptedEngine(max_prompt_tokens=2)
    assert engine.start(GenerationRequest("a b c", max_tokens=1), now_s=0.0).poll(0.0) == [PromptTooLong(3, 2)]
    assert engine.inferences == 0


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("tokens_per_s", 0.0),
        ("tokens_per_s", float("inf")),
        ("prefill_s", -1.0),
        ("prefill_s", float("nan")),
        ("max_prompt_tokens", 0),
    ],
)
def test_unusable_settings_are_refused(field: str, value: float) -> None:
    with pytest.raises(ConfigError) as caught:
        ScriptedEngine(**{field: value})  # type: ignore[arg-type]
    assert caught.value.field == field


@pytest.mark.parametrize(
    ("field", "settings"),
    [
        ("prompt", {"prompt": ""}),
        ("turns", {"turns": ("a",)}),
        ("max_tokens", {"max_tokens": 0}),
        ("temperature", {"temperature": -0.1}),
        ("temperature", {"temperature": float("nan")}),
        ("seed", {"seed": -1}),
        ("seed", {"seed": 2**63}),
        ("stop", {"stop": ("x", "")}),
    ],
)
def test_unusable_requests_are_refused(field: str, settings: dict[str, object]) -> None:
    with pytest.raises(ConfigError) as caught:
        GenerationRequest(**{"prompt": "hi", "max_tokens": 1, **settings})  # type: ignore[arg-type]
    assert caught.value.field == field
