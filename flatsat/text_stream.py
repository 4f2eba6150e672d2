"""From token ids to text that may be shown: whole characters, cut before a stop string."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias

from protocol.messages import FinishReason

Decode: TypeAlias = Callable[[Sequence[int]], str]

_INCOMPLETE = "\N{REPLACEMENT CHARACTER}"
"""What a tokenizer's decoder puts in place of the bytes of a character that is not complete."""


class IncrementalDecoder:
    """Decodes token by token; the pieces joined equal `decode` of all tokens at once.

    A token alone may decode otherwise than among its neighbours (a leading space goes missing, a character
    spans two tokens), so each is decoded together with the tokens that gave the piece before it.
    """

    def __init__(self, decode: Decode) -> None:
        self._decode = decode
        self._window: list[int] = []
        self._shown = 0

    def push(self, token_id: int) -> str:
        """Return the text that `token_id` completes, '' if none."""
        self._window.append(token_id)
        text = self._pending()
        if not text or text.endswith(_INCOMPLETE):
            return ""
        del self._window[: self._shown]
        self._shown = len(self._window)
        return text

    def finish(self) -> str:
        """Return what was held back; an incomplete character shows as U+FFFD. No token may follow."""
        return self._pending()

    def _pending(self) -> str:
        shown = self._decode(self._window[: self._shown])
        return self._decode(self._window)[len(shown) :]


class StopFilter:
    """Passes text on up to the first stop string to be completed, which is not passed on itself.

    Where two are completed by the same character the longer one counts. Text that may be the beginning of a
    stop string is held back until that is decided, so how the text is cut into pieces makes no difference.
    """

    def __init__(self, stop: tuple[str, ...]) -> None:
        self._stop = stop
        self._held = ""
        self.matched = False

    def push(self, text: str) -> str:
        """Return what may be shown now that `text` has come; '' for ever after a match."""
        if self.matched:
            return ""
        text = self._held + text
        found = [(begin + len(stop), begin) for stop in self._stop if (begin := text.find(stop)) >= 0]
        if found:
            self.matched = True
            self._held = ""
            return text[: min(found)[1]]
        shown = len(text) - self._undecided(text)
        self._held = text[shown:]
        return text[:shown]

    def finish(self) -> str:
        """Return what was held back: no more text will come."""
        held, self._held = self._held, ""
        return held

    def _undecided(self, text: str) -> int:
        """Return the length of the longest end of `text` that begins a stop string."""
        longest = min(len(text), max(map(len, self._stop), default=1) - 1)
        ends = (n for n in range(longest, 0, -1) if any(stop.startswith(text[-n:]) for stop in self._stop))
        return next(ends, 0)


class AnswerStream:
    """The answer as its tokens come: its text, piece by piece, and when and why it ends."""

    def __init__(self, decode: Decode, end_ids: frozenset[int], max_tokens: int, stop: tuple[str, ...] = ()) -> None:
        self._decoder = IncrementalDecoder(decode)
        self._stop = StopFilter(stop)
        self._end_ids = end_ids
        self._max_tokens = max_tokens
        self.tokens = 0
        self.reason: FinishReason | None = None

    def push(self, token_id: int) -> str:
        """Return the text to show for `token_id`; sets `reason` where the answer ends with it."""
        self.tokens += 1
        text = self._decoder.push(token_id)
        if token_id in self._end_ids:
            self.reason = FinishReason.STOP
        elif self.tokens >= self._max_tokens:
            self.reason = FinishReason.LENGTH
        return self._filtered(text) if self.reason is None else self._last(text + self._decoder.finish())

    def _filtered(self, text: str) -> str:
        shown = self._stop.push(text)
        if self._stop.matched:
            self.reason = FinishReason.STOP
        return shown

    def _last(self, text: str) -> str:
        return self._filtered(text) + self._stop.finish()
