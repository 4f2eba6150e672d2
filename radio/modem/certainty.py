"""How certain it is that ticks are not just noise."""

import numpy as np
from numpy.typing import NDArray

from radio.modem.waveform import Waveform


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


def _line(values: NDArray[np.complex64], ticks: NDArray[np.complex64], variance: float) -> float:
    """Sum of the real parts over its standard deviation; ``variance``: of one value, in noise of unit power."""
    if not len(ticks):
        return 0.0
    power = float(np.mean(np.abs(ticks) ** 2)) + 1e-30
    order = 1 if variance == 1.0 else 2
    return float(np.sum(values.real) / power**order / np.sqrt(variance * len(ticks)))
