"""The modified BCH(63,56) code of telecommand codeblocks (231.0-B section 3).

A codeblock is 8 octets: 56 information bits, the complements of 7 parity bits, and a fill bit 0 that the
decoder ignores. Generator: g(x) = x^7 + x^6 + x^2 + 1; minimum distance 4.
"""

from dataclasses import dataclass, field

import numpy as np
from numba import njit
from numpy.typing import NDArray

from radio.coding.symbols import SoftSymbols, Symbols, can_tell, symbols_to_octets
from radio.errors import CodingError, DecodeError

INFORMATION_OCTETS = 7
CODEBLOCK_OCTETS = 8
CODEBLOCK_SYMBOLS = 8 * CODEBLOCK_OCTETS
CODEWORD_BITS = 63
_GENERATOR = 0b1100_0101
_PARITY_MASK = 0x7F
# Mean magnitudes by which the next best correction has to be worse. At Eb/N0 = 5 to 7 dB it leaves a tenth of the wrong
# codeblocks that correcting single errors lets pass, and at 0 an even number of errors would never be rejected.
MARGIN = 0.25


@dataclass(frozen=True, slots=True)
class BchBlock:
    """The 7 information octets of an accepted codeblock.

    corrected_bits: 0 to 3; bound: any other decision would have to take symbols for wrong whose magnitudes sum up to
    more than this.
    """

    information: bytes
    corrected_bits: int
    bound: float = field(default=0.0, compare=False)


def encode_bch(information: bytes) -> bytes:
    """Return the codeblocks of `information`: 8 octets for each 7.

    Raises CodingError unless the length is a multiple of 7, at least 7.
    """
    if not information or len(information) % INFORMATION_OCTETS:
        raise CodingError("len(information)", len(information), f"a multiple of {INFORMATION_OCTETS}, not 0")
    blocks = np.frombuffer(information, np.uint8).reshape(-1, INFORMATION_OCTETS)
    last_octets = (_remainders(blocks) ^ _PARITY_MASK) << 1
    return np.column_stack([blocks, last_octets]).tobytes()


def decode_bch(codeblock: SoftSymbols | Symbols, error_correcting: bool = True) -> BchBlock:
    """Return what a `codeblock` holds, float32[64] or int8[64], positive for bit 0, of any scale.

    `error_correcting` takes the most likely of all corrections of up to three bits, unless another is nearly as
    likely: with symbols of one magnitude it corrects one error and rejects any two, as the standard's SEC mode. Without
    it (TED mode) any three errors are rejected. Raises DecodeError if the codeblock is rejected, CodingError if it is
    not 64 symbols.
    """
    if codeblock.size != CODEBLOCK_SYMBOLS:
        raise CodingError("codeblock.size", codeblock.size, f"{CODEBLOCK_SYMBOLS}")
    soft = codeblock[:CODEWORD_BITS].astype(np.float32)
    wrong, discrepancy, next_discrepancy = _likeliest_correction(soft, _POWER_REMAINDERS, _POSITIONS)
    bound = discrepancy + MARGIN * float(np.abs(soft).mean())
    certain = bound < next_discrepancy and can_tell(soft, 8 * INFORMATION_OCTETS)
    if not (certain and (error_correcting or not wrong.size)):
        raise DecodeError("BCH(63,56)", "codeblock rejected")
    soft[wrong] *= -1
    return BchBlock(symbols_to_octets(soft[: 8 * INFORMATION_OCTETS]), wrong.size, bound)


@njit(cache=True, nogil=True)
def _likeliest_correction(soft, remainders, positions):  # type: ignore[no-untyped-def]
    """Return the positions to correct, int64[0 to 3], the sum of their magnitudes, and that of the next best."""
    syndrome = _PARITY_MASK
    for i in range(soft.size):
        if soft[i] < 0:
            syndrome ^= remainders[i]
    if syndrome == 0:
        return np.empty(0, np.int64), 0.0, np.inf
    best = np.full(3, -1)
    least = next_least = np.inf
    for first in range(-1, soft.size):
        without_first = syndrome ^ (remainders[first] if first >= 0 else 0)
        for second in range(first, soft.size if first >= 0 else 0):  # a second that is the first stands for none
            last = positions[without_first ^ (remainders[second] if second > first else 0)]
            if last <= second:
                continue
            total = abs(soft[last])
            total += abs(soft[first]) if first >= 0 else 0
            total += abs(soft[second]) if second > first else 0
            if total < least:
                next_least, least = least, total
                best[0], best[1], best[2] = first, second if second > first else -1, last
            elif total < next_least:
                next_least = total
    return best[best >= 0], least, next_least


def _remainders(blocks: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return information(x) x^7 mod g(x) of each of `blocks`, uint8[n, 7], as uint8[n]."""
    remainders: NDArray[np.uint8] = np.bitwise_xor.reduce(_OCTET_REMAINDERS[_OCTET_INDEX, blocks], axis=1)
    return remainders


def _power_remainders() -> NDArray[np.int64]:
    """Return x^62 mod g(x) down to x^0 mod g(x), int64[63]: the syndromes of an error in bit 0 (sent first) to 62."""
    powers = [1]
    while len(powers) < CODEWORD_BITS:
        shifted = powers[-1] << 1
        powers.append(shifted ^ _GENERATOR if shifted > _PARITY_MASK else shifted)
    return np.array(powers[::-1])


def _octet_remainders() -> NDArray[np.uint8]:
    """Return the remainder of each value of each information octet, uint8[7, 256]; they add up."""
    value_bits = np.unpackbits(np.arange(256, dtype=np.uint8)[:, np.newaxis], axis=1)
    octet_powers = _POWER_REMAINDERS[: 8 * INFORMATION_OCTETS].astype(np.uint8).reshape(-1, 1, 8)
    remainders: NDArray[np.uint8] = np.bitwise_xor.reduce(value_bits * octet_powers, axis=2)
    return remainders


_POWER_REMAINDERS = _power_remainders()
_OCTET_INDEX = np.arange(INFORMATION_OCTETS)
_OCTET_REMAINDERS = _octet_remainders()
_POSITIONS = np.full(_PARITY_MASK + 1, -1)
"""The position of the error that has a syndrome, or -1."""
_POSITIONS[_POWER_REMAINDERS] = np.arange(CODEWORD_BITS)
