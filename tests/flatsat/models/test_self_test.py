from collections.abc import Iterable
from typing import Any

import pytest

from flatsat.engine import Event, Finished, Token
from flatsat.errors import EngineError
from flatsat.models.self_test import SelfTest, Verdict
from flatsat.scripted_engine import ScriptedEngine
from protocol.messages import FinishReason
from protocol.model_package.manifest import SelfTestPrompt

HI = SelfTestPrompt("Hi", 8)


class FixedEngine:
    """Gives each generation the next list of events."""

    runs_on_wall_clock = False
    max_prompt_tokens = 100

    def __init__(self, *generations: Iterable[Event]) -> None:
        self._generations = list(generations)
        self.requests: list[Any] = []

    def start(self, request: Any, now_s: float) -> "FixedEngine":
        self.requests.append(request)
        if not self._generations:
            raise EngineError("the worker died")
        return self

    def poll(self, now_s: float) -> list[Event]:
        return list(self._generations.pop(0))

    def cancel(self) -> None: ...
    def close(self) -> None: ...


def answer(*texts: str, reason: FinishReason = FinishReason.STOP, detail: str = "") -> list[Event]:
    return [*(Token(text, 0.1) for text in texts), Finished(reason, len(texts), 0.1, detail)]


def verdict_of(test: SelfTest) -> Verdict:
    for step in range(1000):
        verdict = test.poll(step / 10)
        if verdict is not None:
            return verdict
    raise AssertionError("no verdict")


def test_each_prompt_is_asked_twice_and_greedily() -> None:
    engine = FixedEngine(*[answer("Hel", "lo")] * 2, *[answer("four")] * 2)
    test = SelfTest(engine, [SelfTestPrompt("Hi", 8, "HELLO"), SelfTestPrompt("2+2", 3)])
    assert verdict_of(test) == Verdict(True)
    assert [(each.prompt, each.max_tokens) for each in engine.requests] == [
        ("Hi", 8),
        ("Hi", 8),
        ("2+2", 3),
        ("2+2", 3),
    ]
    assert all(each.temperature == 0 for each in engine.requests)


def test_a_model_that_runs_by_link_time_takes_its_time() -> None:
    test = SelfTest(ScriptedEngine(), ())
    assert test.poll(0.0) is None
    assert test.poll(0.0) is None
    assert verdict_of(test) == Verdict(True)


@pytest.mark.parametrize(
    ("generations", "detail"),
    [
        ([answer("")], "blank"),
        ([answer(" \n")], "blank"),
        ([answer("a", reason=FinishReason.ERROR, detail="NaN")], "NaN"),
        ([answer("a", reason=FinishReason.CANCELLED)], "cancelled"),
        ([answer("Hello"), answer("Hallo")], "then 'Hallo'"),
        ([answer("hello")], "died"),
        ([], "died"),
    ],
)
def test_what_is_wrong_is_told(generations: list[list[Event]], detail: str) -> None:
    verdict = verdict_of(SelfTest(FixedEngine(*generations), [HI]))
    assert not verdict.passed
    assert detail in verdict.detail


def test_an_answer_without_what_is_expected_fails() -> None:
    verdict = verdict_of(SelfTest(FixedEngine(answer("Rome")), [SelfTestPrompt("Capital?", 3, "Paris")]))
    assert not verdict.passed
    assert "'Paris'" in verdict.detail
