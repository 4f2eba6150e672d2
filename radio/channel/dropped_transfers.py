"""Transfers that a USB receiver's host loses."""

from bisect import bisect_left
from collections import deque
from typing import Annotated

import numpy as np
from numpy.typing import NDArray

from radio.channel.settings import Within, settings


@settings
class DroppedTransferSettings:
    """How large transfers are, and how many are lost."""

    probability: Annotated[float, Within(0.0, 0.5)]
    """That a transfer is lost."""
    transfer_samples: Annotated[int, Within(1, 1_048_576)] = 16384
    """librtlsdr's own choice is 131072."""


class DroppedTransfers:
    """Leaves whole transfers out of a stream: what comes after them comes that much earlier.

    A host counts the samples that it gets, so to its clock the rest of the world jumps ahead. The sky gives as many
    samples as it takes, so the host begins behind by ``lead`` samples, all that it will lose until the link states
    end, and has caught up when it has lost them.
    """

    def __init__(
        self, given: DroppedTransferSettings, sample_rate_hz: float, end_s: float, rng: np.random.Generator
    ) -> None:
        """Draw which transfers are lost until ``end_s``."""
        self._size = given.transfer_samples
        transfers = int(end_s * sample_rate_hz) // self._size
        self._lost: list[int] = np.flatnonzero(rng.random(transfers) < given.probability).tolist()
        self.lead = self._size * len(self._lost)
        self._waiting = deque([np.zeros(self.lead, dtype=np.complex64)])
        self._count = 0

    def process(self, samples: NDArray[np.complex64]) -> NDArray[np.complex64]:
        """Return complex64[n], what the host reads while the next complex64[n] are received."""
        self._keep(samples)
        self._count += len(samples)
        parts, wanted = [samples[:0]], len(samples)
        while wanted:
            part = self._waiting.popleft()
            parts.append(part[:wanted])
            if len(part) > wanted:
                self._waiting.appendleft(part[wanted:])
            wanted -= len(parts[-1])
        return np.concatenate(parts)

    def _keep(self, samples: NDArray[np.complex64]) -> None:
        """Queue what is not lost."""
        end, done = self._count + len(samples), 0
        near = bisect_left(self._lost, self._count // self._size), bisect_left(self._lost, -(-end // self._size))
        for transfer in self._lost[slice(*near)]:
            begin = max(transfer * self._size - self._count, 0)
            self._waiting.append(samples[done:begin])
            done = (transfer + 1) * self._size - self._count
        self._waiting.append(samples[done:])
