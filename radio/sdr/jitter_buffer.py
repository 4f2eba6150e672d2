"""Samples that come in lumps, given out evenly."""

import math

import numpy as np
from numpy.typing import NDArray


class JitterBuffer:
    """Holds samples back for so long that the next have come before the last are given out.

    Who answers a lump at once answers it in a lump, too, and what is transmitted then is torn. The last of a lump is
    new, and waits for the whole time. Pure: the wall clock is an argument.
    """

    def __init__(self, rate_hz: float, depth_s: float) -> None:
        """``depth_s``: the longest time between two lumps; with 0 all is given out at once."""
        self._rate_hz, self._depth_s = rate_hz, depth_s
        self._waiting = np.zeros(0, dtype=np.complex64)
        self._due_s = math.inf
        """When the first that waits is to be given out."""

    def put(self, samples: NDArray[np.complex64], now_s: float) -> None:
        """Take in complex64[n]: they follow on those that wait, but wait no longer than they have to."""
        if not len(self._waiting):
            self._due_s = math.inf
        self._waiting = np.concatenate((self._waiting, samples))
        self._due_s = min(self._due_s, now_s + self._depth_s - len(self._waiting) / self._rate_hz)

    def take(self, now_s: float) -> NDArray[np.complex64]:
        """Return what is due by now: complex64[n]."""
        late = (now_s - self._due_s) * self._rate_hz
        count = round(late) if late > 0 else 0
        given, self._waiting = self._waiting[:count], self._waiting[count:]
        self._due_s += len(given) / self._rate_hz
        return given
