"""Averages over a normal random number, by Gauss-Hermite quadrature."""

from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import special

from linkbudget.decibels import Floats, Real

_NODES, _WEIGHTS = special.roots_hermitenorm(40)
_WEIGHTS = _WEIGHTS / _WEIGHTS.sum()


def at_nodes(mean: Real, sigma: Real) -> Floats:
    """Return the nodes of a normal number along a new last axis: float64[..., nodes]."""
    return np.asarray(np.asarray(mean)[..., np.newaxis] + np.multiply.outer(sigma, _NODES), dtype=np.float64)


def average(values: npt.NDArray[Any]) -> Floats:
    """Return the mean of a function's values at the nodes, over the last axis."""
    return np.asarray(values @ _WEIGHTS, dtype=np.float64)
