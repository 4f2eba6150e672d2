"""Packets in the data fields of telecommand frames: cut into segments, and joined again (CCSDS 232.0-B 4.1.3.2)."""

from enum import IntEnum

from protocol.errors import RemoteError
from protocol.space_packet import MAX_PACKET_OCTETS, check_packet, take_packets

SEGMENT_HEADER_OCTETS = 1
MAP_ID = 0


class SequenceFlags(IntEnum):
    """Where a segment stands in its packet (CCSDS 232.0-B 4.1.3.2.2.2)."""

    CONTINUING = 0b00
    FIRST = 0b01
    LAST = 0b10
    UNSEGMENTED = 0b11


def cut_into_segments(packet: bytes, max_octets: int) -> list[bytes]:
    """Return the segments of one encoded packet for MAP 0, each of at most `max_octets` with its header.

    Raises LocalError if `packet` is not exactly one.
    """
    check_packet(packet)
    step = max_octets - SEGMENT_HEADER_OCTETS
    starts = range(0, len(packet), step)
    flags = [_flags(is_first=start == 0, is_last=start == starts[-1]) for start in starts]
    return [bytes([flag << 6 | MAP_ID]) + packet[at : at + step] for flag, at in zip(flags, starts, strict=True)]


class SegmentJoiner:
    """Puts packets together from the segments of MAP 0, which come in order.

    `partial` are the octets of a packet that has begun. `misfits` counts what gave no packet: a sequence broken off, a
    segment whose first is lost, a data unit that does not divide into packets, another MAP's segment.
    """

    def __init__(self, partial: bytes = b"") -> None:
        self.partial = partial
        self.misfits = 0

    def join(self, segment: bytes) -> list[bytes]:
        """Return the packets that `segment`, 1 octet or more, completes.

        A packet's own CRC is left to `SpacePacket.parse`.
        """
        if segment[0] & 0x3F != MAP_ID:
            self.misfits += 1
            return []
        return self._packets(SequenceFlags(segment[0] >> 6), segment[SEGMENT_HEADER_OCTETS:])

    def _packets(self, flags: SequenceFlags, data: bytes) -> list[bytes]:
        starts = flags in (SequenceFlags.FIRST, SequenceFlags.UNSEGMENTED)
        # A start where a packet was open, or a part of one that never started, or more octets than any packet has.
        if starts == bool(self.partial) or len(self.partial) + len(data) > MAX_PACKET_OCTETS:
            self.misfits += 1
            self.partial = b""
            if not starts:
                return []
        self.partial += data
        if flags in (SequenceFlags.FIRST, SequenceFlags.CONTINUING):
            return []
        whole, self.partial = self.partial, b""
        return self._divide(whole)

    def _divide(self, octets: bytes) -> list[bytes]:
        """Return the packets of a whole data unit: one, or several blocked (CCSDS 232.0-B 4.1.3.2)."""
        try:
            packets, rest = take_packets(octets)
        except RemoteError:
            packets, rest = [], octets
        if packets and not rest:
            return packets
        self.misfits += 1
        return []


def _flags(*, is_first: bool, is_last: bool) -> SequenceFlags:
    return SequenceFlags(is_last << 1 | is_first)
