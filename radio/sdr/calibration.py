"""An oscillator's error, measured against a tone of known frequency."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from radio.front_end_errors import ToneError

LARGEST_PPM = 200.0
_SEARCHED_SHARE = 0.2
"""Of the sample rate, to either side: a device tuned a quarter of it beside the tone has its spike outside."""
_SEGMENTS = 64
_LEAST_SNR_DB = 13.0
"""Of the tone over the noise in one bin of the whole capture: noise alone reaches that once in 5e8 bins."""


@dataclass(frozen=True, slots=True)
class Calibration:
    """What was measured."""

    ppm: float
    """By how much the oscillator is too fast."""
    standard_error_ppm: float
    snr_db: float
    """Of the tone over the noise in one bin of the whole capture."""


def measure_ppm(
    samples: NDArray[np.complex64], sample_rate_hz: float, tone_hz: float, frequency_hz: float
) -> Calibration:
    """Return an oscillator's error from samples, complex64[n], in which there is a tone of ``tone_hz`` on the air.

    ``frequency_hz`` is what the receiver believes that it is tuned to, ``sample_rate_hz`` what it believes that it
    samples at; both come from the one oscillator, too fast by the factor 1 + e. So the tone is found at
    tone / (1 + e) - frequency. Its frequency is the slope of a straight line through the phases of segments (Tretter,
    "Estimating the frequency of a noisy sinusoid by linear regression", 1985), the standard error that of the slope.

    Raises ToneError if there is no tone within 200 ppm and a fifth of the sample rate.
    """
    coarse_hz, snr_db = _strongest(samples, sample_rate_hz, tone_hz, frequency_hz)
    length = len(samples) // _SEGMENTS
    turns = np.exp(-2j * np.pi * coarse_hz / sample_rate_hz * np.arange(length * _SEGMENTS))
    sums = (samples[: length * _SEGMENTS] * turns).reshape(_SEGMENTS, length).sum(axis=1)
    phase, time_s = np.unwrap(np.angle(sums)), np.arange(_SEGMENTS) * length / sample_rate_hz
    slope, error = _slope(time_s, phase)
    found_hz = coarse_hz + slope / (2 * np.pi)
    ppm = (tone_hz / (found_hz + frequency_hz) - 1) * 1e6
    return Calibration(ppm, error / (2 * np.pi) / tone_hz * 1e6, snr_db)


def _strongest(
    samples: NDArray[np.complex64], sample_rate_hz: float, tone_hz: float, frequency_hz: float
) -> tuple[float, float]:
    """Return the frequency of the strongest bin that can be the tone, and how many dB it stands above the noise."""
    power = np.abs(np.fft.fft(samples * np.hanning(len(samples)))) ** 2
    frequencies_hz = np.fft.fftfreq(len(samples), 1 / sample_rate_hz)
    farthest_hz = min(LARGEST_PPM * 1e-6 * tone_hz, _SEARCHED_SHARE * sample_rate_hz)
    possible = np.abs(frequencies_hz - (tone_hz - frequency_hz)) <= farthest_hz
    best = int(np.argmax(np.where(possible, power, -1.0)))
    noise = float(np.median(power[possible])) / np.log(2)  # a bin of noise is exponential: the mean is median / ln 2
    snr_db = 10 * float(np.log10(max(power[best], 1e-30) / max(noise, 1e-30)))
    if snr_db < _LEAST_SNR_DB:
        within = f"within {farthest_hz / tone_hz * 1e6:.0f} ppm, {_LEAST_SNR_DB:g} dB out of the noise"
        raise ToneError(tone_hz, f"one {within}; the strongest has {snr_db:.1f} dB")
    return float(frequencies_hz[best]), snr_db


def _slope(x: NDArray[np.float64], y: NDArray[np.float64]) -> tuple[float, float]:
    """Return the slope of the straight line through points, and its standard error."""
    dx = x - x.mean()
    slope = float(dx @ (y - y.mean()) / (dx @ dx))
    residual = y - y.mean() - slope * dx
    return slope, float(np.sqrt(residual @ residual / (len(x) - 2) / (dx @ dx)))
