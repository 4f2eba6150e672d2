"""The receiver's front end: thermal noise, channel filter and analogue-to-digital converter."""

import math

import numpy as np
from numba import njit
from numpy.typing import NDArray

from radio.modem.resampler import Resampler, low_pass

_SKIRT = 0.1
"""The filter falls from 1 to nothing within this part of half the bandwidth on either side of its edge."""


@njit(cache=True, nogil=True)
def _convert(samples, lsb_per_unit, full_scale):  # type: ignore[no-untyped-def]
    """Round each value in place to the converter's codes, which lie half a step off zero; return how many clipped."""
    clipped = 0
    for n in range(samples.size):
        code = np.float32(math.floor(samples[n] * lsb_per_unit)) + np.float32(0.5)
        limited = min(max(code, -full_scale), full_scale)
        clipped += limited != code
        samples[n] = limited / full_scale
    return clipped


class FrontEnd:
    """Adds the noise, limits the band and quantises, as an RTL2832U does at its output rate."""

    def __init__(
        self,
        sample_rate_hz: float,
        bandwidth_hz: float,
        adc_bits: int,
        noise_rms_lsb: float,
        rng: np.random.Generator,
    ) -> None:
        """Take the two-sided bandwidth of the channel filter and the level at which the gain sets the noise."""
        edge_hz = bandwidth_hz / 2
        stop_hz = min((1 + _SKIRT) * edge_hz, sample_rate_hz / 2)
        self._filter = Resampler(1, 1, low_pass(sample_rate_hz, (1 - _SKIRT) * edge_hz, stop_hz))
        self._rng = rng
        self._full_scale = np.float32(2 ** (adc_bits - 1) - 0.5)  # an RTL2832U's octet is 127.5 + 127.5 x
        self._lsb_per_unit = np.float32(noise_rms_lsb / math.sqrt(0.5))
        self.clipped = 0

    def receive(self, signal: NDArray[np.complex64]) -> NDArray[np.complex64]:
        """Take a signal in units of the noise per sample; return complex64[n] in -1..1 on the converter's steps."""
        noisy = self._rng.standard_normal(2 * len(signal), dtype=np.float32)
        noisy *= np.float32(math.sqrt(0.5))
        noisy += signal.view(np.float32)
        samples = self._filter.process(noisy.view(np.complex64))
        self.clipped += _convert(samples.view(np.float32), self._lsb_per_unit, self._full_scale)
        return samples
