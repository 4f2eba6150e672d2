"""What a packet radio and its host say to each other over the line."""

from typing import Protocol

from firmware_sim.packet_radio.settings import RadioSettings
from radio.serial_radio.kiss import KissCommand, KissDeframer, KissFrame, tx_delay_s
from radio.serial_radio.length_prefixed import LengthDeframer
from radio.serial_radio.length_prefixed import encode as encode_length_prefixed


class HostFraming(Protocol):
    """The radio's end of the line."""

    preamble_s: float
    """What the host set, or else what the radio has by itself."""

    def feed(self, octets: bytes) -> list[bytes]:
        """Take in octets from the host; return the frames to send."""

    def encode(self, frame: bytes) -> bytes:
        """Return the octets that give the host a frame."""


class KissHost:
    """KISS. Of the host's settings it takes the preamble alone; the others are about when to begin: it never waits."""

    def __init__(self, settings: RadioSettings) -> None:
        self.preamble_s = settings.preamble_s
        self._deframer = KissDeframer(settings.largest_frame_octets)

    def feed(self, octets: bytes) -> list[bytes]:
        """Take in octets from the host; return the frames to send."""
        frames = []
        for each in self._deframer.feed(octets):
            match each:
                case KissFrame(KissCommand.DATA, data, 0) if data:
                    frames.append(data)
                case KissFrame(KissCommand.TX_DELAY, _, 0):
                    self.preamble_s = tx_delay_s(each)
        return frames

    def encode(self, frame: bytes) -> bytes:
        """Return the octets that give the host a frame."""
        return KissFrame(KissCommand.DATA, frame).encode()


class LengthHost:
    """Frames behind their length, and nothing else."""

    def __init__(self, settings: RadioSettings) -> None:
        self.preamble_s = settings.preamble_s
        self._deframer = LengthDeframer(settings.largest_frame_octets)

    def feed(self, octets: bytes) -> list[bytes]:
        """Take in octets from the host; return the frames to send."""
        return self._deframer.feed(octets)

    def encode(self, frame: bytes) -> bytes:
        """Return the octets that give the host a frame."""
        return encode_length_prefixed(frame)


def open_host_framing(settings: RadioSettings) -> HostFraming:
    """Return the radio's end of its line."""
    return KissHost(settings) if settings.framing == "kiss" else LengthHost(settings)
