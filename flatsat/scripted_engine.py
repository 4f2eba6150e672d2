"""An engine without a model: known answers, by link time alone, for tests that are about the link."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import TypeAlias

from flatsat.engine import Event, Finished, GenerationRequest, Notice, NoticeKind, PrefillDone, PromptTooLong, Token
from flatsat.errors import ConfigError, EngineError
from flatsat.refused_generation import RefusedGeneration
from flatsat.text_stream import AnswerStream
from protocol.messages import FinishReason

_Scripted: TypeAlias = PrefillDone | Token | Finished

_TOKEN = re.compile(r"\s?\w{1,4}|.", re.DOTALL)


class ScriptedEngine:
    """Answers from link time alone: the same prompts at the same times give the same events.

    `answers` maps a prompt to its answer; any other prompt is answered by a sentence that repeats it, after others that
    tell of what came before it. The first token comes `prefill_s` plus one token's time after the start. `inferences`
    counts the generations started. Raises ConfigError.
    """

    runs_on_wall_clock = False
    ready = True
    alive = True

    def __init__(
        self,
        tokens_per_s: float = 25.0,
        prefill_s: float = 0.1,
        answers: Mapping[str, str] | None = None,
        max_prompt_tokens: int = 8191,
    ) -> None:
        if not (math.isfinite(tokens_per_s) and tokens_per_s > 0):
            raise ConfigError("tokens_per_s", tokens_per_s, "greater than 0")
        if not (math.isfinite(prefill_s) and prefill_s >= 0):
            raise ConfigError("prefill_s", prefill_s, "0 or more")
        if max_prompt_tokens < 1:
            raise ConfigError("max_prompt_tokens", max_prompt_tokens, "1 or more")
        self.max_prompt_tokens = max_prompt_tokens
        self.inferences = 0
        self.steps = 0
        self._token_s = 1 / tokens_per_s
        self._prefill_s = prefill_s
        self._answers = dict(answers or {})
        self._current: ScriptedGeneration | RefusedGeneration | None = None
        self._notices: list[Notice] = []

    def count_tokens(self, request: GenerationRequest) -> int:
        """Return the number of pieces that the prompt, and what comes before it, is cut into."""
        return sum(len(_TOKEN.findall(message["content"])) for message in request.messages)

    def tick(self, now_s: float) -> list[Notice]:  # noqa: ARG002
        """Return the notices of flips; count a step, for nothing can hang here."""
        self.steps += 1
        notices, self._notices = self._notices, []
        return notices

    def flip(self, count: int, seed: int) -> None:  # noqa: ARG002
        """Flip nothing, for there are no weights; and say so."""
        self._notices.append(Notice(NoticeKind.FLIPPED, {"flips": []}))

    def start(self, request: GenerationRequest, now_s: float) -> ScriptedGeneration | RefusedGeneration:
        """Begin an answer at `now_s`. Raises EngineError as the port says."""
        if self._current is not None and not self._current.over:
            raise EngineError("a generation is running; only one may")
        if (prompt_tokens := self.count_tokens(request)) > self.max_prompt_tokens:
            self._current = RefusedGeneration(PromptTooLong(prompt_tokens, self.max_prompt_tokens))
            return self._current
        self.inferences += 1
        self._current = ScriptedGeneration(list(self._script(request)), now_s)
        return self._current

    def close(self) -> None:
        """Cancel what runs."""
        if self._current is not None:
            self._current.close()

    def answer(self, prompt: str, system: str | None = None, turns: Sequence[str] = ()) -> str:
        """Return the whole answer to `prompt`, as it would be with no limit and no stop string.

        Of the turns it tells how many questions there were, and the first: answers do not grow with those before.
        """
        if prompt in self._answers:
            return self._answers[prompt]
        told = "" if system is None else f"I was told: {system} "
        before = f"This is question {len(turns) // 2 + 1}, after: {turns[0]} " if turns else ""
        return f"{told}{before}You asked: {prompt} That is all I have been told to say."

    def _script(self, request: GenerationRequest) -> Iterator[_Scripted]:
        """Yield the events of a whole answer; the piece after the last is the end-of-answer token."""
        pieces = [*_TOKEN.findall(self.answer(request.prompt, request.system, request.turns)), ""]
        end_id = len(pieces) - 1

        def decode(ids: Sequence[int]) -> str:
            return "".join(pieces[i] for i in ids)

        stream = AnswerStream(decode, frozenset({end_id}), request.max_tokens, request.stop)
        elapsed_s = self._prefill_s
        yield PrefillDone(self.count_tokens(request), elapsed_s)
        for token_id in range(len(pieces)):
            text = stream.push(token_id)
            elapsed_s = self._prefill_s + stream.tokens * self._token_s
            yield Token(text, elapsed_s)
            if stream.reason is not None:
                yield Finished(stream.reason, stream.tokens, elapsed_s)
                return


class ScriptedGeneration:
    """A list of events, each handed out once link time has reached it."""

    def __init__(self, script: list[_Scripted], start_s: float) -> None:
        self._script = script
        self._start_s = start_s
        self._tokens = 0
        self._cancelled = False
        self.over = False

    def poll(self, now_s: float) -> list[Event]:
        """Return the events that fell due since the last call."""
        if self.over:
            return []
        elapsed_s = now_s - self._start_s
        if self._cancelled:
            self.over = True
            return [Finished(FinishReason.CANCELLED, self._tokens, elapsed_s)]
        due: list[Event] = [event for event in self._script if event.elapsed_s <= elapsed_s]
        del self._script[: len(due)]
        self._tokens += sum(isinstance(event, Token) for event in due)
        self.over = not self._script
        return due

    def cancel(self) -> None:
        """End the answer: the next poll gives Finished(CANCELLED), unless Finished was given already."""
        self._cancelled = True

    def close(self) -> None:
        """End the answer; nothing more is handed out."""
        self.over = True
