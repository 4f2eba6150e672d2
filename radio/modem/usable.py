"""Samples that a filter can bear."""

import numpy as np
from numpy.typing import NDArray

LARGEST_SAMPLE = 1e9
"""What is larger cannot be squared and summed in single precision: no front end gives it."""


def usable(samples: NDArray[np.complex64]) -> tuple[NDArray[np.complex64], int]:
    """Return complex64[n] with zero in place of what is no number, and how many those were.

    One such sample would spoil every filter that it passes.
    """
    good = (np.abs(samples.real) <= LARGEST_SAMPLE) & (np.abs(samples.imag) <= LARGEST_SAMPLE)
    spoilt = len(samples) - int(np.count_nonzero(good))
    return (np.where(good, samples, np.complex64(0)) if spoilt else samples), spoilt
