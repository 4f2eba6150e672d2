"""The carrier offset of a frequency-shift-keyed signal, taken off ahead of the narrow filter.

Feed-forward: sum x[n] x*[n-1] is c e^jf of the signal's energy, with f its mean frequency, and r of the noise's, which
the filter ahead has coloured. With r times the whole energy taken off, what is left has the angle of c e^jf - r, whence
f, whatever the noise: without that an offset would seem smaller than it is. Each block's sums are averaged with those
of the blocks around it, so that a burst finds its own offset from its first symbol on.
"""

import math

import numpy as np
from numba import njit
from numpy.typing import NDArray

from radio.modem.fsk_smoothing import MovingSum
from radio.modem.sample_buffer import SampleBuffer

BLOCK_SYMBOLS = 32
REACH = 8
"""Blocks averaged before and after a block: 544 symbols, over which the data's own mean is 1/23 of the deviation."""
_MOST_NOISE = 0.8
"""Of the signal's correlation may be taken off for the noise: with all of it nothing of the signal would be left."""


@njit(cache=True, nogil=True, fastmath=True)
def _lag_sums(x, block, sums):  # type: ignore[no-untyped-def]
    """Sum x[n] conj(x[n-1]), |x|^2 and |x|^4 over each block; x begins one sample early."""
    for b in range(sums.shape[0]):
        here = x[b * block + 1 : b * block + block + 1]
        before = x[b * block : b * block + block]
        re = np.float32(0.0)
        im = np.float32(0.0)
        second = np.float32(0.0)
        fourth = np.float32(0.0)
        for n in range(block):
            power = here[n].real * here[n].real + here[n].imag * here[n].imag
            second += power
            fourth += power * power
            re += here[n].real * before[n].real + here[n].imag * before[n].imag
            im += here[n].imag * before[n].real - here[n].real * before[n].imag
        sums[b, 0] = complex(re, im)
        sums[b, 1] = second
        sums[b, 2] = fourth


@njit(cache=True, nogil=True, fastmath=True)
def _derotate(x, steps, block, angle, out):  # type: ignore[no-untyped-def]
    """Turn block b back by steps[b] radians a sample, without a jump; return the angle reached."""
    for b in range(steps.size):
        rotator = complex(math.cos(angle), -math.sin(angle))
        advance = complex(math.cos(steps[b]), -math.sin(steps[b]))
        for n in range(b * block, b * block + block):
            out[n] = x[n] * rotator
            rotator *= advance
        angle = (angle + block * steps[b]) % (2 * math.pi)
    return angle


class CarrierRemoval:
    """Takes the mean frequency, smoothed over some 500 symbols, off complex64 samples."""

    def __init__(self, samples_per_symbol: int, signal_correlation: float, noise_correlation: float) -> None:
        """Take c and r, the correlation of the signal, at no offset, and of the noise from one sample to the next."""
        self._signal, self._noise = signal_correlation, min(noise_correlation, _MOST_NOISE * signal_correlation)
        self._block = BLOCK_SYMBOLS * samples_per_symbol
        self._buffer = SampleBuffer()
        self._buffer.append(np.zeros(1, dtype=np.complex64))
        self._smoothing = MovingSum(REACH)
        self._summed = 0
        self._moments = np.zeros((0, 2))
        self._angle = 0.0

    def process(self, samples: NDArray[np.complex64]) -> tuple[NDArray[np.complex64], NDArray[np.float64]]:
        """Return the samples of the blocks that are ready, complex64[k], and what each block was, float64[b, 3].

        That is the offset taken off, in radians a sample, and the means of |x|^2 and |x|^4. Blocks come up to 9 of 32
        symbols late.
        """
        self._buffer.append(samples)
        sums = self._new_sums()
        self._moments = np.concatenate((self._moments, sums[:, 1:].real / self._block))
        steps = self._frequency(self._smoothing.process(sums))
        out = np.empty(len(steps) * self._block, dtype=np.complex64)
        first = self._buffer.first
        self._angle = _derotate(
            self._buffer.view(first + 1, first + 1 + len(out)), steps, self._block, self._angle, out
        )
        self._buffer.trim(first + len(out))
        moments, self._moments = self._moments[: len(steps)], self._moments[len(steps) :]
        return out, np.column_stack((steps, moments))

    def _new_sums(self) -> NDArray[np.complex64]:
        """The sums of the blocks that became whole; the buffer's numbers are one more than the stream's."""
        start = self._summed * self._block
        count = (self._buffer.end - 1 - start) // self._block
        sums = np.empty((count, 3), dtype=np.complex64)
        _lag_sums(self._buffer.view(start, start + count * self._block + 1), self._block, sums)
        self._summed += count
        return sums

    def _frequency(self, sums: NDArray[np.complex64]) -> NDArray[np.float64]:
        """Radians per sample, float64[k]."""
        angle = np.angle(sums[:, 0] - self._noise * sums[:, 1])
        lag = np.clip(self._noise / self._signal * np.sin(angle), -1, 1)
        return np.asarray(angle - np.arcsin(lag), dtype=np.float64)
