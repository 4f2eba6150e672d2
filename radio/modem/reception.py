"""What a receiver gives: frames, and how they were received."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class FrameQuality:
    """How a frame was received."""

    started_s: float
    """Link time of its marker's first symbol."""
    ended_s: float
    es_n0_db: float
    """Es/N0 of the modulation's symbols: measured against the frame's own symbols if it was decoded."""
    first_offset_hz: float
    last_offset_hz: float
    corrected: int
    """Bits (BCH, LDPC) or octets (Reed-Solomon) that the decoder corrected."""
    constellation: NDArray[np.complex64]
    """Up to 256 of its symbols, complex64, of unit mean power."""
    symbols: int = 0
    """Channel symbols after the marker, of a frame that was decoded."""
    symbol_errors: int = 0
    """How many of them were received with the wrong sign."""


@dataclass(frozen=True, slots=True)
class Reception:
    """A burst, or a unit of a stream, that ended: with its frame, or without one if it could not be decoded."""

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
