"""How fast the model answers, as its last answers were."""

from collections import deque
from dataclasses import dataclass

_REMEMBERED = 8


@dataclass(frozen=True, slots=True)
class AnswerTimes:
    """One answer, or the slowest of several by each of its figures."""

    prefill_s: float
    """From the start to the first token."""
    token_s: float
    """Between two tokens."""
    token_octets: float
    """Of text, on the average."""


ASSUMED = AnswerTimes(prefill_s=2.0, token_s=0.5, token_octets=6.0)
"""Until an answer was measured: slower than any model that answers within a pass."""


class Pace:
    """Remembers the last answers."""

    def __init__(self) -> None:
        self._answers: deque[AnswerTimes] = deque(maxlen=_REMEMBERED)

    def add(self, first_token_s: float, end_s: float, tokens: int, octets: int) -> None:
        """Take an answer: times since its start, tokens, octets of text. One of fewer than 2 tokens tells nothing."""
        if tokens > 1:
            self._answers.append(
                AnswerTimes(first_token_s, max(0.0, end_s - first_token_s) / (tokens - 1), octets / tokens)
            )

    @property
    def slowest(self) -> AnswerTimes:
        """The longest time of each kind, and the longest tokens."""
        answers = self._answers or [ASSUMED]
        return AnswerTimes(
            max(each.prefill_s for each in answers),
            max(each.token_s for each in answers),
            max(each.token_octets for each in answers),
        )
