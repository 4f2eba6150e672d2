"""The root-raised-cosine pulse."""

import numpy as np
from numpy.typing import NDArray


def root_raised_cosine(
    roll_off: float, samples_per_symbol: float, span_symbols: int, centre: float = 0.0
) -> NDArray[np.float64]:
    """Return the taps of a root-raised-cosine pulse whose squares sum to ``samples_per_symbol``.

    float64[2 * half + 1] with ``half = ceil(span_symbols / 2 * samples_per_symbol)``; the peak lies ``centre`` samples
    after the middle tap. A train of unit symbols shaped with it has unit mean power. Closed form of the square root of
    the raised-cosine spectrum (Proakis, Digital Communications, 4th ed., eq. 9.2-27).

    >>> taps = root_raised_cosine(0.35, 4, 8)
    >>> len(taps), round(float((taps**2).sum()), 6)
    (33, 4.0)
    """
    half = int(np.ceil(span_symbols / 2 * samples_per_symbol))
    t = (np.arange(-half, half + 1) - centre) / samples_per_symbol
    taps = _closed_form(t, roll_off)
    return np.asarray(taps * np.sqrt(samples_per_symbol / np.sum(taps**2)), dtype=np.float64)


def _closed_form(t: NDArray[np.float64], roll_off: float) -> NDArray[np.float64]:
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
