"""A receiver's channel filter: a streaming low-pass at one sample rate."""

import numpy as np
from numba import njit
from numpy.typing import NDArray

_TILE = 128  # values summed up at a time, in registers
_TAPS = 8  # added to them in one go


@njit(cache=True, nogil=True, fastmath={"contract"})
def _filter(x, taps, out):  # type: ignore[no-untyped-def]
    """Fill interleaved ``out`` from ``x``, which begins with a history and ends with a spare tile.

    Whole tiles are worked out, so that every sample is, whatever the block, the same sum in the same order.
    """
    total = np.empty(_TILE, dtype=np.float32)
    for base in range(0, out.size, _TILE):
        total[:] = np.float32(0.0)
        for j in range(0, taps.size, _TAPS):
            w0, w1, w2, w3, w4, w5, w6, w7 = (
                taps[j],
                taps[j + 1],
                taps[j + 2],
                taps[j + 3],
                taps[j + 4],
                taps[j + 5],
                taps[j + 6],
                taps[j + 7],
            )
            near = x[base + 2 * j : base + 2 * j + _TILE + 2 * _TAPS]
            for k in range(_TILE):
                half = total[k] + w0 * near[k] + w1 * near[k + 2] + w2 * near[k + 4] + w3 * near[k + 6]
                total[k] = half + w4 * near[k + 8] + w5 * near[k + 10] + w6 * near[k + 12] + w7 * near[k + 14]
        count = min(_TILE, out.size - base)
        out[base : base + count] = total[:count]


class ChannelFilter:
    """Filters complex64 samples with real taps, block after block without seams."""

    def __init__(self, taps: NDArray[np.float64]) -> None:
        """Take the taps, newest sample's first; a symmetric filter delays by half of their number."""
        length = -(-len(taps) // _TAPS) * _TAPS
        self._taps = np.zeros(length, dtype=np.float32)
        self._taps[length - len(taps) :] = taps[::-1]
        self._history = np.zeros(length - 1, dtype=np.complex64)
        self._spare = np.zeros(_TILE, dtype=np.complex64)

    def process(self, samples: NDArray[np.complex64]) -> NDArray[np.complex64]:
        """Return complex64[n] for complex64[n]."""
        x = np.concatenate((self._history, samples, self._spare))
        out = np.empty(len(samples), dtype=np.complex64)
        _filter(x.view(np.float32), self._taps, out.view(np.float32))
        self._history = x[len(samples) : len(samples) + len(self._history)]
        return out
