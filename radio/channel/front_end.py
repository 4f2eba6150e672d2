"""The receiver's front end: thermal noise, channel filter and analogue-to-digital converter."""

import math

import numpy as np
from numpy.typing import NDArray

from radio.modem.resampler import Resampler, low_pass


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
        stop_hz = min(1.4 * edge_hz, sample_rate_hz - edge_hz)
        self._filter = Resampler(1, 1, low_pass(sample_rate_hz, 0.9 * edge_hz, stop_hz))
        self._rng = rng
        self._full_scale = 2 ** (adc_bits - 1) - 0.5
        self._lsb_per_unit = noise_rms_lsb / math.sqrt(0.5)
        self.clipped = 0

    def receive(self, signal: NDArray[np.complex64]) -> NDArray[np.complex64]:
        """Take a signal in units of the noise per sample; return complex64[n] in -1..1 on the converter's steps."""
        noise = self._rng.standard_normal(2 * len(signal), dtype=np.float32).view(np.complex64)
        noisy = self._filter.process(signal + noise * np.float32(math.sqrt(0.5)))
        return self._convert(noisy)

    def _convert(self, samples: NDArray[np.complex64]) -> NDArray[np.complex64]:
        """Round to the converter's codes, which lie half a step off zero: an RTL2832U's octet is 127.5 + 127.5 x."""
        steps = np.floor(samples.view(np.float32) * np.float32(self._lsb_per_unit)) + np.float32(0.5)
        limited = np.clip(steps, -self._full_scale, self._full_scale)
        self.clipped += int(np.count_nonzero(limited != steps))
        return np.asarray((limited / np.float32(self._full_scale)).view(np.complex64))
