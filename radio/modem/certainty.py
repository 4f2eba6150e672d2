"""How certain it is that ticks are not just noise, and how strong the signal in them is."""

import math

import numpy as np
from numpy.typing import NDArray

from radio.coding.symbols import SoftSymbols
from radio.modem.waveform import Waveform

_ITERATIONS = 12


def marker_certainty(ticks: NDArray[np.complex64], marker: NDArray[np.complex64]) -> float:
    """Return by how many standard deviations of noise alone a marker stands out of its ticks, complex64[m] both."""
    used = ticks.real**2 + np.where(marker.imag == 0, 0, ticks.imag**2)
    return float(np.vdot(marker, ticks).real / np.sqrt(np.sum(used) + 1e-30))


def carrier_certainty(ticks: NDArray[np.complex64], waveform: Waveform) -> float:
    """Return by how many standard deviations of noise alone unknown ticks, complex64[n], show a carrier of phase 0.

    Where symbols use one axis it shows in the squares, where they use both in the fourth powers.
    """
    if waveform.line_is_squared:
        return _line(ticks**2, ticks, 1.0)
    if waveform.axes_per_tick == 1:  # the symbols of two ticks make one of four values
        ticks = np.ascontiguousarray(ticks.real[: len(ticks) // 2 * 2]).view(np.complex64)
    return _line(-(ticks**4), ticks, 12.0)


def level(soft: SoftSymbols) -> tuple[float, float]:
    """Return amplitude and standard deviation of the noise of unknown soft symbols, float32[n >= 1].

    By expectation maximisation, begun where the symbols seem free of noise.
    """
    power = float(np.mean(soft**2)) + 1e-30
    amplitude, noise = math.sqrt(power), 0.05 * power
    for _ in range(_ITERATIONS):
        amplitude = float(np.mean(soft * np.tanh(amplitude / noise * soft)))
        noise = max(power - amplitude**2, 0.05 * power)
    return amplitude, math.sqrt(noise)


def _line(values: NDArray[np.complex64], ticks: NDArray[np.complex64], variance: float) -> float:
    """Sum of the real parts over its standard deviation; ``variance``: of one value, in noise of unit power."""
    if not len(ticks):
        return 0.0
    power = float(np.mean(np.abs(ticks) ** 2)) + 1e-30
    order = 1 if variance == 1.0 else 2
    return float(np.sum(values.real) / power**order / np.sqrt(variance * len(ticks)))
