"""What an LDPC decoder takes and answers."""

from dataclasses import dataclass

import numpy as np
from numba import njit

from radio.coding.symbols import Bits, SoftSymbols
from radio.errors import CodingError


@dataclass(frozen=True, slots=True)
class Decoding:
    """A decoder's decision on one codeword.

    codeword: uint8[n], information first; satisfied: whether it is accepted as one (otherwise it is a guess);
    iterations: of message passing; corrected: symbols whose hard decision differs from the codeword.
    """

    codeword: Bits
    satisfied: bool
    iterations: int
    corrected: int


def checked_symbols(soft: SoftSymbols, codeword_bits: int) -> SoftSymbols:
    """Return `soft` as contiguous float32[codeword_bits].

    Raises CodingError for another number of symbols, or if one is not finite.
    """
    if soft.shape != (codeword_bits,):
        raise CodingError("soft.shape", soft.shape, f"({codeword_bits},)")
    if not np.isfinite(soft).all():
        raise CodingError("soft", soft[~np.isfinite(soft)][0], "finite values")
    return np.ascontiguousarray(soft, np.float32)


def wrong_decisions(soft: SoftSymbols, codeword: Bits) -> int:
    """Return how many hard decisions on `soft` differ from `codeword`."""
    return int(_wrong_decisions(soft, codeword))


@njit(cache=True, nogil=True)
def _wrong_decisions(soft, codeword):  # type: ignore[no-untyped-def]
    wrong = 0
    for i in range(codeword.size):
        wrong += (soft[i] < 0) != (codeword[i] != 0)
    return wrong
