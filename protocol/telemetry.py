"""The telemetry channel: packets to TM transfer frames of fixed length and back (CCSDS 132.0-B), authenticated."""

from protocol.checks import check_int
from protocol.clcw import Clcw
from protocol.errors import RemoteError
from protocol.sdls.frame_cipher import OVERHEAD_OCTETS as SECURITY_OCTETS
from protocol.sdls.receiver import SecurityReceiver
from protocol.sdls.rejection import RejectedFrameError, Rejection
from protocol.sdls.sender import SecuritySender
from protocol.space_packet import MIN_PACKET_OCTETS, check_packet, idle_packet, is_idle, take_packets
from protocol.tm_frame import MAX_FRAME_OCTETS, NO_PACKET_START, ONLY_IDLE_DATA, TmFrame, data_octets

MIN_FRAME_OCTETS = 64
_IDLE_OCTET = b"\x55"


class TelemetrySender:
    """Lays packets end to end through the data fields of one virtual channel's frames.

    The channel is the only one of its master channel, so both counters run together. `frame_octets` is 64 to
    2048. Raises LocalError if a number is out of range; each frame, OSError if no sequence number can be reserved for
    it: then nothing may be sent.
    """

    def __init__(self, scid: int, vcid: int, frame_octets: int, security: SecuritySender) -> None:
        _check_channel(scid, vcid, frame_octets)
        self._scid = scid
        self._vcid = vcid
        self._security = security
        self._data_octets = data_octets(frame_octets) - SECURITY_OCTETS
        self._idle_data = _IDLE_OCTET * self._data_octets
        self._stream = b""
        self._starts: list[int] = []
        self._packets_end = 0
        self._count = 0

    def push(self, packet: bytes) -> None:
        """Queue one encoded packet. Raises LocalError if `packet` is not exactly one."""
        check_packet(packet)
        self._append(packet)
        self._packets_end = len(self._stream)

    @property
    def free_octets(self) -> int:
        """Octets of packets that still fit in the frame that `next_frame` would send."""
        return max(0, self._data_octets - len(self._stream))

    @property
    def pending(self) -> bool:
        """Whether octets of a pushed packet wait; the rest of an idle packet does not count."""
        return self._packets_end > 0

    def next_frame(self, clcw: Clcw) -> bytes | None:
        """Return the next frame's octets with `clcw` in its OCF, or None when nothing is pending.

        A frame that the packets do not fill is filled by an idle packet. Where fewer than the 7 octets of the
        smallest one are left, its rest begins the next frame (CCSDS 132.0-B 4.2.2).
        """
        return self._filled_frame(clcw) if self.pending else None

    def idle_frame(self, clcw: Clcw) -> bytes:
        """Return a frame without packets for a stream that must not pause: only idle data (CCSDS 132.0-B 4.1.4.6).

        If the rest of an idle packet waits, that goes first.
        """
        return self._filled_frame(clcw) if self._stream else self._frame(ONLY_IDLE_DATA, self._idle_data, clcw)

    def _filled_frame(self, clcw: Clcw) -> bytes:
        self._security.reserve()  # without a number nothing is sent, and nothing may be taken for it
        if self.free_octets:
            self._append(idle_packet(max(self.free_octets, MIN_PACKET_OCTETS)))
        return self._frame(*self._take_data_field(), clcw)

    def _frame(self, pointer: int, data: bytes, clcw: Clcw) -> bytes:
        frame = TmFrame(self._scid, self._vcid, self._count, self._count, pointer, data, clcw.encode())
        self._count = (self._count + 1) % 256
        return self._security.apply(frame).encode()

    def _append(self, packet: bytes) -> None:
        self._starts.append(len(self._stream))
        self._stream += packet

    def _take_data_field(self) -> tuple[int, bytes]:
        octets = self._data_octets
        pointer = self._starts[0] if self._starts and self._starts[0] < octets else NO_PACKET_START
        data, self._stream = self._stream[:octets], self._stream[octets:]
        self._starts = [start - octets for start in self._starts if start >= octets]
        self._packets_end = max(0, self._packets_end - octets)
        return pointer, data


class TelemetryReceiver:
    """Takes the frames of one virtual channel and cuts out their packets.

    Counts `frames_received`, `frames_rejected` (malformed, of another length or channel, not authentic),
    `frames_repeated` (authentic, but they came before) and `gaps` (breaks in the virtual channel frame count). `clcw`
    is the last one received. Raises LocalError if a number is out of range.
    """

    def __init__(self, scid: int, vcid: int, frame_octets: int, security: SecurityReceiver) -> None:
        _check_channel(scid, vcid, frame_octets)
        self._scid = scid
        self.vcid = vcid
        self._frame_octets = frame_octets
        self._security = security
        self._partial = b""
        self._expected_count: int | None = None
        self.frames_received = 0
        self.frames_rejected = 0
        self.frames_repeated = 0
        self.gaps = 0
        self.clcw: Clcw | None = None

    def receive(self, frame: bytes) -> list[bytes]:
        """Return the packets that `frame` completes, idle ones left out; a bad frame gives none.

        Where frames are missing before it, no packet comes of the join, and those that lie whole within the frame are
        still returned.
        """
        try:
            parsed = self._security.process(self._parse(frame))
        except RejectedFrameError as error:
            self.frames_repeated += error.reason is Rejection.REPLAYED
            self.frames_rejected += error.reason is not Rejection.REPLAYED
            return []
        except RemoteError:
            self.frames_rejected += 1
            return []
        self.frames_received += 1
        self._follow_count(parsed.vc_count)
        self._take_clcw(parsed.ocf)
        return self._packets(parsed)

    def _parse(self, octets: bytes) -> TmFrame:
        if len(octets) != self._frame_octets:
            raise RemoteError("TM transfer frame", f"{len(octets)} octets, not {self._frame_octets}")
        frame = TmFrame.parse(octets)
        if (frame.scid, frame.vcid) != (self._scid, self.vcid):
            raise RemoteError("TM transfer frame", f"of spacecraft {frame.scid}, channel {frame.vcid}")
        if frame.sync_flag:
            raise RemoteError("synchronization flag", "set; this channel carries packets")
        return frame

    def _follow_count(self, vc_count: int) -> None:
        if self._expected_count not in (None, vc_count):
            self.gaps += 1
            self._partial = b""
        self._expected_count = (vc_count + 1) % 256

    def _take_clcw(self, ocf: bytes | None) -> None:
        try:
            self.clcw = Clcw.parse(ocf or b"")
        except RemoteError:
            return  # A frame without OCF, or one of type 2 (CCSDS 132.0-B 4.1.5): the last report stands.

    def _packets(self, frame: TmFrame) -> list[bytes]:
        if frame.first_header_pointer == ONLY_IDLE_DATA:
            return []
        try:
            packets = self._cut(frame)
        except RemoteError:
            self._partial = b""
            return []
        return [packet for packet in packets if not is_idle(packet)]

    def _cut(self, frame: TmFrame) -> list[bytes]:
        goes_on = frame.first_header_pointer == NO_PACKET_START
        start = len(frame.data) if goes_on else frame.first_header_pointer
        finished: list[bytes] = []
        if self._partial:
            finished, rest = take_packets(self._partial + frame.data[:start])
            if goes_on and not finished:
                self._partial = rest
                return []
            # A multiple of 256 lost frames leaves no gap in the count; a tail that does not end where the
            # pointer says the next packet starts gives it away.
            if len(finished) != 1 or rest:
                finished = []
        started, self._partial = take_packets(frame.data[start:])
        return finished + started


def _check_channel(scid: int, vcid: int, frame_octets: int) -> None:
    check_int("scid", scid, 0, 1023)
    check_int("vcid", vcid, 0, 7)
    check_int("frame_octets", frame_octets, MIN_FRAME_OCTETS, MAX_FRAME_OCTETS)
