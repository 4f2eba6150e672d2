"""The field GF(256) of the Reed-Solomon codes, and its two ways to write an octet (131.0-B section 4).

Field polynomial x^8 + x^7 + x^2 + x + 1 with the root alpha; the code counts in powers of **gamma = alpha^11**.
"""

from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

Octets: TypeAlias = NDArray[np.uint8]
Basis: TypeAlias = Literal["conventional", "dual"]

ORDER = 255
_FIELD_POLYNOMIAL = 0x187
_GAMMA_LOG = 11
_DUAL_LOG = 117
_BITS = 8


def _alpha_powers() -> list[int]:
    """Return alpha^0 to alpha^254."""
    powers = [1]
    while len(powers) < ORDER:
        shifted = powers[-1] << 1
        powers.append(shifted ^ _FIELD_POLYNOMIAL if shifted > ORDER else shifted)
    return powers


def _traces() -> Octets:
    """Return the trace of each element, y + y^2 + y^4 + ... + y^128, uint8[256] of 0 and 1."""
    conjugates = [GAMMA_POWERS[(GAMMA_LOGS[1:] << power) % ORDER] for power in range(_BITS)]
    traces: Octets = np.append(np.uint8(0), np.bitwise_xor.reduce(conjugates))
    return traces


def _products() -> NDArray[np.uint8]:
    """Return the product of any two elements, uint8[256, 256]."""
    products: NDArray[np.uint8] = GAMMA_POWERS[(GAMMA_LOGS[:, np.newaxis] + GAMMA_LOGS) % ORDER]
    products[0] = products[:, 0] = 0
    return products


def _dual_octets() -> Octets:
    """Return the dual-basis octet of each element: bit z_j, z_0 the highest, is the trace of x alpha^(117 j)."""
    alpha = np.array(_alpha_powers(), np.uint8)
    bits = [_traces()[PRODUCTS[alpha[_DUAL_LOG * j % ORDER]]] for j in range(_BITS)]
    octets: Octets = np.packbits(bits, axis=0)[0]
    return octets


GAMMA_POWERS: Octets = np.array(_alpha_powers(), np.uint8)[_GAMMA_LOG * np.arange(ORDER) % ORDER]
"""gamma^0 to gamma^254."""
GAMMA_LOGS: NDArray[np.int64] = np.zeros(256, np.int64)
"""The power of gamma that each element is; meaningless for 0."""
GAMMA_LOGS[GAMMA_POWERS] = np.arange(ORDER)
PRODUCTS = _products()
INVERSES: Octets = np.append(np.uint8(0), GAMMA_POWERS[-GAMMA_LOGS[1:] % ORDER])
"""The inverse of each element; 0 for 0."""
_PLAIN_OCTETS = np.arange(256, dtype=np.uint8)
_DUAL_OCTETS = _dual_octets()


def octets_of_elements(basis: Basis) -> Octets:
    """Return the octet sent for each element (a number in powers of alpha), uint8[256]."""
    return _DUAL_OCTETS if basis == "dual" else _PLAIN_OCTETS


def elements_of_octets(basis: Basis) -> Octets:
    """Return the element that each octet stands for, uint8[256]: the inverse of `octets_of_elements`."""
    return np.argsort(octets_of_elements(basis)).astype(np.uint8)
