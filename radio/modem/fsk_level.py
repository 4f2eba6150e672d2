"""The two levels of frequency-shift-keyed symbols, and the threshold in the middle between them."""

import numpy as np
from numpy.typing import NDArray

from radio.modem.fsk_smoothing import MovingSum

BLOCK_SYMBOLS = 64
REACH = 4
"""Blocks averaged before and after a block."""


class SymbolLevel:
    """Finds the threshold of soft symbols from block to block: what is left of a carrier offset, or an audio's DC.

    The middle between the two levels does not depend on how many symbols are at each. A block counts by how far its
    levels lie apart in widths, to the fourth power: noise before a burst, or a run of equal symbols, hardly does.
    """

    def __init__(self) -> None:
        self._held = np.zeros(0, dtype=np.float32)
        self._smoothing = MovingSum(REACH)

    def process(self, soft: NDArray[np.float32]) -> NDArray[np.float32]:
        """Take float32[n]; return the thresholds of the symbols that come next, some 320 symbols late."""
        self._held = np.concatenate((self._held, soft))
        count = len(self._held) // BLOCK_SYMBOLS
        blocks = self._held[: count * BLOCK_SYMBOLS].reshape(count, BLOCK_SYMBOLS)
        self._held = self._held[count * BLOCK_SYMBOLS :]
        middles, weights = _levels(blocks)
        sums = self._smoothing.process(np.stack((middles * weights, weights), axis=1))
        return np.repeat((sums[:, 0] / sums[:, 1]).astype(np.float32), BLOCK_SYMBOLS)


def _levels(blocks: NDArray[np.float32]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the middle between the two levels of each block and its weight, float64[k] each."""
    middle = blocks.mean(axis=1, dtype=np.float64)
    for _ in range(2):
        upper = blocks > middle[:, None]
        high, low = _mean_where(blocks, upper), _mean_where(blocks, ~upper)
        middle = (high + low) / 2
    nearest = np.where(upper, high[:, None], low[:, None])
    width = np.mean((blocks - nearest) ** 2, axis=1)
    weight = ((high - low) ** 2 / (width + 1e-6 * (high - low) ** 2 + 1e-30)) ** 2
    return middle, weight + 1e-12


def _mean_where(blocks: NDArray[np.float32], chosen: NDArray[np.bool_]) -> NDArray[np.float64]:
    count = np.maximum(chosen.sum(axis=1), 1)
    return np.asarray(np.where(chosen, blocks, 0).sum(axis=1, dtype=np.float64) / count)
