"""Both ends of the link between frames and messages: one message is one space packet."""

from dataclasses import dataclass, field, replace

from protocol.clcw import Clcw
from protocol.cop1.fop_settings import FopSettings
from protocol.errors import RemoteError
from protocol.messages import Health, Message, decode, encode
from protocol.sdls.link_keys import LinkKeys
from protocol.sdls.security_store import SecurityStore, SparseStore
from protocol.space_packet import SEQUENCE_MODULO, SpacePacket
from protocol.telecommand import TelecommandReceiver, TelecommandSender, TelecommandState
from protocol.telemetry import TelemetryReceiver, TelemetrySender

APID_COMMAND = 0x10
APID_ANSWER = 0x20
APID_HEALTH = 0x21
APID_FILE = 0x30
"""CFDP, in both directions."""

REPORT_S = 0.25
"""A telecommand frame is reported after this long, if no frame with the report goes down of itself."""


@dataclass(frozen=True, slots=True)
class SpacecraftAddress:
    """The spacecraft's identifier and the virtual channels it is spoken to and heard on."""

    scid: int = 0x2A5
    telecommand_vcid: int = 0
    telemetry_vcid: int = 0


class _Packets:
    """Numbers packets per application process."""

    def __init__(self) -> None:
        self._counts: dict[int, int] = {}

    def wrap(self, data: bytes, apid: int, is_telecommand: bool) -> bytes:
        count = self._counts.get(apid, 0)
        self._counts[apid] = (count + 1) % SEQUENCE_MODULO
        return SpacePacket(apid, is_telecommand, count, data).encode()


@dataclass(slots=True)
class _Contents:
    """What packets hold: messages, PDUs of files, or neither, which is counted."""

    pdus: list[bytes] = field(default_factory=list)
    malformed: int = 0

    def messages(self, packets: list[bytes]) -> list[Message]:
        """Return the messages; keep the PDUs."""
        messages = []
        for octets in packets:
            try:
                packet = SpacePacket.parse(octets)
                if packet.apid == APID_FILE:
                    self.pdus.append(packet.data)
                else:
                    messages.append(decode(packet.data))
            except RemoteError:
                self.malformed += 1
        return messages

    def take_pdus(self) -> list[bytes]:
        """Return the PDUs that have come since the last call."""
        pdus, self.pdus = self.pdus, []
        return pdus


class GroundLink:
    """The ground's end: messages to TC transfer frames, TM transfer frames to messages.

    Which spacecraft and channels, the associations of `keys` say; `store` keeps their sequence numbers. Raises
    LocalError if a frame length is out of range.
    """

    def __init__(
        self, keys: LinkKeys, store: SecurityStore, uplink_octets: int, downlink_octets: int, settings: FopSettings
    ) -> None:
        up, down = keys.send, keys.receive[0]
        self.sender = TelecommandSender(up.scid, up.vcid, uplink_octets, keys.sender(store), settings)
        self.receiver = TelemetryReceiver(down.scid, down.vcid, downlink_octets, keys.receiver(SparseStore(store)))
        self._packets = _Packets()
        self._contents = _Contents()

    @property
    def malformed(self) -> int:
        """Packets that held nothing we know."""
        return self._contents.malformed

    def send(self, message: Message) -> int:
        """Queue a message; return the number that `delivered` will give once the spacecraft has reported all of it."""
        return self.sender.push(self._packets.wrap(encode(message), APID_COMMAND, is_telecommand=True))

    def send_pdu(self, pdu: bytes) -> None:
        """Queue a PDU of a file."""
        self.sender.push(self._packets.wrap(pdu, APID_FILE, is_telecommand=True))

    def received_pdus(self) -> list[bytes]:
        """Return the PDUs of files that have come since the last call."""
        return self._contents.take_pdus()

    def delivered(self) -> list[int]:
        """Return the numbers of the messages that were reported as received since the last call."""
        return self.sender.delivered()

    def next_frame(self, now_s: float) -> bytes | None:
        """Return the next frame to transmit, or None. Raises OSError as TelecommandSender does."""
        return self.sender.next_frame(now_s)

    def tick(self, now_s: float) -> None:
        """Let time pass in contact."""
        self.sender.tick(now_s)

    def receive(self, frame: bytes, now_s: float) -> list[Message]:
        """Return the messages that a frame completes; packets that hold none are counted."""
        received = self.receiver.frames_received
        messages = self._contents.messages(self.receiver.receive(frame))
        if self.receiver.frames_received > received and self.receiver.clcw is not None:
            self.sender.clcw_received(self.receiver.clcw, now_s)
        return messages


class SpacecraftLink:
    """The spacecraft's end: TC transfer frames to messages, messages to TM transfer frames.

    Which spacecraft and channels, the associations of `keys` say; `store` keeps their sequence numbers. Raises
    LocalError if a frame length is out of range.
    """

    def __init__(
        self,
        keys: LinkKeys,
        store: SecurityStore,
        downlink_octets: int,
        streams: bool = False,
        state: TelecommandState | None = None,
    ) -> None:
        """Take `streams`, whether idle frames go down where there are no others, and the `state` before a restart."""
        up, down = keys.receive[0], keys.send
        self._streams = streams
        self._sender = TelemetrySender(down.scid, down.vcid, downlink_octets, keys.sender(store))
        self.receiver = TelecommandReceiver(up.scid, up.vcid, keys.receiver(store), state)
        self._packets = _Packets()
        self._report_due_s: float | None = None
        self._contents = _Contents()

    @property
    def malformed(self) -> int:
        """Packets that held nothing we know."""
        return self._contents.malformed

    @property
    def free_octets(self) -> int:
        """Octets of packets that still fit in the next frame."""
        return self._sender.free_octets

    @property
    def pending(self) -> bool:
        """Whether part of a message waits for the next frame."""
        return self._sender.pending

    def send(self, message: Message) -> None:
        """Queue a message."""
        apid = APID_HEALTH if isinstance(message, Health) else APID_ANSWER
        self._sender.push(self._packets.wrap(encode(message), apid, is_telecommand=False))

    def send_pdu(self, pdu: bytes) -> None:
        """Queue a PDU of a file."""
        self._sender.push(self._packets.wrap(pdu, APID_FILE, is_telecommand=False))

    def received_pdus(self) -> list[bytes]:
        """Return the PDUs of files that have come since the last call."""
        return self._contents.take_pdus()

    def next_frame(self, now_s: float) -> bytes | None:
        """Return the next frame to transmit, with the telecommand channel's report, or None if nothing waits.

        Raises OSError as TelemetrySender does.
        """
        clcw = self.receiver.clcw
        frame = self._sender.next_frame(clcw)
        if frame is None and (self._streams or self._report_is_due(now_s)):
            frame = self._sender.idle_frame(clcw)
        if frame is not None:
            self._report_due_s = None
        return frame

    def receive(self, frame: bytes, now_s: float) -> list[Message]:
        """Return the messages that a frame completes; packets that hold none are counted."""
        before, rejected = self.receiver.clcw, self.receiver.frames_rejected
        messages = self._contents.messages(self.receiver.receive(frame))
        if self.receiver.frames_rejected == rejected:
            self._want_report(before, now_s)
        return messages

    def _want_report(self, before: Clcw, now_s: float) -> None:
        """Report each frame that is ours, one that came before too: its report may be lost. A new flag goes at once."""
        flagged = replace(before, report_value=0) != replace(self.receiver.clcw, report_value=0)
        due_s = now_s if flagged else now_s + REPORT_S
        self._report_due_s = due_s if self._report_due_s is None else min(due_s, self._report_due_s)

    def _report_is_due(self, now_s: float) -> bool:
        return self._report_due_s is not None and now_s >= self._report_due_s
