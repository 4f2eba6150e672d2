"""Pseudo-randomisers of telemetry and telecommand: XOR with a sequence that repeats; each undoes itself."""

import functools
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

Randomizer: TypeAlias = Literal["none", "short", "long"]
"""Of telemetry: a period of 255 bits, or the 131071 that 131.0-B-5 asks of new systems (section 10.4)."""

_TM_TAPS = (0, 3, 5, 7)  # h(x) = x^8 + x^7 + x^5 + x^3 + 1 (131.0-B section 10.4.2)
_TM_LONG_TAPS = (0, 14)  # h(x) = x^17 + x^14 + 1 (131.0-B-5 section 10.4.1)
_TM_LONG_FIRST_BITS = "00011100011100011"
_TC_TAPS = (0, 1, 2, 3, 4, 6)  # h(x) = x^8 + x^6 + x^4 + x^3 + x^2 + x + 1 (231.0-B section 6)
_ONES = "1" * 8


def randomize_tm(data: bytes, randomizer: Randomizer = "short") -> bytes:
    """Return `data` XORed with the telemetry sequence FF 48 0E C0 ..., or the long one 1C 71 B9 1B ..."""
    if randomizer == "none":
        return data
    return _xor(data, _TM_SEQUENCE if randomizer == "short" else _long_sequence())


def randomize_tc(data: bytes) -> bytes:
    """Return `data` XORed with the telecommand sequence FF 39 9E 5A ... (231.0-B section 6)."""
    return _xor(data, _TC_SEQUENCE)


def _xor(data: bytes, sequence: NDArray[np.uint8]) -> bytes:
    return (np.frombuffer(data, np.uint8) ^ np.resize(sequence, len(data))).tobytes()


def _sequence(taps: tuple[int, ...], first_bits: str) -> NDArray[np.uint8]:
    """Return the octets after which the sequence repeats: as many as its period has bits."""
    bits = [int(bit) for bit in first_bits]
    for start in range(2 ** len(first_bits) - 1 - len(first_bits)):
        bits.append(sum(bits[start + tap] for tap in taps) % 2)
    return np.packbits(np.tile(np.array(bits, np.uint8), 8))


@functools.cache
def _long_sequence() -> NDArray[np.uint8]:
    """Return the long sequence, which takes a tenth of a second to make."""
    return _sequence(_TM_LONG_TAPS, _TM_LONG_FIRST_BITS)


_TM_SEQUENCE = _sequence(_TM_TAPS, _ONES)
_TC_SEQUENCE = _sequence(_TC_TAPS, _ONES)
