"""From the link's samples to the device's: filtered, at the device's rate, beside its oscillator, at its scale."""

from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from radio.front_end_file import USABLE_SHARE, SoapyTransmitTable
from radio.modem.resampler import Resampler, low_pass

Samples = NDArray[np.complex64]

BACK_OFF = 0.4
"""Of a device's full scale is the link's unit mean power: the peaks of BPSK with a roll-off of 0.1 reach 2.3."""


class UpConverter:
    """What is transmitted beside the signal's bandwidth, the filter holds 60 dB down, whatever samples come in."""

    def __init__(self, table: SoapyTransmitTable, link_rate_hz: float, offset_hz: float) -> None:
        """``offset_hz``: of the carrier from the device's oscillator."""
        ratio = 1 / table.resampling(link_rate_hz)
        pass_hz = table.occupied_hz(link_rate_hz) / 2
        taps = low_pass(link_rate_hz * ratio.numerator, pass_hz, pass_hz / USABLE_SHARE, ratio.numerator * BACK_OFF)
        self._resampler = Resampler(ratio.numerator, ratio.denominator, taps)
        self._turns = Fraction(offset_hz).limit_denominator(1000) / Fraction(table.sample_rate_hz)
        self._count = 0

    def process(self, samples: Samples) -> Samples:
        """Return the next samples for the device, complex64, of the link's next, complex64[n]."""
        converted = self._resampler.process(samples)
        return converted * self._oscillation(len(converted)) if self._turns else converted

    def _oscillation(self, count: int) -> Samples:
        start = float(self._count * self._turns % 1)  # exact, however long it has run
        self._count += count
        turns = start + np.arange(count) * float(self._turns)
        return np.asarray(np.exp(2j * np.pi * turns), dtype=np.complex64)
