"""Pulse shapes over time in symbol periods: root raised cosine, and the main pulse of Gaussian minimum shift keying."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import toeplitz
from scipy.special import erf

Floats = NDArray[np.float64]

_EQUALISER_SNR = 10**0.6
"""Es/N0 that the equaliser is made for: at less, noise matters more than what is left of the neighbours."""
_EQUALISER_REACH = 1
_INTEGRATION_STEPS = 64


@dataclass(frozen=True, slots=True)
class Pulse:
    """A real pulse: its amplitude at times given in symbol periods, nothing beyond ``half_span`` either way."""

    shape: Callable[[Floats], Floats]
    half_span: float

    def __call__(self, t: Floats) -> Floats:
        """Return the amplitude at each time: float64, of the same shape."""
        return np.where(np.abs(t) <= self.half_span, self.shape(t), 0.0)

    def taps(self, samples_per_symbol: float, centre: float = 0.0) -> Floats:
        """Return its samples, scaled so that their squares sum to ``samples_per_symbol``: float64[2 * half + 1].

        ``half = ceil(half_span * samples_per_symbol)``; the peak lies ``centre`` samples after the middle tap.
        A train of unit symbols shaped with it has unit mean power.
        """
        half = int(np.ceil(self.half_span * samples_per_symbol))
        taps = self((np.arange(-half, half + 1) - centre) / samples_per_symbol)
        return np.asarray(taps * np.sqrt(samples_per_symbol / np.sum(taps**2)), dtype=np.float64)

    def correlation(self, other: "Pulse", delay: Floats) -> Floats:
        """Return the integral of this pulse times the other one ``delay`` earlier, for each delay: float64."""
        step = 1 / _INTEGRATION_STEPS
        t = np.arange(-self.half_span, self.half_span + step, step)
        return np.asarray([np.sum(self(t) * other(t - d)) * step for d in np.atleast_1d(delay)], dtype=np.float64)


def root_raised_cosine(roll_off: float, span_symbols: int) -> Pulse:
    """Return the pulse whose spectrum is the square root of a raised cosine (Proakis, Digital Communications, 9.2-27).

    >>> taps = root_raised_cosine(0.35, 8).taps(4)
    >>> len(taps), round(float((taps**2).sum()), 6)
    (33, 4.0)
    """
    return Pulse(lambda t: _root_raised_cosine(t, roll_off), span_symbols / 2)


def gaussian_length(bt: float) -> int:
    """Return how many symbol periods a Gaussian frequency pulse is cut to, symmetrically.

    >>> [gaussian_length(bt) for bt in (0.3, 0.5, 1.0)]
    [5, 3, 2]
    """
    return max(2, int(np.ceil(1.5 / bt)))


def gaussian_phase(bt: float) -> Callable[[Floats], Floats]:
    """Return the phase pulse q(t): 0 before -L/2 symbol periods, 1/2 after L/2, the integral of a Gaussian pulse.

    The frequency pulse is a rectangle of one symbol period through a Gaussian filter of 3 dB bandwidth ``bt`` times the
    symbol rate (3GPP TS 45.004, 2.5), cut to L periods.
    """
    half = gaussian_length(bt) / 2
    steepness = np.pi * bt * np.sqrt(2 / np.log(2))

    def integral(u: Floats | float) -> Floats:
        """Of erf(steepness u)."""
        return cast(Floats, u * erf(steepness * u) + np.exp(-((steepness * u) ** 2)) / (steepness * np.sqrt(np.pi)))

    def uncut(t: Floats | float) -> Floats:
        return (integral(t + 0.5) - integral(t - 0.5)) / 4

    scale = 0.25 / uncut(half)
    return lambda t: 0.25 + scale * uncut(np.clip(t, -half, half))


def gaussian_minimum_shift(bt: float) -> Pulse:
    """Return the main pulse of Laurent's sum for a GMSK signal (IEEE Trans. Commun. 34, 1986, eq. 10 to 13), h = 1/2.

    A GMSK signal is nearly a train of such pulses, turned by a quarter from symbol to symbol.
    """
    length = gaussian_length(bt)
    phase = gaussian_phase(bt)

    def shape(t: Floats) -> Floats:
        from_start = t + (length + 1) / 2
        factors = [_quarter_wave(from_start + i, length, phase) for i in range(length)]
        return cast(Floats, np.prod(factors, axis=0))

    return Pulse(shape, (length + 1) / 2)


def equalised(pulse: Pulse, spacing: float) -> Pulse:
    """Return the receive filter for trains of ``pulse`` whose neighbours on the same axis are ``spacing`` periods away.

    The matched filter and, behind it, the taps of least mean-square error at 6 dB.
    """
    delays = np.arange(-_EQUALISER_REACH, _EQUALISER_REACH + 1)
    middle = pulse.correlation(pulse, np.zeros(1))[0]
    overlap = pulse.correlation(pulse, spacing * np.arange(4 * _EQUALISER_REACH + 1)) / middle
    channel = overlap[np.abs(delays)]
    two_sided = np.concatenate((overlap[:0:-1], overlap))
    squared = np.convolve(two_sided, two_sided)[len(two_sided) - 1 :]
    wanted = squared[: len(delays)] + overlap[: len(delays)] / (2 * _EQUALISER_SNR)
    weights = np.linalg.solve(toeplitz(wanted), channel)
    half_span = pulse.half_span + spacing * _EQUALISER_REACH
    return Pulse(
        lambda t: np.sum([w * pulse(t - spacing * d) for w, d in zip(weights, delays, strict=True)], axis=0), half_span
    )


def _quarter_wave(t: Floats, length: int, phase: Callable[[Floats], Floats]) -> Floats:
    """Laurent's s(t): the sine of the phase pulse on its way to a quarter turn, and back."""
    rising = np.pi * phase(t - length / 2)
    falling = np.pi / 2 - np.pi * phase(t - 3 * length / 2)
    return np.asarray(np.sin(np.where(t <= length, rising, falling)), dtype=np.float64)


def _root_raised_cosine(t: Floats, roll_off: float) -> Floats:
    four_bt = 4 * roll_off * t
    numerator = np.sin(np.pi * t * (1 - roll_off)) + four_bt * np.cos(np.pi * t * (1 + roll_off))
    denominator = np.pi * t * (1 - four_bt**2)
    regular = np.abs(denominator) > 1e-9
    taps = np.divide(numerator, denominator, out=np.zeros_like(t), where=regular)
    at_zero = np.abs(t) < 1e-9
    taps[at_zero] = 1 - roll_off + 4 * roll_off / np.pi
    angle = np.pi / (4 * roll_off)
    taps[~regular & ~at_zero] = (roll_off / np.sqrt(2)) * (
        (1 + 2 / np.pi) * np.sin(angle) + (1 - 2 / np.pi) * np.cos(angle)
    )
    return taps
