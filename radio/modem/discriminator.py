"""From complex samples to frequency: limiter and discriminator."""

import math

import numpy as np
from numba import njit
from numpy.typing import NDArray


@njit(cache=True, nogil=True, fastmath=True)
def _discriminate(x, before, scale, out):  # type: ignore[no-untyped-def]
    """Fill ``out`` with the turn from each sample to the next, times ``scale``; ``before`` is the sample before x."""
    last_re, last_im = before.real, before.imag
    for n in range(x.size):
        re, im = x[n].real, x[n].imag
        out[n] = math.atan2(im * last_re - re * last_im, re * last_re + im * last_im) * scale
        last_re, last_im = re, im


class Discriminator:
    """The frequency of complex64 samples, block after block without seams; their amplitude does not matter."""

    def __init__(self, samples_per_symbol: int) -> None:
        self._scale = np.float32(samples_per_symbol / math.pi)
        self._last = np.complex64(0)

    def process(self, samples: NDArray[np.complex64]) -> NDArray[np.float32]:
        """Return float32[n]: the mean frequency between each sample and the one before, in half symbol rates.

        Frequency-shift keying of modulation index h alternates between +h and -h.
        """
        out = np.empty(len(samples), dtype=np.float32)
        _discriminate(samples, self._last, self._scale, out)
        self._last = samples[-1] if len(samples) else self._last
        return out
