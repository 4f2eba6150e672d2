"""Both ends of the link between frames and messages: one message is one space packet."""

from dataclasses import dataclass

from protocol.errors import RemoteError
from protocol.messages import Health, Message, decode, encode
from protocol.space_packet import SEQUENCE_MODULO, SpacePacket
from protocol.telecommand import TelecommandReceiver, TelecommandSender
from protocol.telemetry import TelemetryReceiver, TelemetrySender

APID_COMMAND = 0x10
APID_ANSWER = 0x20
APID_HEALTH = 0x21


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

    def wrap(self, message: Message, apid: int, is_telecommand: bool) -> bytes:
        count = self._counts.get(apid, 0)
        self._counts[apid] = (count + 1) % SEQUENCE_MODULO
        return SpacePacket(apid, is_telecommand, count, encode(message)).encode()


def _messages(packets: list[bytes]) -> tuple[list[Message], int]:
    """Return the messages and how many packets held none."""
    messages = []
    for packet in packets:
        try:
            messages.append(decode(SpacePacket.parse(packet).data))
        except RemoteError:
            continue
    return messages, len(packets) - len(messages)


class GroundLink:
    """The ground's end: messages to TC transfer frames, TM transfer frames to messages."""

    def __init__(self, address: SpacecraftAddress, uplink_octets: int, downlink_octets: int) -> None:
        self._sender = TelecommandSender(address.scid, address.telecommand_vcid, uplink_octets)
        self._packets = _Packets()
        self.receiver = TelemetryReceiver(address.scid, address.telemetry_vcid, downlink_octets)
        self.malformed = 0

    def send(self, message: Message) -> None:
        """Queue a message."""
        self._sender.push(self._packets.wrap(message, APID_COMMAND, is_telecommand=True))

    def next_frame(self) -> bytes | None:
        """Return the next frame to transmit, or None."""
        return self._sender.next_frame()

    def receive(self, frame: bytes) -> list[Message]:
        """Return the messages that a frame completes; packets that hold none are counted."""
        messages, malformed = _messages(self.receiver.receive(frame))
        self.malformed += malformed
        return messages


class SpacecraftLink:
    """The spacecraft's end: TC transfer frames to messages, messages to TM transfer frames."""

    def __init__(self, address: SpacecraftAddress, downlink_octets: int, streams: bool = False) -> None:
        """Take ``streams``: whether idle frames go down where there are no others."""
        self._streams = streams
        self._sender = TelemetrySender(address.scid, address.telemetry_vcid, downlink_octets)
        self._packets = _Packets()
        self.receiver = TelecommandReceiver(address.scid, address.telecommand_vcid)
        self.malformed = 0

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
        self._sender.push(self._packets.wrap(message, apid, is_telecommand=False))

    def next_frame(self) -> bytes | None:
        """Return the next frame to transmit, with the telecommand channel's report, or None if nothing waits."""
        clcw = self.receiver.clcw
        return self._sender.next_frame(clcw) or (self._sender.idle_frame(clcw) if self._streams else None)

    def receive(self, frame: bytes) -> list[Message]:
        """Return the messages that a frame completes; packets that hold none are counted."""
        messages, malformed = _messages(self.receiver.receive(frame))
        self.malformed += malformed
        return messages
