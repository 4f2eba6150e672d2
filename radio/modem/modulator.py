"""Channel symbols to samples."""

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from radio.coding.symbols import Symbols
from radio.errors import ProfileError
from radio.modem.line_code import levels
from radio.modem.rates import exact_ratio
from radio.modem.shapers import DELAY_SYMBOLS, PULSE_SPAN_SYMBOLS, FrequencyShift, MinimumShift, PulseTrain
from radio.modem.waveform import waveform_of
from radio.profile import LinkProfile

Samples = NDArray[np.complex64]


class _Shaper(Protocol):
    def process(self, symbols: Symbols) -> Samples: ...

    def rest(self, symbol_periods: int) -> Samples: ...


class Modulator:
    """Symbols +-1 to complex64 samples of unit mean power, as one stream or as bursts.

    Symbol period k is centred ``k + 8`` periods after the first sample, where a phase moves: in its middle.
    """

    def __init__(self, profile: LinkProfile, sample_rate_hz: float) -> None:
        """Raise ProfileError if the symbol rate does not fit the sample rate."""
        self._profile = profile
        self._samples_per_symbol = exact_ratio("sample_rate_hz", sample_rate_hz, profile.symbol_rate_baud)
        if self._samples_per_symbol < 2:
            accepted = f"at most half the sample rate of {sample_rate_hz:g} Hz"
            raise ProfileError("symbol_rate_baud", profile.symbol_rate_baud, accepted)
        self._restart()

    def _restart(self) -> None:
        self._shaper = self._new_shaper()
        self._level = np.int8(1)

    def _new_shaper(self) -> _Shaper:
        profile = self._profile
        if profile.modulation == "gmsk":
            return MinimumShift(profile.bt, self._samples_per_symbol)
        if profile.modulation == "gfsk":
            return FrequencyShift(profile.bt, profile.modulation_index, self._samples_per_symbol)
        return PulseTrain(waveform_of(profile), profile.roll_off, self._samples_per_symbol)

    @property
    def delay_s(self) -> float:
        """From the first sample of a stream to the middle of its first symbol."""
        return DELAY_SYMBOLS / self._profile.symbol_rate_baud

    def stream(self, symbols: Symbols) -> Samples:
        """Return the next samples of a stream, complex64[n]: those that these symbols, int8[m], complete."""
        return self._shaper.process(self._line_coded(symbols))

    def burst(self, symbols: Symbols) -> Samples:
        """Return one burst: complex64[n], with both ends of the pulses: 16 symbol periods longer than the symbols."""
        self._restart()
        return np.concatenate((self.stream(symbols), self._shaper.rest(PULSE_SPAN_SYMBOLS)))

    def _line_coded(self, symbols: Symbols) -> Symbols:
        if self._profile.line_code == "nrz-l" or not len(symbols):
            return symbols
        coded = levels(symbols, self._level)
        self._level = coded[-1]
        return coded
