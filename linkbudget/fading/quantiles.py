"""Quantiles of a level in dB, tabulated once and looked up."""

from collections.abc import Iterable
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import special

from linkbudget.checks import require_between
from linkbudget.decibels import Floats, Real

# Against the logit of probability a level in dB is nearly straight: deep fades go as 10 log10 p.
_LOGIT_LARGEST = 18.0  # p from 1.5e-8 to 1 - 1.5e-8; levels of rarer probabilities are held at these ends
_LOGIT_STEP = 0.1
_LOGITS = np.linspace(-_LOGIT_LARGEST, _LOGIT_LARGEST, 1 + round(2.0 * _LOGIT_LARGEST / _LOGIT_STEP))


def quantiles_db(level_db: Floats, cdf: Floats) -> Floats:
    """Return the levels at the table's probabilities, from a distribution's CDF at rising levels, float64[m] each.

    The levels reach from a probability below 1e-8 to one above 1 - 1e-8.
    """
    from scipy.interpolate import PchipInterpolator  # it takes a while to load, and few paths fade

    inner = (cdf > 1e-12) & (cdf < 1.0 - 1e-10)  # beyond, the logit is rounding error
    logit = special.logit(cdf[inner])
    rising = np.diff(np.maximum.accumulate(logit), prepend=-np.inf) > 0.0
    return np.asarray(PchipInterpolator(logit[rising], level_db[inner][rising])(_LOGITS), dtype=np.float64)


class QuantileTable:
    """Levels by one parameter of the distribution, evenly spaced, and by probability; bilinear between."""

    def __init__(self, lowest: float, step: float, rows: Iterable[Floats]) -> None:
        """Take the first value of the parameter, its step, and a row of `quantiles_db` for each value."""
        levels_db = np.stack(list(rows))
        self._lowest, self._step, self._shape = lowest, step, levels_db.shape
        self._flat = levels_db.ravel()

    def level_db(self, parameter: Real, probability: Real) -> Floats:
        """Return the level not exceeded with a probability, of the broadcast shape; it rises with probability.

        A parameter outside the table takes the value at its end. Raises LinkInputError unless each probability is
        from 0 to 1.
        """
        require_between("probability", probability, 0.0, 1.0)
        rows, columns = self._shape
        row, down = _cell((np.asarray(parameter) - self._lowest) / self._step, rows)
        column, right = _cell((special.logit(np.asarray(probability)) + _LOGIT_LARGEST) / _LOGIT_STEP, columns)
        at = np.asarray(row * columns + column)
        upper = self._between(at, right)
        if not np.any(down):  # as where there is one row: half the work
            return upper
        lower = self._between(at + columns, right)
        return np.asarray(upper + down * (lower - upper), dtype=np.float64)

    def _between(self, at: npt.NDArray[np.intp], right: Floats) -> Floats:
        left_db = self._flat.take(at)
        return np.asarray(left_db + right * (self._flat.take(at + 1) - left_db), dtype=np.float64)


def _cell(position: Any, count: int) -> tuple[npt.NDArray[np.intp], Floats]:
    """Return the index of the point at or before a position in a row of points, and how far on it is: 0 to 1."""
    held = np.clip(position, 0.0, count - 1.0)
    index = np.minimum(held.astype(np.intp), max(count - 2, 0))
    return index, np.asarray(held - index, dtype=np.float64)
