"""Whose turn it is on the uplink."""

from collections.abc import Iterable, Iterator
from math import inf

from ground.inquiry import Inquiry, InquiryState


class UplinkSchedule:
    """Gives the uplink to one inquiry after another, and starts the timer of each when its frames have left."""

    def __init__(self, response_timeout_s: float) -> None:
        self._response_timeout_s = response_timeout_s
        self._on_the_air: Inquiry | None = None
        self._ask_again_s = -inf

    def heard(self) -> None:
        """Note that the spacecraft is not silent."""
        self._ask_again_s = -inf

    def take(self, inquiries: Iterable[Inquiry], now_s: float) -> Inquiry | None:
        """The last message has left: return the inquiry that is due longest, which is on the air from now on."""
        if self._on_the_air is not None:
            self._start_timer(self._on_the_air, now_s)
        due = [inquiry for inquiry in _candidates(inquiries) if now_s >= self._due_s(inquiry)]
        self._on_the_air = min(due, key=lambda inquiry: inquiry.due_s) if due else None
        return self._on_the_air

    def _due_s(self, inquiry: Inquiry) -> float:
        """While the spacecraft is silent, requests are repeated one at a time, however many answers wait."""
        return max(inquiry.due_s, self._ask_again_s) if inquiry.requests else inquiry.due_s

    def _start_timer(self, inquiry: Inquiry, now_s: float) -> None:
        """Await an answer to what was sent, unless something new came up meanwhile."""
        self._ask_again_s = now_s + self._response_timeout_s
        if inquiry.due_s == inf:
            inquiry.due_s = self._ask_again_s


def _candidates(inquiries: Iterable[Inquiry]) -> Iterator[Inquiry]:
    """Yield what a message can be sent for: of the prompts only the first that waits, and that if none is sent."""
    prompt_found = False
    for inquiry in inquiries:
        if inquiry.known_on_board or (inquiry.open and inquiry.cancelling):
            yield inquiry
        elif inquiry.open and not prompt_found:
            prompt_found = True
            if inquiry.state is InquiryState.WAITING_TO_SEND:
                yield inquiry
