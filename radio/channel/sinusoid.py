"""Sine and cosine for sample loops: of turns, in single precision, so that they run in vector registers."""

import numpy as np
from numba import njit

# Least-squares fits in the squared angle over half a turn to either side: error 1e-8 before rounding to float32.
_S0, _S1, _S2, _S3, _S4, _S5, _S6 = (
    np.float32(c) for c in (6.28318531, -41.3417004, 81.6051314, -76.7030154, 42.025927, -14.8998467, 3.23813751)
)
_C0, _C1, _C2, _C3, _C4, _C5, _C6 = (
    np.float32(c) for c in (0.999999989, -19.7392045, 64.9391175, -85.4501395, 60.167631, -25.9675992, 6.52865816)
)


@njit(cache=True, nogil=True, fastmath={"contract"}, inline="always")
def sine(turns):  # type: ignore[no-untyped-def]
    """Return sin(2 pi turns), float32, of a float32 from -1/2 to 1/2."""
    z = turns * turns
    return turns * (_S0 + z * (_S1 + z * (_S2 + z * (_S3 + z * (_S4 + z * (_S5 + z * _S6))))))


@njit(cache=True, nogil=True, fastmath={"contract"}, inline="always")
def cosine(turns):  # type: ignore[no-untyped-def]
    """Return cos(2 pi turns), float32, of a float32 from -1/2 to 1/2."""
    z = turns * turns
    return _C0 + z * (_C1 + z * (_C2 + z * (_C3 + z * (_C4 + z * (_C5 + z * _C6)))))
