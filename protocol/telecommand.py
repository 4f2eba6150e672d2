"""The telecommand channel: packets to TC transfer frames and back, in sequence by COP-1, protected by SDLS."""

from collections import Counter, deque
from dataclasses import dataclass, field

from protocol.checks import check_int
from protocol.clcw import Clcw
from protocol.cop1.directive import Directive, DirectiveType
from protocol.cop1.farm import Farm1, FarmVariables
from protocol.cop1.farm_table import FarmState
from protocol.cop1.fop import Fop1
from protocol.cop1.fop_settings import MAX_WINDOW_FRAMES, FopSettings
from protocol.cop1.fop_table import AlertReason, FopState
from protocol.cop1.notification import Alert, DirectiveResponse, FduResponse, Notification, Response, Suspension
from protocol.errors import RemoteError
from protocol.sdls.frame_cipher import OVERHEAD_OCTETS as SECURITY_OCTETS
from protocol.sdls.receiver import SecurityReceiver
from protocol.sdls.sender import SecuritySender
from protocol.segments import SEGMENT_HEADER_OCTETS, SegmentJoiner, cut_into_segments
from protocol.tc_frame import MAX_FRAME_OCTETS, OVERHEAD_OCTETS, TcFrame

MIN_FRAME_OCTETS = OVERHEAD_OCTETS + SECURITY_OCTETS + SEGMENT_HEADER_OCTETS + 1
WINDOW_FRAMES = 254
"""FARM-1's W, as wide as it can be; FOP-1 must not be more than half of it ahead."""


@dataclass(slots=True)
class OutgoingPacket:
    """A packet on its way: its segments, a frame each, and how many of them FOP-1 has taken and confirmed.

    `frames_sent` counts all transmissions of its frames, `frames_resent` those beyond the first of each segment.
    """

    number: int
    segments: list[bytes]
    handed: int = 0
    confirmed: int = 0
    frames_sent: int = 0
    _leaving: int = 0
    """Segments that have left since they were handed over anew."""
    _left: int = 0
    """Segments that have ever left."""

    @property
    def frames_resent(self) -> int:
        """Transmissions of what had been sent before."""
        return self.frames_sent - self._left

    @property
    def leaves_next(self) -> bool:
        """Whether it has segments that FOP-1 has taken and not given out."""
        return self._leaving < self.handed

    def left(self, again: bool) -> None:
        """Count the transmission of a frame: the next one, or one of those before."""
        self.frames_sent += 1
        self._leaving += not again
        self._left = max(self._left, self._leaving)

    def begin_anew(self) -> None:
        """FOP-1 has given it up: it goes from its first segment."""
        self.handed = self.confirmed = self._leaving = 0


@dataclass(frozen=True, slots=True)
class TelecommandStatus:
    """Where the sender stands: FOP-1's state, V(S) and NN(R), and the spacecraft's last report.

    `outstanding` frames are sent and not reported, `waiting` segments are to be sent.
    """

    state: FopState
    v_s: int
    nn_r: int
    outstanding: int
    waiting: int
    heard: Clcw | None


class TelecommandSender:
    """Sends packets on MAP 0 in sequence, each until the spacecraft has reported all of it.

    FOP-1 sees to that; each transmission of a frame, repeated ones too, is protected by itself. The service is begun
    with Unlock, which makes the spacecraft report and clears Lockout, and then with Set V(R), to a number half the
    count away from the one reported: a report that is still on its way cannot be taken for one of what is sent next.
    After an alert it is begun anew, and whatever is not confirmed goes from its first segment. Time is that of `tick`:
    while it is not called, out of contact, the timer does not run, so that a loss of signal is no reason for an alert.

    `max_frame_octets` is 39 to 1024, the timeout type 0. `alerts` counts FOP-1's alerts, `frames_sent` all
    transmissions, `frames_resent` those of frames sent before. Raises LocalError if a number is out of range.
    """

    def __init__(
        self, scid: int, vcid: int, max_frame_octets: int, security: SecuritySender, settings: FopSettings
    ) -> None:
        check_int("max_frame_octets", max_frame_octets, MIN_FRAME_OCTETS, MAX_FRAME_OCTETS)
        check_int("timeout_type", settings.timeout_type, 0, 0)
        self.vcid = vcid
        self._fop = Fop1(scid, vcid, settings)
        self._security = security
        self._segment_octets = max_frame_octets - OVERHEAD_OCTETS - SECURITY_OCTETS
        self._outgoing: deque[OutgoingPacket] = deque()
        self._delivered: list[int] = []
        self._pushed = 0
        self._heard: Clcw | None = None
        self.alerts: Counter[AlertReason] = Counter()
        self.frames_sent = 0
        self.frames_resent = 0
        self._recent: deque[tuple[TcFrame, OutgoingPacket | None]] = deque(maxlen=MAX_WINDOW_FRAMES)

    @property
    def state(self) -> FopState:
        """Where the service stands."""
        return self._fop.state

    @property
    def ready(self) -> bool:
        """Whether the service is there, so that a packet would leave at once."""
        return self._fop.state <= FopState.RETRANSMIT_WITH_WAIT

    @property
    def backlog(self) -> bool:
        """Whether segments wait that were never sent."""
        return any(packet.handed < len(packet.segments) for packet in self._outgoing)

    @property
    def status(self) -> TelecommandStatus:
        """Where the sender stands, for those who watch."""
        fop = self._fop
        outstanding = (fop.v_s - fop.nn_r) % 256
        unconfirmed = sum(len(packet.segments) - packet.confirmed for packet in self._outgoing)
        return TelecommandStatus(
            fop.state, fop.v_s, fop.nn_r, outstanding, max(0, unconfirmed - outstanding), self._heard
        )

    def packet(self, number: int) -> OutgoingPacket | None:
        """Return a packet that is on its way, None once it is delivered; what is returned goes on counting."""
        return next((packet for packet in self._outgoing if packet.number == number), None)

    def push(self, packet: bytes) -> int:
        """Queue one encoded packet; return the number that `delivered` will give. Raises LocalError if it is none."""
        self._pushed += 1
        self._outgoing.append(OutgoingPacket(self._pushed, cut_into_segments(packet, self._segment_octets)))
        return self._pushed

    def delivered(self) -> list[int]:
        """Return the numbers of the packets that were reported as received since the last call."""
        delivered, self._delivered = self._delivered, []
        return delivered

    def next_frame(self, now_s: float) -> bytes | None:
        """Return the octets of the next frame to transmit, or None.

        Raises OSError if no sequence number can be reserved for it: then nothing may be sent.
        """
        self._security.reserve()
        self._feed(now_s)
        frame = self._fop.next_frame(now_s)
        if frame is not None:
            self._count(frame)
        self._feed(now_s)
        return None if frame is None else self._security.apply(frame).encode()

    def _count(self, frame: TcFrame) -> None:
        """Segments leave in the order in which they were handed over, but for repeated ones, which look the same."""
        before = [packet for sent, packet in self._recent if sent == frame]
        packet = before[0] if before else next((each for each in self._outgoing if each.leaves_next), None)
        if packet is not None:
            packet.left(again=bool(before))
        self.frames_sent += 1
        self.frames_resent += bool(before)
        self._recent.append((frame, packet))

    def clcw_received(self, clcw: Clcw, now_s: float) -> None:
        """Take the spacecraft's report."""
        is_news = self._heard is None or self._heard.lockout != clcw.lockout
        self._heard = clcw
        self._fop.clcw_received(clcw, now_s)
        if is_news and self._fop.state is not FopState.INITIAL:
            self._fop.direct(Directive(DirectiveType.TERMINATE), now_s)  # it was begun to learn that: begin with it
        self._feed(now_s)

    def tick(self, now_s: float) -> None:
        """Let time pass in contact; begin the service if it is not there."""
        self._fop.tick(now_s)
        self._take_notifications()
        if self._fop.state is FopState.INITIAL:
            self._fop.direct(self._beginning(), now_s)
        self._feed(now_s)

    def _beginning(self) -> Directive:
        if self._heard is None or self._heard.lockout:
            return Directive(DirectiveType.INITIATE_WITH_UNLOCK)
        return Directive(DirectiveType.INITIATE_WITH_SET_VR, (self._heard.report_value + 128) % 256)

    def _feed(self, now_s: float) -> None:
        """Hand FOP-1 the segments that it has room for, and learn what became of those before."""
        self._take_notifications()
        for packet in self._outgoing:
            while packet.handed < len(packet.segments):
                if not self._fop.accepts_ad:
                    return
                self._fop.transfer_ad(packet.segments[packet.handed], packet.number, now_s)
                packet.handed += 1
                self._take_notifications()

    def _take_notifications(self) -> None:
        for notification in self._fop.notifications():
            self._take(notification)

    def _take(self, notification: Notification) -> None:
        match notification:
            case FduResponse(response=Response.POSITIVE_CONFIRM):
                self._confirm_segment()
            case Alert(reason=reason):
                if reason is not AlertReason.TERM:  # that is our own doing
                    self.alerts[reason] += 1
                for packet in self._outgoing:
                    packet.begin_anew()
            case FduResponse() | DirectiveResponse() | Suspension():  # what is given up comes with an alert
                return

    def _confirm_segment(self) -> None:
        """Confirmations come in the order in which the segments were handed over."""
        packet = self._outgoing[0]
        packet.confirmed += 1
        if packet.confirmed == len(packet.segments):
            self._delivered.append(self._outgoing.popleft().number)


@dataclass(frozen=True, slots=True)
class TelecommandState:
    """What the receiver has to keep over a restart: FARM-1's variables, and the packet that has begun."""

    farm: FarmVariables = field(default_factory=FarmVariables)
    partial: bytes = b""

    def encode(self) -> bytes:
        """Return the state in octets: V(R), the flags and the FARM-B counter, then the packet that has begun."""
        farm = self.farm
        flags = farm.lockout << 4 | farm.wait << 3 | farm.retransmit << 2 | farm.farm_b_counter
        return bytes([farm.v_r, flags]) + self.partial

    @classmethod
    def parse(cls, octets: bytes) -> "TelecommandState":
        """Return the state that was encoded. Raises RemoteError if `octets` are none."""
        if len(octets) < 2 or octets[1] >> 5:
            raise RemoteError("telecommand state", "not as it was written")
        v_r, flags = octets[:2]
        lockout, wait, retransmit = (bool(flags >> bit & 1) for bit in (4, 3, 2))
        state = FarmState.LOCKOUT if lockout else FarmState.WAIT if wait else FarmState.OPEN
        return cls(FarmVariables(state, v_r, lockout, wait, retransmit, flags & 3), octets[2:])


class TelecommandReceiver:
    """Takes the frames of one virtual channel that are ours, in sequence, and puts their packets together.

    A frame is authenticated before FARM-1 sees it: one that is not ours changes nothing. `frames_accepted` counts ours,
    `frames_rejected` the others; `farm` counts which of ours it discarded, `joiner` packets that did not come out
    whole. Raises LocalError if a number is out of range.
    """

    def __init__(self, scid: int, vcid: int, security: SecurityReceiver, state: TelecommandState | None = None) -> None:
        state = state or TelecommandState()
        self._security = security
        self.farm = Farm1(scid, vcid, WINDOW_FRAMES, state.farm)
        self.joiner = SegmentJoiner(state.partial)
        self.frames_accepted = 0
        self.frames_rejected = 0

    @property
    def clcw(self) -> Clcw:
        """The report to send down."""
        return self.farm.clcw

    @property
    def state(self) -> TelecommandState:
        """What to keep over a restart."""
        return TelecommandState(self.farm.variables, self.joiner.partial)

    def receive(self, frame: bytes) -> list[bytes]:
        """Return the packets that `frame` completes.

        A packet's own CRC is left to `SpacePacket.parse`.
        """
        try:
            opened = self._security.process(TcFrame.parse(frame))
        except RemoteError:
            self.frames_rejected += 1
            return []
        self.frames_accepted += 1
        segment = self.farm.receive(opened)
        return [] if segment is None else self.joiner.join(segment)
