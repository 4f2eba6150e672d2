"""What a receiver gives: frames, and how they were received."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class FrameQuality:
    """How a burst was received."""

    started_s: float
    """Link time of its marker's first symbol."""
    ended_s: float
    es_n0_db: float
    first_offset_hz: float
    last_offset_hz: float
    corrected: int
    """Bits (BCH) or octets (Reed-Solomon) that the decoder corrected."""
    constellation: NDArray[np.complex64]
    """Up to 256 of the burst's symbols, complex64, of unit mean power."""


@dataclass(frozen=True, slots=True)
class Reception:
    """A burst that ended: with its frame, or without one if it could not be decoded."""

    frame: bytes | None
    quality: FrameQuality

    def shifted(self, origin_s: float) -> "Reception":
        """Return the same reception with its times counted from ``origin_s`` earlier."""
        moved = replace(
            self.quality,
            started_s=self.quality.started_s + origin_s,
            ended_s=self.quality.ended_s + origin_s,
        )
        return Reception(self.frame, moved)
