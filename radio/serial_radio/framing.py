"""How frames stand on the line to a packet radio."""

from typing import Literal, Protocol

from radio.serial_radio.kiss import KissCommand, KissDeframer, KissFrame, tx_delay
from radio.serial_radio.length_prefixed import LengthDeframer
from radio.serial_radio.length_prefixed import encode as encode_length_prefixed

FramingKind = Literal["kiss", "length"]


class Framing(Protocol):
    """Frames to octets of the line, and back."""

    @property
    def discarded_octets(self) -> int:
        """Octets from the line that belonged to no frame."""

    def greeting(self) -> bytes:
        """Return what the radio is told before the first frame."""

    def encode(self, frame: bytes) -> bytes:
        """Return a frame's octets on the line."""

    def feed(self, data: bytes) -> list[bytes]:
        """Take in what arrived and return the frames that it completes, in order."""


class KissFraming:
    """Data frames of the radio's first port. The radio is told its preamble."""

    def __init__(self, largest_octets: int, preamble_s: float) -> None:
        """Raise CodingError for a preamble that KISS cannot tell."""
        self._deframer = KissDeframer(largest_octets)
        self._greeting = tx_delay(preamble_s).encode()

    @property
    def discarded_octets(self) -> int:
        """Octets from the line that belonged to no frame."""
        return self._deframer.discarded_octets

    def greeting(self) -> bytes:
        """Return what the radio is told before the first frame."""
        return self._greeting

    def encode(self, frame: bytes) -> bytes:
        """Return a frame's octets on the line."""
        return KissFrame(KissCommand.DATA, frame).encode()

    def feed(self, data: bytes) -> list[bytes]:
        """Take in what arrived and return the frames that it completes, in order."""
        return [each.data for each in self._deframer.feed(data) if (each.command, each.port) == (KissCommand.DATA, 0)]


class LengthFraming:
    """Frames behind their length. The radio is told nothing."""

    def __init__(self, largest_octets: int) -> None:
        self._deframer = LengthDeframer(largest_octets)

    @property
    def discarded_octets(self) -> int:
        """Octets from the line that belonged to no frame."""
        return self._deframer.discarded_octets

    def greeting(self) -> bytes:
        """Return what the radio is told before the first frame."""
        return b""

    def encode(self, frame: bytes) -> bytes:
        """Return a frame's octets on the line."""
        return encode_length_prefixed(frame)

    def feed(self, data: bytes) -> list[bytes]:
        """Take in what arrived and return the frames that it completes, in order."""
        return self._deframer.feed(data)


def open_framing(kind: FramingKind, largest_octets: int, preamble_s: float) -> Framing:
    """Return a framing of frames up to such a length; raise CodingError for a preamble that KISS cannot tell."""
    return KissFraming(largest_octets, preamble_s) if kind == "kiss" else LengthFraming(largest_octets)
