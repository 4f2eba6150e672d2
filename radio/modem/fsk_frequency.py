"""The frequency of a signal that is keyed in frequency: out of complex samples, or of what an FM receiver gives."""

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from radio.errors import ProfileError
from radio.modem.discriminator import Discriminator
from radio.modem.fsk_carrier import BLOCK_SYMBOLS, CarrierRemoval
from radio.modem.rates import exact_ratio
from radio.modem.resampler import Resampler, low_pass
from radio.modem.symbol_clock import MOST_TOLERANCE

_FEWEST_SAMPLES = 4
"""Per symbol; twice or four times as many where the carrier may be far off."""
_SKIRT = 0.35
"""Between pass and stop band of the narrow filter, in symbol rates."""
_AUDIO_PASS, _AUDIO_STOP = 0.7, 1.2
"""Of the filter for audio, in symbol rates: wider than the average over a symbol that follows."""
_RANGES = {
    "symbol_rate_baud": (1, 10e6),
    "modulation_index": (0.1, 4),
    "search_range_hz": (0, 1e6),
    "symbol_rate_tolerance": (0, MOST_TOLERANCE),
}


@dataclass(frozen=True, slots=True)
class FskSignal:
    """A frequency-shift-keyed signal. Raises ProfileError for a value out of range.

    kind "iq": complex samples; "fm-audio": what an FM receiver makes of them. modulation_index: twice the deviation in
    symbol rates. search_range_hz: how far off the carrier may be, in complex samples. symbol_rate_tolerance: by what
    part of it the symbol rate may be off; 100 ppm are always followed.
    """

    symbol_rate_baud: float
    modulation_index: float = 1.0
    search_range_hz: float = 0.0
    symbol_rate_tolerance: float = 0.0
    kind: Literal["iq", "fm-audio"] = "iq"

    def __post_init__(self) -> None:
        for field, (low, high) in _RANGES.items():
            if not low <= getattr(self, field) <= high:
                raise ProfileError(field, getattr(self, field), f"{low:g} to {high:g}")

    @property
    def pass_hz(self) -> float:
        """Half the pass band ahead of the discriminator: less than Carson's, since noise is the greater harm."""
        index = self.modulation_index
        return max(0.3 + 0.3 * index, 0.15 + 0.5 * index) * self.symbol_rate_baud

    @property
    def stop_hz(self) -> float:
        """Where that filter's stop band begins."""
        return self.pass_hz + _SKIRT * self.symbol_rate_baud

    @property
    def samples_per_symbol(self) -> int:
        """The smallest of 4, 8, 16 ... that holds the signal wherever it lies, turning by up to 60 degrees a sample."""
        if self.kind == "fm-audio":
            return _FEWEST_SAMPLES
        widest = 2.2 * (self.stop_hz + self.search_range_hz) / self.symbol_rate_baud
        fewest = max(widest, 3 * self.modulation_index)
        return _FEWEST_SAMPLES << max(0, math.ceil(math.log2(fewest / _FEWEST_SAMPLES)))


class IqFrequency:
    """Complex samples to frequency, in half symbol rates, at a whole number of samples per symbol."""

    def __init__(self, signal: FskSignal, sample_rate_hz: float) -> None:
        """Raise ProfileError if the signal does not fit the sample rate."""
        period, baud = signal.samples_per_symbol, signal.symbol_rate_baud
        rate_hz = period * baud
        wide_hz = signal.pass_hz + signal.search_range_hz
        self._resampler, noise_correlation, noise_hz = _resampler(sample_rate_hz, rate_hz, wide_hz, 0.5 * rate_hz)
        self._noise_symbol_rates = noise_hz / baud
        self._carrier = CarrierRemoval(period, math.cos(math.pi * signal.modulation_index / period), noise_correlation)
        self._filter = Resampler(1, 1, low_pass(rate_hz, signal.pass_hz, signal.stop_hz))
        self._discriminator = Discriminator(period)
        self._hz_per_step = rate_hz / (2 * math.pi)
        self._deviation_hz = baud / 2
        self._block = BLOCK_SYMBOLS * period
        self._blocks = np.zeros((0, 3))
        self._first = 0
        self.delay_s = self._resampler.delay_samples / sample_rate_hz + (self._filter.delay_samples + 0.5) / rate_hz

    def process(self, samples: NDArray[np.complex64]) -> NDArray[np.float32]:
        """Take complex64[n]; return the frequency, float32[k], less its mean."""
        still, blocks = self._carrier.process(self._resampler.process(samples))
        self._blocks = np.concatenate((self._blocks, blocks))
        return self._discriminator.process(self._filter.process(still))

    def conditions(self, instants: NDArray[np.float64], thresholds: NDArray[np.float32]) -> NDArray[np.float64]:
        """Return the conditions at the symbols that come next, float64[3, n]: carrier offset in Hz and two moments.

        The offset is what was taken off and the threshold; the moments are for ``es_n0_db``.
        """
        numbers = (instants / self._block).astype(np.int64) - self._first
        steps, second, fourth = self._blocks[numbers].T
        past = int(numbers[-1]) if len(numbers) else 0
        self._blocks, self._first = self._blocks[past:], self._first + past
        return np.stack((steps * self._hz_per_step + thresholds * self._deviation_hz, second, fourth))

    def es_n0_db(self, soft: NDArray[np.float64], second: float, fourth: float) -> float:  # noqa: ARG002
        """Return Es/N0 from the means of |x|^2 and |x|^4: noise makes the envelope of a carrier vary.

        A constant envelope of power S in noise of power N has S^2 = 2 M2^2 - M4 (Pauluzzi & Beaulieu, IEEE Trans.
        Commun. 48, 2000).
        """
        signal = math.sqrt(max(2 * second**2 - fourth, 1e-12 * second**2))
        noise = max(second - signal, 1e-9 * second)
        return _db(signal / noise * self._noise_symbol_rates)


class FmAudio:
    """Audio of an FM receiver, filtered, at a whole number of samples per symbol."""

    def __init__(self, signal: FskSignal, sample_rate_hz: float) -> None:
        """Raise ProfileError if the signal does not fit the sample rate."""
        baud = signal.symbol_rate_baud
        rate_hz = signal.samples_per_symbol * baud
        self._resampler, *_ = _resampler(sample_rate_hz, rate_hz, _AUDIO_PASS * baud, _AUDIO_STOP * baud)
        self.delay_s = self._resampler.delay_samples / sample_rate_hz

    def process(self, samples: NDArray[np.complex64]) -> NDArray[np.float32]:
        """Take complex64[n], of which the real part counts; return float32[k], in its unit."""
        return np.ascontiguousarray(self._resampler.process(samples).real)

    def conditions(self, instants: NDArray[np.float64], thresholds: NDArray[np.float32]) -> NDArray[np.float64]:  # noqa: ARG002
        """Return not-a-number for each symbol, float64[3, n]: audio tells neither hertz nor envelope."""
        return np.full((3, len(instants)), np.nan)

    def es_n0_db(self, soft: NDArray[np.float64], second: float, fourth: float) -> float:  # noqa: ARG002
        """Return the Es/N0 at which BPSK would have symbols that scatter as these do, of which the noise is a part."""
        height = np.abs(soft)
        return _db(float(height.mean() ** 2 / (2 * height.var() + 1e-30)))


def _db(ratio: float) -> float:
    return 10 * math.log10(ratio + 1e-30)


def _resampler(sample_rate_hz: float, rate_hz: float, pass_hz: float, stop_hz: float) -> tuple[Resampler, float, float]:
    """The filter from one rate to the other, and what becomes of white noise behind it.

    That is its correlation from one sample to the next, and the bandwidth in Hz. What lies beyond ``stop_hz``, or half
    the sample rate, is stopped.
    """
    ratio = 1 / exact_ratio("sample_rate_hz", sample_rate_hz, rate_hz)
    stop_hz = min(stop_hz, sample_rate_hz / 2)
    if stop_hz < 1.05 * pass_hz:
        raise ProfileError("sample_rate_hz", sample_rate_hz, f"at least {2.1 * pass_hz:g} for this signal")
    taps = low_pass(sample_rate_hz * ratio.numerator, pass_hz, stop_hz, gain=ratio.numerator)
    energy = float(taps @ taps)
    correlation = float(taps[: -ratio.denominator] @ taps[ratio.denominator :]) / energy
    noise_hz = sample_rate_hz * energy / ratio.numerator
    return Resampler(ratio.numerator, ratio.denominator, taps), correlation, noise_hz
