"""Samples of an 8-bit converter, and the octets that they were."""

import numpy as np
from numpy.typing import NDArray

_MIDDLE = np.float32(127.5)
"""An RTL2832U's octet is 127.5 + 127.5 x."""
_HIGHEST = 255


def octets_of(samples: NDArray[np.complex64]) -> bytes | None:
    r"""Return complex64[n] as ``cu8`` has them, in-phase first; None if no octets would give the same samples.

    >>> octets_of(np.array([1 - 1j], np.complex64))
    b'\xff\x00'
    """
    numbers = np.ascontiguousarray(samples).view(np.float32)
    with np.errstate(over="ignore", invalid="ignore"):
        codes = np.rint(numbers * _MIDDLE + _MIDDLE)
        exact = np.array_equal((codes - _MIDDLE) / _MIDDLE, numbers)
    if not exact or (len(codes) and not 0 <= codes.min() <= codes.max() <= _HIGHEST):
        return None
    return bytes(codes.astype(np.uint8))
