"""A source of samples in real time, for whoever asks in time."""

import numpy as np
from numpy.typing import NDArray

from radio.zmq_iq import IqSource


class LeakyIqSource(IqSource):
    """Gives samples to whoever requests them; when too many wait, all that wait are lost."""

    def __init__(self, endpoint: str, most: int) -> None:
        """Take the most samples that may wait. Raise LinkPortError if the endpoint is taken or not valid."""
        super().__init__(endpoint)
        self._most = most
        self.lost = 0
        """Samples that nobody fetched."""

    @property
    def waiting(self) -> int:
        """How many samples wait."""
        return len(self._pending)

    def put(self, samples: NDArray[np.complex64]) -> None:
        """Add complex64[n] to what waits to be fetched."""
        if self.waiting + len(samples) > self._most:
            self.lost += self.waiting
            self._pending = np.zeros(0, dtype=np.complex64)
        super().put(samples)
