"""Whether somebody transmits."""

from collections import deque

import numpy as np
from numpy.typing import NDArray

_REMEMBERED_S = 10.0
_RISE = 1.26
"""1 dB above the noise: in blocks of 2400 samples, twelve standard deviations. So a signal 6 dB below the noise of the
whole band is heard: in 240 kHz, 38.4 kbaud at an Es/N0 of 2 dB."""


class CarrierSense:
    """Compares each block's power with the least of the last 10 s, which is taken for noise."""

    def __init__(self, rate_hz: float) -> None:
        self._rate_hz = rate_hz
        self._time_s = 0.0
        self._powers: deque[tuple[float, float]] = deque()
        """Time and power of the blocks that are the weakest from there on."""

    def hears(self, samples: NDArray[np.complex64]) -> bool:
        """Return whether the block complex64[n] is louder than noise; one of zeros was not received and says no."""
        power = float(np.vdot(samples, samples).real) / max(len(samples), 1)
        if power == 0.0:
            return False
        self._time_s += len(samples) / self._rate_hz
        while self._powers and self._powers[-1][1] >= power:
            self._powers.pop()
        self._powers.append((self._time_s, power))
        while self._powers[0][0] < self._time_s - _REMEMBERED_S:
            self._powers.popleft()
        return power > _RISE * self._powers[0][1]
