"""Samples waiting to be worked on, numbered from the first one ever received."""

import numpy as np
from numpy.typing import NDArray


class SampleBuffer:
    """A window onto an endless stream: grows at the end, is trimmed at the front."""

    def __init__(self) -> None:
        self._store = np.zeros(1024, dtype=np.complex64)
        self._from = self._to = 0  # what of the store is held
        self.first = 0

    @property
    def end(self) -> int:
        """The number of the sample that comes next."""
        return self.first + self._to - self._from

    def append(self, samples: NDArray[np.complex64]) -> None:
        """Add complex64[n] at the end."""
        if self._to + len(samples) > len(self._store):
            self._make_room(len(samples))
        self._store[self._to : self._to + len(samples)] = samples
        self._to += len(samples)

    def _make_room(self, count: int) -> None:
        """Move what is held into a store that it fills at most half, so that moving stays rare."""
        held = self._store[self._from : self._to]
        store = np.empty(2 * (len(held) + count), dtype=np.complex64)
        store[: len(held)] = held
        self._store, self._from, self._to = store, 0, len(held)

    def view(self, start: int, stop: int) -> NDArray[np.complex64]:
        """Return samples start..stop-1 as a view; raise IndexError if they are not all held."""
        if not self.first <= start <= stop <= self.end:
            raise IndexError(f"samples {start} to {stop} of {self.first} to {self.end}")
        offset = self._from - self.first
        return self._store[start + offset : stop + offset]

    def trim(self, start: int) -> None:
        """Forget everything before sample ``start``."""
        dropped = max(0, min(start, self.end) - self.first)
        self._from += dropped
        self.first += dropped
