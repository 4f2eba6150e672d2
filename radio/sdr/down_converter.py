"""From a device's samples to the link's: the tuning offset mixed out, the rate changed."""

import numpy as np
from numpy.typing import NDArray

from radio.front_end_file import SdrReceiveTable
from radio.modem.resampler import Resampler, low_pass


class DownConverter:
    """Turns samples at a device's rate, tuned beside the carrier, into samples at the link's rate, on the carrier."""

    def __init__(self, table: SdrReceiveTable, link_rate_hz: float, oscillator_ppm: float = 0.0) -> None:
        """Take what is left of the oscillator's error: it is mixed out, too.

        Raise ProfileError if no resampler has the ratio of the rates.
        """
        ratio = table.resampling(link_rate_hz)
        lower_hz = min(link_rate_hz, table.sample_rate_hz)
        taps = low_pass(
            table.sample_rate_hz * ratio.numerator,
            min(table.occupied_hz(link_rate_hz), 0.8 * lower_hz) / 2,
            lower_hz / 2,
            gain=ratio.numerator,
        )
        self._resampler = Resampler(ratio.numerator, ratio.denominator, taps)
        shift_hz = table.tuning_offset_hz + oscillator_ppm * 1e-6 * table.tuned_hz
        self._step = 2 * np.pi * (shift_hz / table.sample_rate_hz % 1.0)
        self._phase = 0.0
        self._turns = np.zeros(0, dtype=np.complex64)

    def process(self, samples: NDArray[np.complex64]) -> NDArray[np.complex64]:
        """Return the link's samples that these complete: complex64 both."""
        return self._resampler.process(self._mixed(samples) if self._step else samples)

    def _mixed(self, samples: NDArray[np.complex64]) -> NDArray[np.complex64]:
        if len(samples) > len(self._turns):
            self._turns = np.exp(1j * self._step * np.arange(len(samples))).astype(np.complex64)
        turns = self._turns[: len(samples)] * np.complex64(np.exp(1j * self._phase))
        self._phase = (self._phase + self._step * len(samples)) % (2 * np.pi)
        return samples * turns
