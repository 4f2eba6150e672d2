"""NRZ-L and NRZ-M: what the level of a channel symbol says."""

import numpy as np

from radio.coding.symbols import SoftSymbols, Symbols


def levels(symbols: Symbols, before: np.int8 | int = 1) -> Symbols:
    """Return the levels of symbols, int8[n], in NRZ-M: a bit 1 changes the level, a bit 0 keeps it."""
    return np.int8(before) * np.cumprod(symbols, dtype=np.int8)


def changes(soft: SoftSymbols) -> SoftSymbols:
    """Return the soft symbols, float32[n - 1], of soft levels float32[n]: as sure as the less sure level of the two."""
    sure = np.minimum(np.abs(soft[1:]), np.abs(soft[:-1]))
    return np.asarray(np.sign(soft[1:]) * np.sign(soft[:-1]) * sure, dtype=np.float32)
