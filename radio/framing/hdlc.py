"""Frames between flags: HDLC as AX.25 has it, on NRZI, with or without G3RUH's scrambler."""

import numpy as np
from numba import njit
from numpy.typing import NDArray

from radio.coding.symbols import Bits, SoftSymbols
from radio.errors import DecodeError
from radio.framing.deframer import Deframed
from radio.framing.payload import PayloadCode

LONGEST_OCTETS = 2048
SHORTEST_OCTETS = 17
"""Two addresses, a control octet and the check sequence (AX.25 v2.2, sections 3.1 and 3.9)."""
FCS_OCTETS = 2
_ADDRESS_OCTETS = 14
_TAPS = (12, 17)
"""G3RUH's scrambler: 1 + x^12 + x^17, self-synchronising (J. Miller, 9600 Baud Packet Radio Modem Design, 1988)."""
_FLAG_BITS = 8
_FCS_REMAINDER = 0xF0B8
"""What a frame with its right check sequence leaves (X.25, section 2.2.7)."""


@njit(cache=True, nogil=True)
def _unstuff(bits, first, state, partial, shortest, octets, spans):  # type: ignore[no-untyped-def]
    """Write the octets between flags to ``octets`` and (start, stop, octets) of each frame to ``spans``.

    ``state`` (ones in a row, bits of the frame or -1 outside of one, number of its first bit) and ``partial``, the
    frame's bits, go from call to call. ``first`` is the number of bits[0]. Return how many frames there are.
    """
    ones, length, start = state
    frames = written = 0
    for n in range(bits.size):
        bit = bits[n]
        if bit:
            ones += 1
            if ones > 6:
                length = -1  # an abort
        elif ones == 6:
            content = length - (_FLAG_BITS - 1)
            if content >= 8 * shortest and content % 8 == 0:
                for k in range(content // 8):
                    octet = 0
                    for j in range(8):
                        octet |= partial[8 * k + j] << j  # the least significant bit comes first
                    octets[written + k] = octet
                spans[frames] = start, first + n + 1 - _FLAG_BITS, content // 8
                written += content // 8
                frames += 1
            length, start, ones = 0, first + n + 1, 0
            continue
        elif ones == 5:
            ones = 0
            continue  # stuffed
        else:
            ones = 0
        if length == partial.size:
            length = -1
        elif length >= 0:
            partial[length] = bit
            length += 1
    state[0], state[1], state[2] = ones, length, start
    return frames


class HdlcDeframer:
    """Frames from hard decisions. A change of the level is bit 0, so the polarity does not matter.

    Frames are given, without their check sequence, if that is right and addresses stand where AX.25 has them: noise
    passes for one in 2^29 frames. Where a payload has a code of its own, those are given that it decodes.
    """

    def __init__(self, scrambled: bool, payload: PayloadCode | None) -> None:
        self._payload = payload
        self._taps = _TAPS if scrambled else ()
        self._reach = 1 + max(self._taps, default=0)
        self._levels = np.zeros(self._reach, dtype=np.uint8)
        self._count = 0
        self._state = np.array([0, -1, 0])
        self._partial = np.zeros(8 * LONGEST_OCTETS + _FLAG_BITS, dtype=np.uint8)

    @property
    def oldest(self) -> int:
        """Number of the oldest symbol that a frame still to be found can begin with."""
        return int(self._state[2]) if self._state[1] >= 0 else self._count

    @property
    def following(self) -> bool:
        """Whether a frame has begun, and is as long already as the shortest: noise often gets no further."""
        return bool(self._state[1] >= 8 * SHORTEST_OCTETS)

    def process(self, soft: SoftSymbols) -> list[Deframed]:
        """Take float32[n], and return the frames that ended in them."""
        bits = self._bits((soft < 0).astype(np.uint8))
        octets = np.empty(len(self._partial) // 8 + len(bits) // 8, dtype=np.uint8)
        spans = np.empty((len(bits) // (8 * SHORTEST_OCTETS) + 1, 3), dtype=np.int64)
        count = _unstuff(bits, self._count, self._state, self._partial, SHORTEST_OCTETS, octets, spans)
        self._count += len(bits)
        ends = np.cumsum(spans[:count, 2])
        frames = (octets[end - size : end].tobytes() for end, size in zip(ends, spans[:count, 2], strict=True))
        found = (self._judge(frame, int(s[0]), int(s[1])) for frame, s in zip(frames, spans[:count], strict=True))
        return [each for each in found if each is not None]

    def _bits(self, levels: Bits) -> Bits:
        """Descramble, then undo NRZI: the other way round is the same, since there are three taps."""
        x = np.concatenate((self._levels, levels))
        self._levels = x[len(levels) :]
        plain = x.copy()
        for tap in self._taps:
            plain[tap:] ^= x[: len(x) - tap]
        return np.asarray(1 ^ plain[self._reach :] ^ plain[self._reach - 1 : -1], dtype=np.uint8)

    def _judge(self, frame: bytes, start: int, stop: int) -> Deframed | None:
        content = frame[:-FCS_OCTETS]
        if self._payload is None:
            good = fcs_remainder(frame) == _FCS_REMAINDER and has_addresses(frame)
            return Deframed(content, start, stop, 0) if good else None
        try:
            decoded = self._payload.decode(content)
        except DecodeError:
            return None
        return Deframed(decoded.frame, start, stop, decoded.corrected_octets)


def has_addresses(frame: bytes) -> bool:
    """Tell whether two addresses can begin ``frame``: all octets but the last are even (AX.25 v2.2, section 3.12)."""
    return not any(octet & 1 for octet in frame[: _ADDRESS_OCTETS - 1])


def fcs_remainder(octets: bytes) -> int:
    """Return what is in the register of HDLC's CRC-16 after ``octets`` (X.25, section 2.2.7).

    >>> hex(fcs_remainder(b"123456789") ^ 0xFFFF)
    '0x906e'
    """
    register = 0xFFFF
    for octet in octets:
        register = register >> 8 ^ int(_CRC_TABLE[(register ^ octet) & 0xFF])
    return register


def _crc_table() -> NDArray[np.uint16]:
    table = np.arange(256, dtype=np.uint16)
    for _ in range(8):
        table = np.where(table & 1, table >> 1 ^ 0x8408, table >> 1)
    return table


_CRC_TABLE = _crc_table()
