"""The USB transfers from the dongle to its host, of which some are lost."""

import numpy as np

from radio.channel.dropped_transfers import DroppedTransferSettings

_OCTETS_A_SAMPLE = 2


class RtlTransfers:
    """Leaves out of a stream of octets whole transfers, drawn one after the other.

    Unlike a receiver in lock step, a dongle gives its host what is left and no more: the loss shows as a deficit of
    samples against the clock.
    """

    def __init__(self, given: DroppedTransferSettings, rng: np.random.Generator) -> None:
        """Take how large transfers are, in samples, and how many are lost."""
        self._probability, self._rng = given.probability, rng
        self._size = _OCTETS_A_SAMPLE * given.transfer_samples
        self._left = 0
        """Octets still to come of the transfer that has begun."""
        self._lost = False
        self.lost_samples = 0

    def kept(self, octets: bytes) -> bytes:
        """Return what the host gets of the next octets."""
        parts = []
        done = 0
        while done < len(octets):
            if not self._left:
                self._left, self._lost = self._size, bool(self._rng.random() < self._probability)
            part = octets[done : done + self._left]
            self._left -= len(part)
            done += len(part)
            if self._lost:
                self.lost_samples += len(part) // _OCTETS_A_SAMPLE
            else:
                parts.append(part)
        return b"".join(parts)
