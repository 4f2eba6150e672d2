"""A generation that a worker thread computes, and a loop that must not block polls."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import Executor
from queue import SimpleQueue
from threading import Event as Flag
from typing import TypeAlias

from flatsat.engine import Event, Finished, PrefillDone, Token
from flatsat.text_stream import AnswerStream
from protocol.messages import FinishReason

OnToken: TypeAlias = Callable[[int], bool]
"""Called with each new token's id as soon as it is known; returns whether the answer ends with it."""


class BackgroundGeneration:
    """An answer in the making: `compute` runs in `worker` and reports its tokens, `poll` hands them out.

    Times are those of the monotonic clock. Whatever `compute` raises becomes Finished(ERROR).
    """

    def __init__(
        self, worker: Executor, compute: Callable[[OnToken], object], stream: AnswerStream, prompt_tokens: int
    ) -> None:
        self.over = False
        self._stream = stream
        self._prompt_tokens = prompt_tokens
        self._events: SimpleQueue[Event] = SimpleQueue()
        self._cancelled = Flag()
        self._start_s = time.perf_counter()
        self._future = worker.submit(compute, self._token_generated)

    def poll(self, now_s: float) -> list[Event]:  # noqa: ARG002
        """Return the events since the last call; never blocks."""
        if self.over:
            return []
        done = self._future.done()  # asked first: all that the worker left is then in the queue
        events = [self._events.get_nowait() for _ in range(self._events.qsize())]
        if done:
            self.over = True
            events.append(self._finished())
        return events

    def cancel(self) -> None:
        """End the answer after the token that is being computed."""
        self._cancelled.set()

    def close(self) -> None:
        """Cancel; the worker ends within a token, and nothing more is handed out."""
        self.over = True
        self._cancelled.set()
        self._future.cancel()

    def _token_generated(self, token_id: int) -> bool:
        elapsed_s = self._elapsed_s()
        if self._stream.tokens == 0:
            self._events.put(PrefillDone(self._prompt_tokens, elapsed_s))
        self._events.put(Token(self._stream.push(token_id), elapsed_s))
        return self._stream.reason is not None or self._cancelled.is_set()

    def _finished(self) -> Finished:
        error = self._future.exception()
        if error is not None:
            detail = f"{type(error).__name__}: {error}"
            return Finished(FinishReason.ERROR, self._stream.tokens, self._elapsed_s(), detail)
        reason = self._stream.reason or FinishReason.CANCELLED
        return Finished(reason, self._stream.tokens, self._elapsed_s())

    def _elapsed_s(self) -> float:
        return time.perf_counter() - self._start_s
