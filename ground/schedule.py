"""Whose turn it is on the uplink."""

from collections.abc import Iterable
from math import inf

from ground.inquiry import Inquiry


class UplinkSchedule:
    """Gives the uplink to one inquiry after another, and starts the timer of each when it has been delivered."""

    def __init__(self, response_timeout_s: float) -> None:
        self._response_timeout_s = response_timeout_s
        self._ask_again_s = -inf

    def heard(self) -> None:
        """Note that the spacecraft is not silent."""
        self._ask_again_s = -inf

    def take(self, inquiries: Iterable[Inquiry], now_s: float) -> Inquiry | None:
        """Return the inquiry that is due longest, None if none is."""
        due = [inquiry for inquiry in inquiries if inquiry.open and now_s >= self._due_s(inquiry)]
        taken = min(due, key=lambda inquiry: inquiry.due_s, default=None)
        if taken is not None and taken.requests:
            self._ask_again_s = inf
        return taken

    def delivered(self, inquiry: Inquiry, now_s: float) -> None:
        """Await an answer to what was sent, unless something new came up meanwhile."""
        self._ask_again_s = now_s + self._response_timeout_s
        if inquiry.due_s == inf:
            inquiry.due_s = self._ask_again_s

    def _due_s(self, inquiry: Inquiry) -> float:
        """While the spacecraft is silent, requests are repeated one at a time, however many answers wait."""
        return max(inquiry.due_s, self._ask_again_s) if inquiry.requests else inquiry.due_s
