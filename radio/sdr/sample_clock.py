"""How many samples a device has lost, told by the wall clock."""

_WINDOW_S = 2.0
_TOLERANCE_S = 0.1
"""Less than this is taken for delay: a busy computer is late by as much for a whole window."""
_DRIFT = 100e-6
"""What a device's clock may differ from the wall clock."""


class SampleClock:
    """Compares the count of samples with the wall clock, and calls what stays missing lost.

    Samples come late, in bursts, and never early: so the least lag of a window tells how many there are. What the
    first window shows is what buffers hold. From then on a lag that stays above it is a loss, and one that goes again
    was a delay; a device's clock that is a little fast or slow is followed. Pure: the wall clock is an argument.
    """

    def __init__(self, rate_hz: float) -> None:
        self._rate_hz = rate_hz
        self._start_s: float | None = None
        self._count = 0
        self._base_s: float | None = None
        """The least lag with nothing lost."""
        self._least_s = 0.0
        self._window_end_s = 0.0
        self.lost = 0
        """Samples lost so far."""

    def take(self, count: int, wall_s: float) -> int:
        """Take that ``count`` samples have come by ``wall_s``; return how many more are now known to be lost."""
        if self._start_s is None:
            self._start_s = wall_s - count / self._rate_hz
            self._open_window(wall_s, 0.0)
        self._count += count
        lag_s = wall_s - self._start_s - (self._count + self.lost) / self._rate_hz
        self._least_s = min(self._least_s, lag_s)
        if wall_s < self._window_end_s:
            return 0
        lost = self._judge()
        self._open_window(wall_s, lag_s - lost / self._rate_hz)
        return lost

    def _open_window(self, wall_s: float, lag_s: float) -> None:
        self._window_end_s, self._least_s = wall_s + _WINDOW_S, lag_s

    def _judge(self) -> int:
        """Return what the window that ends shows to be lost."""
        if self._base_s is None or (self._least_s < self._base_s and not self.lost):
            self._base_s = self._least_s
        excess_s = self._least_s - self._base_s
        if excess_s < _TOLERANCE_S:
            self._base_s += min(max(excess_s, -_DRIFT * _WINDOW_S), _DRIFT * _WINDOW_S)
            return 0
        lost = round(excess_s * self._rate_hz)
        self.lost += lost
        return lost
