"""A recording on disk, read in blocks: it may be larger than the memory."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from radio.errors import RecordingError
from radio.recording.sample_format import SampleFormat


@dataclass(frozen=True, slots=True)
class Recording:
    """Samples in a file, and how they are to be read. Raises RecordingError if there are none, or no rate."""

    path: Path
    format: SampleFormat
    sample_rate_hz: float
    first_octet: int
    octets: int
    """Of all samples; those of a last, incomplete one too."""
    octets_missing: int = 0
    """What the file's header promises and the file does not hold."""

    def __post_init__(self) -> None:
        if not 0 < self.sample_rate_hz < math.inf:
            raise RecordingError("sample_rate_hz", self.sample_rate_hz, "more than 0")
        if self.count <= 0:  # a header that is longer than its file leaves fewer than none
            raise RecordingError("samples", 0, f"at least one of {self.format.octets} octets in {self.path.name}")

    @property
    def count(self) -> int:
        """How many samples there are."""
        return self.octets // self.format.octets

    @property
    def octets_discarded(self) -> int:
        """At the end, which make no whole sample."""
        return self.octets % self.format.octets

    def blocks(self, size: int) -> Iterator[NDArray[np.complex64]]:
        """Give all samples, complex64[size] at a time and the rest last."""
        with self.path.open("rb") as file:
            file.seek(self.first_octet)
            left = self.count
            while left:
                octets = file.read(min(size, left) * self.format.octets)
                if not octets:
                    raise RecordingError("samples", self.count - left, f"{self.count}: the file became shorter")
                block = self.format.samples(octets)
                left -= len(block)
                yield block
