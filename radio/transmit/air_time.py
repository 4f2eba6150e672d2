"""How long a carrier was on, within the last so many seconds."""

from collections import deque


class AirTime:
    """The carrier's past, as far as a window goes back."""

    def __init__(self, window_s: float) -> None:
        self._window_s = window_s
        self._spans: deque[tuple[float, float]] = deque()
        self._since_s: float | None = None

    def begin(self, now_s: float) -> None:
        """The carrier is on from now, unless it is already."""
        if self._since_s is None:
            self._since_s = now_s

    def end(self, now_s: float) -> None:
        """The carrier is off from now."""
        if self._since_s is not None:
            self._spans.append((self._since_s, now_s))
        self._since_s = None

    def unbroken_s(self, now_s: float) -> float:
        """Return how long it has been on by now without a pause."""
        return 0.0 if self._since_s is None else now_s - self._since_s

    def within_window_s(self, now_s: float) -> float:
        """Return for how much of the window that ends now it was on."""
        start_s = now_s - self._window_s
        while self._spans and self._spans[0][1] <= start_s:
            self._spans.popleft()
        past_s = sum(end_s - max(begin_s, start_s) for begin_s, end_s in self._spans)
        return min(past_s + self.unbroken_s(now_s), self._window_s)
