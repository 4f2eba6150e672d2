"""Numbers, arrays of them, and decibels."""

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Real = float | Floats
"""A number, or float64 of any shape; shapes of several arguments broadcast."""


def to_db(ratio: Real) -> Floats:
    """Return 10 log10 of a power ratio, float64 of its shape; 0 gives minus infinity.

    >>> float(to_db(100.0))
    20.0
    """
    with np.errstate(divide="ignore"):
        return np.asarray(10.0 * np.log10(ratio), dtype=np.float64)


def from_db(decibels: Real) -> Floats:
    """Return the power ratio of a level in dB, float64 of its shape.

    >>> float(from_db(20.0))
    100.0
    """
    return np.asarray(np.power(10.0, np.multiply(decibels, 0.1)), dtype=np.float64)
