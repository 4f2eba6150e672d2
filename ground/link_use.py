"""The frames that a prompt and its answer took."""

import struct
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from protocol.messages import AnswerEnd
from protocol.telecommand import OutgoingPacket

_FORMAT = struct.Struct(">III")


@dataclass(frozen=True, slots=True)
class LinkUse:
    """TC frames with the prompt, repeated ones too; how many of them were repeated; TM frames in which words ended."""

    uplink_frames: int
    uplink_resent: int
    downlink_frames: int

    def encode(self) -> bytes:
        """Return the counts in 12 octets."""
        return _FORMAT.pack(self.uplink_frames, self.uplink_resent, self.downlink_frames)

    @classmethod
    def parse(cls, octets: bytes) -> "LinkUse | None":
        """Return the counts, None if there are none."""
        return cls(*_FORMAT.unpack(octets)) if octets else None


def link_use(packets: Sequence[OutgoingPacket], downlink_frames: int) -> LinkUse:
    """Return what the packets of a prompt, one for each time that it was sent, and its answer took."""
    sent, resent = sum(one.frames_sent for one in packets), sum(one.frames_resent for one in packets)
    return LinkUse(sent, resent, downlink_frames)


def told_ending(end: AnswerEnd, use: LinkUse | None) -> dict[str, object]:
    """Return how an answer ended, as plain values; what was not measured is left out."""
    known = {name: value for name, value in asdict(end).items() if value is not None}
    return known | {"finish_reason": end.finish_reason.value} | (asdict(use) if use else {})
