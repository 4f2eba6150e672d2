"""Fits to land mobile satellite measurements by elevation: held, beyond where they were made, at the ends."""

from collections.abc import Callable, Sequence

import numpy as np

from linkbudget.decibels import Floats, Real
from linkbudget.fading.quantiles import QuantileTable
from linkbudget.provenance import Range

MEASURED = Range("elevation_deg", 20.0, 80.0)
_STEP_DEG = 1.0


def fitted(coefficients: Sequence[float], elevation_deg: Real) -> Floats:
    """Return a polynomial of the elevation in degrees, of its shape; coefficients in falling powers."""
    return np.asarray(np.polyval(coefficients, np.clip(elevation_deg, MEASURED.lowest, MEASURED.highest)))


def tabulated(quantiles_at: Callable[[float], Floats]) -> QuantileTable:
    """Return a table of quantiles by elevation."""
    elevations_deg = np.arange(MEASURED.lowest, MEASURED.highest + _STEP_DEG, _STEP_DEG)
    return QuantileTable(MEASURED.lowest, _STEP_DEG, map(quantiles_at, elevations_deg))
