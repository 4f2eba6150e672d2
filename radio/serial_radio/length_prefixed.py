"""Frames behind their length, between a computer and a packet radio.

::

    | length        | frame             | CRC-16                    |
    | 2 octets      | length octets     | 2 octets                  |

Both numbers come with the most significant octet first. The CRC is that of transfer frames (CCSDS 132.0-B 4.1.6.2:
x^16 + x^12 + x^5 + 1, preset to ones), over length and frame. There is no marker: who has lost the place takes every
octet for the first of a frame until one has the right CRC, which 1 in 65536 false ones has, too.
"""

from binascii import crc_hqx

from radio.errors import CodingError

MAX_FRAME_OCTETS = 0xFFFF
_PREFIX_OCTETS = 2
_CRC_OCTETS = 2
_CRC_INITIAL = 0xFFFF


def encode(frame: bytes) -> bytes:
    """Return the octets on the line of a frame of 1 to 65535 octets; raise CodingError for any other.

    >>> encode(b"123456789").hex(" ")
    '00 09 31 32 33 34 35 36 37 38 39 5a f9'
    """
    if not 1 <= len(frame) <= MAX_FRAME_OCTETS:
        raise CodingError("len(frame)", len(frame), f"1 to {MAX_FRAME_OCTETS} octets")
    content = len(frame).to_bytes(_PREFIX_OCTETS, "big") + frame
    return content + crc_hqx(content, _CRC_INITIAL).to_bytes(_CRC_OCTETS, "big")


class LengthDeframer:
    """Finds the frames in a stream of octets that arrive in pieces, with garbage between them.

    Holds less than one frame's octets between two calls, of up to `largest_octets`. `discarded_octets` counts those
    that belonged to no frame. A length that garbage feigns holds back what comes after it, until so many octets have
    come; none of it is lost.
    """

    def __init__(self, largest_octets: int) -> None:
        self.discarded_octets = 0
        self._largest_octets = largest_octets
        self._held = b""

    def feed(self, data: bytes) -> list[bytes]:
        """Take in what arrived and return the frames that it completes, in order."""
        held, at, frames = self._held + data, 0, []
        while (end := self._end_of_frame(held, at)) is not None:
            if crc_hqx(held[at:end], _CRC_INITIAL) == 0:
                frames.append(held[at + _PREFIX_OCTETS : end - _CRC_OCTETS])
                at = end
            else:
                self.discarded_octets += 1
                at += 1
        self._held = held[at:]
        return frames

    def _end_of_frame(self, held: bytes, at: int) -> int | None:
        """Return where a frame ends that may begin here; `at` itself if none can; None until more has arrived."""
        if len(held) < at + _PREFIX_OCTETS:
            return None
        length = int.from_bytes(held[at : at + _PREFIX_OCTETS], "big")
        if not 1 <= length <= self._largest_octets:
            return at
        end = at + _PREFIX_OCTETS + length + _CRC_OCTETS
        return end if end <= len(held) else None
