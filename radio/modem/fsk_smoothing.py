"""Estimates of blocks, averaged with those of the blocks around them."""

from typing import Any

import numpy as np
from numpy.typing import NDArray


class MovingSum:
    """Sums over the ``reach`` blocks before and after each block; there is nothing before the first."""

    def __init__(self, reach: int) -> None:
        self._reach = reach
        self._held: NDArray[Any] | None = None

    def process(self, values: NDArray[Any]) -> NDArray[Any]:
        """Take one value (or row of values) for each new block; return the sums now complete, ``reach`` blocks late."""
        if self._held is None:
            self._held = np.zeros((self._reach, *values.shape[1:]), dtype=values.dtype)
        held = np.concatenate((self._held, values))
        width = 2 * self._reach + 1
        ready = max(0, len(held) - width + 1)
        sums: NDArray[Any] = sum((held[k : k + ready] for k in range(width)), start=np.zeros_like(held[:ready]))
        self._held = held[ready:]
        return sums
