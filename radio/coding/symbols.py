"""Octets, bits and channel symbols, and the one mapping between them.

The first bit sent is the most significant of the first octet. **Bit 0 is the symbol +1, bit 1 is -1**, in
every module of the radio package: a positive soft symbol speaks for bit 0.
"""

import numpy as np
from numpy.typing import NDArray

Bits = NDArray[np.uint8]  # each 0 or 1
Symbols = NDArray[np.int8]  # each +1 or -1
SoftSymbols = NDArray[np.float32]


def octets_to_bits(octets: bytes) -> Bits:
    """Return the bits of `octets`, uint8[8 * len(octets)], most significant first."""
    return np.unpackbits(np.frombuffer(octets, np.uint8))


def bits_to_octets(bits: Bits) -> bytes:
    """Return `bits` packed into octets, most significant first, zeros after the last."""
    return np.packbits(bits).tobytes()


def bits_to_symbols(bits: Bits) -> Symbols:
    """Return one symbol for each bit, int8 of +1 (bit 0) or -1 (bit 1)."""
    return np.int8(1) - np.int8(2) * bits.astype(np.int8)


def octets_to_symbols(octets: bytes) -> Symbols:
    """Return the symbols of `octets`, int8[8 * len(octets)]."""
    return bits_to_symbols(octets_to_bits(octets))


def symbols_to_octets(soft: SoftSymbols | Symbols) -> bytes:
    """Return the octets of the hard decisions on `soft`, float32[8 n] or int8[8 n]."""
    return bits_to_octets((soft < 0).astype(np.uint8))


def can_tell(soft: SoftSymbols | Symbols, information_bits: int) -> bool:
    """Return whether so many bits can follow from `soft`, float32[n] or int8[n].

    A symbol of 0 speaks for neither bit, and no code tells more bits than there are symbols that speak (Singleton's
    bound). What a silent transmitter leaves, 0 throughout, is a codeword of most codes all the same.
    """
    return bool(np.count_nonzero(soft) >= information_bits)
