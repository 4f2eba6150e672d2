"""Pseudo-randomisers of telemetry and telecommand: XOR with a sequence of period 255; each undoes itself."""

import numpy as np
from numpy.typing import NDArray

_PERIOD = 255
_TM_TAPS = (0, 3, 5, 7)  # h(x) = x^8 + x^7 + x^5 + x^3 + 1 (131.0-B section 10)
_TC_TAPS = (0, 1, 2, 3, 4, 6)  # h(x) = x^8 + x^6 + x^4 + x^3 + x^2 + x + 1 (231.0-B section 6)


def randomize_tm(data: bytes) -> bytes:
    """Return `data` XORed with the telemetry sequence FF 48 0E C0 ... (131.0-B section 10)."""
    return _xor(data, _TM_SEQUENCE)


def randomize_tc(data: bytes) -> bytes:
    """Return `data` XORed with the telecommand sequence FF 39 9E 5A ... (231.0-B section 6)."""
    return _xor(data, _TC_SEQUENCE)


def _xor(data: bytes, sequence: NDArray[np.uint8]) -> bytes:
    return (np.frombuffer(data, np.uint8) ^ np.resize(sequence, len(data))).tobytes()


def _sequence(taps: tuple[int, ...]) -> NDArray[np.uint8]:
    """Return the first 255 octets, after which the sequence repeats; the register starts with all ones."""
    bits = [1] * 8
    while len(bits) < _PERIOD:
        bits.append(sum(bits[len(bits) - 8 + tap] for tap in taps) % 2)
    return np.packbits(np.tile(np.array(bits, np.uint8), 8))


_TM_SEQUENCE = _sequence(_TM_TAPS)
_TC_SEQUENCE = _sequence(_TC_TAPS)
