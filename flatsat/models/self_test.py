"""What a model has to answer before it is trusted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flatsat.engine import Engine, Event, Finished, Generation, GenerationRequest, Lost, PromptTooLong, Token
from flatsat.errors import EngineError
from protocol.messages import FinishReason
from protocol.model_package.manifest import SelfTestPrompt

DEFAULT_PROMPTS = (SelfTestPrompt("What is the capital of France?"),)

_COMPLETE = (FinishReason.STOP, FinishReason.LENGTH)


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a model passed; `detail` says what was wrong."""

    passed: bool
    detail: str = ""


class SelfTest:
    """Asks each prompt twice: the answers have to be complete, not blank, the same, and hold what is expected."""

    def __init__(self, engine: Engine, prompts: Sequence[SelfTestPrompt]) -> None:
        self._engine = engine
        self._left = [prompt for prompt in prompts or DEFAULT_PROMPTS for _ in range(2)]
        self._generation: Generation | None = None
        self._text = ""
        self._first: str | None = None

    def poll(self, now_s: float) -> Verdict | None:
        """Return the verdict, or None while there is none. Never blocks."""
        try:
            if self._generation is None:
                self._ask(now_s)
            return self._take(now_s)
        except EngineError as error:
            return Verdict(False, error.message)

    def _ask(self, now_s: float) -> None:
        test = self._left[0]
        self._text = ""
        self._generation = self._engine.start(GenerationRequest(test.prompt, test.max_tokens), now_s)

    def _take(self, now_s: float) -> Verdict | None:
        events: list[Event] = self._generation.poll(now_s) if self._generation else []
        for event in events:
            if isinstance(event, Token):
                self._text += event.text
            elif isinstance(event, Finished):
                return self._judge(event)
            elif isinstance(event, Lost | PromptTooLong):
                return Verdict(False, f"{self._left[0].prompt!r:.60}: {event}")
        return None

    def _judge(self, finished: Finished) -> Verdict | None:
        test, self._generation = self._left.pop(0), None
        if finished.reason not in _COMPLETE:
            return Verdict(False, f"{test.prompt!r:.60}: {finished.reason.value} {finished.detail}")
        if not self._text.strip():
            return Verdict(False, f"{test.prompt!r:.60}: the answer is blank")
        if test.expect.casefold() not in self._text.casefold():
            return Verdict(False, f"{test.prompt!r:.60}: {self._text!r:.60} does not hold {test.expect!r:.60}")
        first, self._first = self._first, self._text if self._first is None else None
        if first is not None and first != self._text:
            return Verdict(False, f"{test.prompt!r:.60}: first {first!r:.60}, then {self._text!r:.60}")
        return None if self._left else Verdict(True)
