"""From what the ticks carry to samples, without seams: trains of pulses, and signals of continuous phase."""

from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from radio.coding.symbols import Symbols
from radio.modem.pulse import gaussian_length, gaussian_phase, root_raised_cosine
from radio.modem.resampler import Resampler
from radio.modem.waveform import Waveform

PULSE_SPAN_SYMBOLS = 16
DELAY_SYMBOLS = PULSE_SPAN_SYMBOLS // 2

Samples = NDArray[np.complex64]


class PulseTrain:
    """BPSK, QPSK and OQPSK with root-raised-cosine pulses."""

    def __init__(self, waveform: Waveform, roll_off: float, samples_per_symbol: Fraction) -> None:
        self._waveform = waveform
        per_tick = samples_per_symbol / waveform.ticks_per_symbol
        taps = root_raised_cosine(roll_off, PULSE_SPAN_SYMBOLS).taps(per_tick.numerator * waveform.ticks_per_symbol)
        self._resampler = Resampler(per_tick.numerator, per_tick.denominator, taps / np.sqrt(waveform.bits_per_symbol))

    def process(self, symbols: Symbols) -> Samples:
        """Return the samples that the symbols complete. Their ticks are an even number if they lie on both axes."""
        return self._resampler.process(self._waveform.on_axes(self._waveform.ticks(symbols)))

    def rest(self, symbol_periods: int) -> Samples:
        """Return the samples of so many symbol periods without symbols."""
        return self._resampler.process(np.zeros(symbol_periods * self._waveform.ticks_per_symbol, dtype=np.complex64))


class ContinuousPhase:
    """A carrier of constant envelope, moved by Gaussian frequency pulses: each turns it by pi times the index."""

    def __init__(self, bt: float, modulation_index: float, samples_per_symbol: Fraction, late: float) -> None:
        """Take by how many symbol periods the middle of a pulse comes after its symbol."""
        up, down = samples_per_symbol.numerator, samples_per_symbol.denominator
        t = np.arange(int(up * (late + gaussian_length(bt)))) / up - late
        phase = gaussian_phase(bt)
        self._resampler = Resampler(up, down, 2 * np.pi * modulation_index * (phase(t) - phase(t - down / up)))
        self._phase_rad = 0.0

    def process(self, symbols: Symbols) -> Samples:
        """Return the samples that the pulses of these signs, int8[n], complete."""
        return self._turned(symbols.astype(np.complex64))

    def rest(self, symbol_periods: int) -> Samples:
        """Return the samples of so many symbol periods of carrier."""
        return self._turned(np.zeros(symbol_periods, dtype=np.complex64))

    def _turned(self, frequencies: Samples) -> Samples:
        steps = self._resampler.process(frequencies).real.astype(np.float64)
        phases = self._phase_rad + np.cumsum(steps)
        if len(phases):
            self._phase_rad = float(phases[-1] % (2 * np.pi))
        return np.asarray(np.exp(1j * phases), dtype=np.complex64)


class FrequencyShift:
    """GFSK: bit 1 is the higher frequency."""

    def __init__(self, bt: float, modulation_index: float, samples_per_symbol: Fraction) -> None:
        self._carrier = ContinuousPhase(bt, modulation_index, samples_per_symbol, DELAY_SYMBOLS)

    def process(self, symbols: Symbols) -> Samples:
        """Return the samples that the symbols complete."""
        return self._carrier.process(-symbols)

    def rest(self, symbol_periods: int) -> Samples:
        """Return the samples of so many symbol periods of carrier."""
        return self._carrier.rest(symbol_periods)


class MinimumShift:
    """GMSK: the precoder of CCSDS 401.0-B, 2.4.17A, gives each symbol an axis of its own; the index is 1/2."""

    def __init__(self, bt: float, samples_per_symbol: Fraction) -> None:
        # the frequency pulse turns the phase from one symbol's axis to the next: it lies half a period before
        self._carrier = ContinuousPhase(bt, 0.5, samples_per_symbol, DELAY_SYMBOLS - 0.5)
        self._last = np.int8(1)

    def process(self, symbols: Symbols) -> Samples:
        """Return the samples that the symbols, an even number, complete."""
        before = np.concatenate(([self._last], symbols[:-1])).astype(np.int8)
        self._last = symbols[-1] if len(symbols) else self._last
        frequencies = symbols * before
        frequencies[0::2] *= -1  # from the imaginary axis on to the real one: the same turn the other way
        return self._carrier.process(frequencies)

    def rest(self, symbol_periods: int) -> Samples:
        """Return the samples of so many symbol periods of carrier."""
        return self._carrier.rest(symbol_periods)
