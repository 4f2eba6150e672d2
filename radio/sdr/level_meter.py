"""How strong a device's samples are, and how many are at full scale."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FULL_SCALE = 0.99
"""A component this large is at the end of its range: the last step of 8 bits is above, the one before below."""

CLIPPED_TOO_OFTEN = 1e-3
"""The share of samples at full scale from which on the gain is too high.

Noise of a quarter of full scale, as much as is sensible, reaches full scale in 6e-5 of its components.
"""


@dataclass(frozen=True, slots=True)
class Level:
    """What was measured over a span."""

    clipped_share: float
    """Of the samples, 0 to 1."""
    rms_dbfs: float
    """Root of the mean square of the magnitude, in dB below 1; -200 for silence."""


class LevelMeter:
    """Measures span after span, each of the same count of samples."""

    def __init__(self, span: int) -> None:
        """Take the samples in a span."""
        self._span = span
        self._begin()

    def _begin(self) -> None:
        self._count, self._clipped, self._energy = 0, 0, 0.0

    def add(self, samples: NDArray[np.complex64]) -> Level | None:
        """Take complex64[n], of full scale 1; return the level of the span that these complete, if they do."""
        parts = np.abs(samples.view(np.float32)).reshape(-1, 2)
        self._count += len(samples)
        self._clipped += int(np.count_nonzero(parts.max(axis=1) >= FULL_SCALE)) if len(samples) else 0
        self._energy += float(np.vdot(samples, samples).real)
        if self._count < self._span:
            return None
        mean = max(self._energy / self._count, 1e-20)
        level = Level(self._clipped / self._count, round(10 * float(np.log10(mean)), 2))
        self._begin()
        return level
