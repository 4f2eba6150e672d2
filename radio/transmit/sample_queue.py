"""Samples that wait to be transmitted, given out in chunks of one length."""

import numpy as np
from numpy.typing import NDArray


class SampleQueue:
    """First in, first out; what is less than a chunk waits for more."""

    def __init__(self, sample_rate_hz: float, chunk: int) -> None:
        self._rate_hz, self._chunk = sample_rate_hz, chunk
        self._samples = np.zeros(0, dtype=np.complex64)

    def put(self, samples: NDArray[np.complex64]) -> None:
        """Add complex64[n]."""
        self._samples = np.concatenate((self._samples, samples))

    def peek(self) -> NDArray[np.complex64] | None:
        """Return the next chunk, complex64, if it is there whole."""
        return self._samples[: self._chunk] if len(self._samples) >= self._chunk else None

    def drop(self) -> None:
        """The next chunk has been dealt with."""
        self._samples = self._samples[self._chunk :]

    @property
    def length_s(self) -> float:
        """How long it would take to transmit all that waits."""
        return len(self._samples) / self._rate_hz
