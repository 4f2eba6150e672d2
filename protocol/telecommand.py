"""The telecommand channel: packets to TC transfer frames and back (CCSDS 232.0-B 4.1.3)."""

from collections import deque
from enum import IntEnum

from protocol.checks import check_int
from protocol.clcw import Clcw
from protocol.errors import RemoteError
from protocol.space_packet import MAX_PACKET_OCTETS, check_packet, take_packets
from protocol.tc_frame import MAX_FRAME_OCTETS, MIN_FRAME_OCTETS, OVERHEAD_OCTETS, TcFrame

SEGMENT_HEADER_OCTETS = 1
MAP_ID = 0


class SequenceFlags(IntEnum):
    """Where a segment stands in its packet (CCSDS 232.0-B 4.1.3.2.2.2)."""

    CONTINUING = 0b00
    FIRST = 0b01
    LAST = 0b10
    UNSEGMENTED = 0b11


class TelecommandSender:
    """Cuts packets into segments and sends each in a bypass frame (type BD) on MAP 0.

    `max_frame_octets` is 9 to 1024. Raises LocalError if a number is out of range.
    """

    def __init__(self, scid: int, vcid: int, max_frame_octets: int) -> None:
        check_int("scid", scid, 0, 1023)
        check_int("vcid", vcid, 0, 63)
        check_int("max_frame_octets", max_frame_octets, MIN_FRAME_OCTETS + 1, MAX_FRAME_OCTETS)
        self._scid = scid
        self._vcid = vcid
        self._segment_octets = max_frame_octets - OVERHEAD_OCTETS - SEGMENT_HEADER_OCTETS
        self._segments: deque[bytes] = deque()

    def push(self, packet: bytes) -> None:
        """Queue one encoded packet. Raises LocalError if `packet` is not exactly one."""
        check_packet(packet)
        starts = range(0, len(packet), self._segment_octets)
        for start in starts:
            flags = _flags(is_first=start == 0, is_last=start == starts[-1])
            header = bytes([flags << 6 | MAP_ID])
            self._segments.append(header + packet[start : start + self._segment_octets])

    def next_frame(self) -> bytes | None:
        """Return the next frame's octets, or None when no packet waits."""
        return self._build_frame(self._segments.popleft()) if self._segments else None

    def _build_frame(self, segment: bytes) -> bytes:
        frame = TcFrame(self._scid, self._vcid, True, False, 0, segment)
        return frame.encode()


class TelecommandReceiver:
    """Takes bypass frames of one virtual channel and puts their packets together again.

    `frames_accepted` and `frames_rejected` count frames. `misfits` counts what gave no packet though its
    frame was good: a sequence broken off, a segment whose first is lost, a data unit that does not divide
    into packets.
    """

    def __init__(self, scid: int, vcid: int) -> None:
        check_int("scid", scid, 0, 1023)
        check_int("vcid", vcid, 0, 63)
        self._scid = scid
        self._vcid = vcid
        self._partial = b""
        self.frames_accepted = 0
        self.frames_rejected = 0
        self.misfits = 0

    @property
    def clcw(self) -> Clcw:
        """The report to send down; its FARM-B counter is `frames_accepted` modulo 4 (CCSDS 232.0-B 4.2.1)."""
        return Clcw(vcid=self._vcid, farm_b_counter=self.frames_accepted % 4)

    def receive(self, frame: bytes) -> list[bytes]:
        """Return the packets that `frame` completes; a malformed frame, or another channel's, gives none.

        A packet's own CRC is left to `SpacePacket.parse`: where segments were lost it may fail.
        """
        try:
            segment = self._accept(TcFrame.parse(frame))
        except RemoteError:
            self.frames_rejected += 1
            return []
        self.frames_accepted += 1
        return self._packets(SequenceFlags(segment[0] >> 6), segment[SEGMENT_HEADER_OCTETS:])

    def _accept(self, frame: TcFrame) -> bytes:
        if (frame.scid, frame.vcid) != (self._scid, self._vcid):
            raise RemoteError("TC transfer frame", f"for spacecraft {frame.scid}, channel {frame.vcid}")
        if not frame.bypass or frame.control_command:
            raise RemoteError("TC transfer frame", "not of type BD")
        if frame.data[0] & 0x3F != MAP_ID:
            raise RemoteError("MAP identifier", f"{frame.data[0] & 0x3F}, not {MAP_ID}")
        return frame.data

    def _packets(self, flags: SequenceFlags, data: bytes) -> list[bytes]:
        starts = flags in (SequenceFlags.FIRST, SequenceFlags.UNSEGMENTED)
        # A start where a packet was open, or a part of one that never started, or more octets than any
        # packet has.
        if starts == bool(self._partial) or len(self._partial) + len(data) > MAX_PACKET_OCTETS:
            self.misfits += 1
            self._partial = b""
            if not starts:
                return []
        self._partial += data
        if flags in (SequenceFlags.FIRST, SequenceFlags.CONTINUING):
            return []
        whole, self._partial = self._partial, b""
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
