"""KISS, between a computer and a packet radio.

M. Chepponis and P. Karn, "The KISS TNC: A simple host-to-TNC communications protocol", 6th ARRL Computer Networking
Conference, 1987.

A frame stands between two FEND: a type octet, which holds the radio's port and a command, and the data. FEND within is
sent as FESC TFEND, and FESC as FESC TFESC. There is no check sum: a serial line is taken to be sound.
"""

from dataclasses import dataclass
from enum import IntEnum

from radio.errors import CodingError

_FEND, _FESC = b"\xc0", b"\xdb"
_ESCAPED_FEND, _ESCAPED_FESC = b"\xdb\xdc", b"\xdb\xdd"
_UNESCAPED = {0xDC: _FEND, 0xDD: _FESC}
_MAX_PORT = 15
_UNIT_S = 0.01
_LONGEST_DELAY_S = 2.55
"""What one octet tells."""


class KissCommand(IntEnum):
    """What a frame is: data to or from the air, or a setting of the radio's."""

    DATA = 0
    TX_DELAY = 1
    """From keying the transmitter to data, in units of 10 ms."""
    PERSISTENCE = 2
    SLOT_TIME = 3
    TX_TAIL = 4
    FULL_DUPLEX = 5
    """0: the radio waits for a free channel; else it sends at once."""
    SET_HARDWARE = 6
    RETURN = 15
    """Leave KISS; sent to port 15."""


_COMMANDS = frozenset(KissCommand)


@dataclass(frozen=True, slots=True)
class KissFrame:
    """One frame on the line.

    Raises CodingError for a port that is not 0 to 15.
    """

    command: KissCommand
    data: bytes = b""
    port: int = 0

    def __post_init__(self) -> None:
        if not 0 <= self.port <= _MAX_PORT:
            raise CodingError("port", self.port, f"0 to {_MAX_PORT}")

    def encode(self) -> bytes:
        """Return the frame's octets on the line.

        The leading FEND ends any garbage there, so that none of it sticks to this frame.

        >>> KissFrame(KissCommand.DATA, b"TEST").encode().hex(" ")
        'c0 00 54 45 53 54 c0'
        """
        content = bytes([self.port << 4 | self.command]) + self.data
        return _FEND + content.replace(_FESC, _ESCAPED_FESC).replace(_FEND, _ESCAPED_FEND) + _FEND


def tx_delay(delay_s: float) -> KissFrame:
    """Return the setting of a preamble, 0 to 2.55 s; raise CodingError for any other.

    >>> tx_delay(0.25).data.hex()
    '19'
    """
    if not 0 <= delay_s <= _LONGEST_DELAY_S:
        raise CodingError("delay_s", delay_s, f"0 to {_LONGEST_DELAY_S} s")
    return KissFrame(KissCommand.TX_DELAY, bytes([round(delay_s / _UNIT_S)]))


def tx_delay_s(frame: KissFrame) -> float:
    """Return the preamble that such a frame sets; 0 without data."""
    return frame.data[0] * _UNIT_S if frame.data else 0.0


class KissDeframer:
    """Finds the frames in a stream of octets that arrive in pieces.

    Holds at most one frame's octets, of up to `largest_octets` of data, whatever arrives. `discarded_octets` counts
    those of what stood between two FEND and was longer, had an escape that is none, or a command that is none. (The
    paper has an escape that is none passed over: the frame is then another than was sent.)
    """

    def __init__(self, largest_octets: int) -> None:
        self.discarded_octets = 0
        self._largest_octets = largest_octets
        self._longest_run = 2 * (1 + largest_octets)
        self._run = bytearray()

    def feed(self, data: bytes) -> list[KissFrame]:
        """Take in what arrived and return the frames that it completes, in order."""
        *ended, rest = data.split(_FEND)
        frames = [frame for run in ended if (frame := self._end_run(run)) is not None]
        self._extend_run(rest)
        return frames

    def _extend_run(self, octets: bytes) -> None:
        # One octet over the longest run is kept, to mark it as too long to be a frame.
        kept = octets[: self._longest_run + 1 - len(self._run)]
        self._run += kept
        self.discarded_octets += len(octets) - len(kept)

    def _end_run(self, octets: bytes) -> KissFrame | None:
        self._extend_run(octets)
        run = bytes(self._run)
        self._run.clear()
        if not run:  # two FEND in a row are no empty frame
            return None
        frame = _frame_of(run)
        if frame is None or len(frame.data) > self._largest_octets:
            self.discarded_octets += len(run)
            return None
        return frame


def _frame_of(run: bytes) -> KissFrame | None:
    content = _unescape(run)
    if content is None:
        return None
    port, command = divmod(content[0], 16)
    return KissFrame(KissCommand(command), content[1:], port) if command in _COMMANDS else None


def _unescape(run: bytes) -> bytes | None:
    """Return what was sent, or None if an escape is none."""
    first, *escaped = run.split(_FESC)
    parts = [first]
    for part in escaped:
        octet = _UNESCAPED.get(part[0]) if part else None
        if octet is None:
            return None
        parts += [octet, part[1:]]
    return b"".join(parts)
