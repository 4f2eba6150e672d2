"""Samples waiting to be worked on, numbered from the first one ever received."""

import numpy as np
from numpy.typing import NDArray


class SampleBuffer:
    """A window onto an endless stream: grows at the end, is trimmed at the front."""

    def __init__(self) -> None:
        self._samples = np.zeros(0, dtype=np.complex64)
        self.first = 0

    @property
    def end(self) -> int:
        """The number of the sample that comes next."""
        return self.first + len(self._samples)

    def append(self, samples: NDArray[np.complex64]) -> None:
        """Add complex64[n] at the end."""
        self._samples = np.concatenate((self._samples, samples))

    def view(self, start: int, stop: int) -> NDArray[np.complex64]:
        """Return samples start..stop-1 as a view; raise IndexError if they are not all held."""
        if not self.first <= start <= stop <= self.end:
            raise IndexError(f"samples {start} to {stop} of {self.first} to {self.end}")
        return self._samples[start - self.first : stop - self.first]

    def trim(self, start: int) -> None:
        """Forget everything before sample ``start``."""
        if start > self.first:
            self._samples = self._samples[start - self.first :]
            self.first = start
