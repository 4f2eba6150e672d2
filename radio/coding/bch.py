"""The modified BCH(63,56) code of telecommand codeblocks (231.0-B section 3).

A codeblock is 8 octets: 56 information bits, the complements of 7 parity bits, and a fill bit 0 that the
decoder ignores. Generator: g(x) = x^7 + x^6 + x^2 + 1; minimum distance 4.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from radio.errors import CodingError, DecodeError

INFORMATION_OCTETS = 7
CODEBLOCK_OCTETS = 8
_CODEWORD_BITS = 63
_GENERATOR = 0b1100_0101
_PARITY_MASK = 0x7F


@dataclass(frozen=True, slots=True)
class BchBlock:
    """The 7 information octets of an accepted codeblock and the bits corrected in it (0 or 1)."""

    information: bytes
    corrected_bits: int


def encode_bch(information: bytes) -> bytes:
    """Return the codeblocks of `information`: 8 octets for each 7.

    Raises CodingError unless the length is a multiple of 7, at least 7.
    """
    if not information or len(information) % INFORMATION_OCTETS:
        raise CodingError("len(information)", len(information), f"a multiple of {INFORMATION_OCTETS}, not 0")
    blocks = np.frombuffer(information, np.uint8).reshape(-1, INFORMATION_OCTETS)
    last_octets = (_remainders(blocks) ^ _PARITY_MASK) << 1
    return np.column_stack([blocks, last_octets]).tobytes()


def decode_bch(codeblock: bytes, error_correcting: bool = True) -> BchBlock:
    """Return what an 8-octet `codeblock` holds, with one wrong bit corrected if `error_correcting`.

    `error_correcting` (SEC mode) corrects one error and rejects any two; without it (TED mode) any three
    errors are rejected. Raises DecodeError if the codeblock is rejected, CodingError if it is not 8 octets.
    """
    if len(codeblock) != CODEBLOCK_OCTETS:
        raise CodingError("len(codeblock)", len(codeblock), f"{CODEBLOCK_OCTETS}")
    information = codeblock[:INFORMATION_OCTETS]
    syndrome = _syndrome(codeblock)
    if not syndrome:
        return BchBlock(information, 0)
    if not error_correcting or syndrome not in _ERROR_POSITIONS:
        raise DecodeError("BCH(63,56)", f"codeblock rejected, syndrome {syndrome:#04x}")
    return BchBlock(_flip(information, _ERROR_POSITIONS[syndrome]), 1)


def _syndrome(codeblock: bytes) -> int:
    information = np.frombuffer(codeblock, np.uint8, INFORMATION_OCTETS)
    parity = codeblock[INFORMATION_OCTETS] >> 1 ^ _PARITY_MASK
    return int(_remainders(information[np.newaxis])[0]) ^ parity


def _flip(information: bytes, position: int) -> bytes:
    if position >= 8 * INFORMATION_OCTETS:  # the error is in the parity
        return information
    octet, bit = divmod(position, 8)
    flipped = information[octet] ^ 0x80 >> bit
    return information[:octet] + bytes([flipped]) + information[octet + 1 :]


def _remainders(blocks: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return information(x) x^7 mod g(x) of each of `blocks`, uint8[n, 7], as uint8[n]."""
    remainders: NDArray[np.uint8] = np.bitwise_xor.reduce(_OCTET_REMAINDERS[_OCTET_INDEX, blocks], axis=1)
    return remainders


def _power_remainders() -> list[int]:
    """Return x^62 mod g(x) down to x^0 mod g(x): the syndromes of an error in bit 0 (sent first) to 62."""
    powers = [1]
    while len(powers) < _CODEWORD_BITS:
        shifted = powers[-1] << 1
        powers.append(shifted ^ _GENERATOR if shifted > _PARITY_MASK else shifted)
    return powers[::-1]


def _octet_remainders() -> NDArray[np.uint8]:
    """Return the remainder of each value of each information octet, uint8[7, 256]; they add up."""
    value_bits = np.unpackbits(np.arange(256, dtype=np.uint8)[:, np.newaxis], axis=1)
    octet_powers = np.array(_POWER_REMAINDERS[: 8 * INFORMATION_OCTETS], np.uint8).reshape(-1, 1, 8)
    remainders: NDArray[np.uint8] = np.bitwise_xor.reduce(value_bits * octet_powers, axis=2)
    return remainders


_POWER_REMAINDERS = _power_remainders()
_OCTET_INDEX = np.arange(INFORMATION_OCTETS)
_OCTET_REMAINDERS = _octet_remainders()
_ERROR_POSITIONS = {syndrome: position for position, syndrome in enumerate(_POWER_REMAINDERS)}
