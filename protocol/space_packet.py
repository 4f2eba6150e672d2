"""Space packets (CCSDS 133.0-B) with packet error control."""

from dataclasses import dataclass

from protocol.checks import check_bool, check_int, check_octets
from protocol.crc import CRC_OCTETS, append_crc16, crc16_matches
from protocol.errors import LocalError, RemoteError

HEADER_OCTETS = 6
MIN_PACKET_OCTETS = HEADER_OCTETS + 1
MAX_PACKET_OCTETS = HEADER_OCTETS + 65536
MAX_DATA_OCTETS = 65536 - CRC_OCTETS
PACKET_OVERHEAD_OCTETS = HEADER_OCTETS + CRC_OCTETS
IDLE_APID = 0x7FF
SEQUENCE_MODULO = 1 << 14

_UNSEGMENTED = 0b11
_IDLE_FILL = b"\x55"


@dataclass(frozen=True, slots=True)
class SpacePacket:
    """A space packet without secondary header, its user data followed by a CRC-16 (CCSDS 133.0-B 4.1).

    The CRC stands at the end of the packet data field, as ECSS-E-ST-70-41C puts it. Frames have their own,
    but a bypass telecommand channel can lose a frame between the segments of two packets, and the octets
    then joined may well have the length that the first header names: only a check over the whole packet
    shows it.

    `apid` is 0 to 2046 (2047 marks idle packets, see `idle_packet`), `sequence_count` 0 to 16383, `data` 1 to
    65534 octets. Raises LocalError otherwise.
    """

    apid: int
    is_telecommand: bool
    sequence_count: int
    data: bytes

    def __post_init__(self) -> None:
        check_int("apid", self.apid, 0, IDLE_APID - 1)
        check_bool("is_telecommand", self.is_telecommand)
        check_int("sequence_count", self.sequence_count, 0, SEQUENCE_MODULO - 1)
        check_octets("data", self.data, 1, MAX_DATA_OCTETS)

    def encode(self) -> bytes:
        """Return the packet's octets: header (6), data, CRC-16 (2)."""
        field_octets = len(self.data) + CRC_OCTETS
        header = _header(self.apid, self.is_telecommand, self.sequence_count, field_octets)
        return append_crc16(header + self.data)

    @classmethod
    def parse(cls, octets: bytes) -> "SpacePacket":
        """Return the packet that `octets` are, no more and no fewer.

        Raises RemoteError if they are not one packet of the kind that `encode` makes.
        """
        if len(octets) < PACKET_OVERHEAD_OCTETS + 1:
            raise RemoteError("space packet", f"{len(octets)} octets are too few")
        if packet_octets(octets) != len(octets):
            raise RemoteError("space packet", f"header names {packet_octets(octets)} octets, not {len(octets)}")
        identification = int.from_bytes(octets[:2], "big")
        sequence = int.from_bytes(octets[2:4], "big")
        _refuse_unused_features(identification, sequence)
        if not crc16_matches(octets):
            raise RemoteError("packet error control", "CRC-16 does not match")
        data = bytes(octets[HEADER_OCTETS:-CRC_OCTETS])
        return cls(identification & 0x7FF, bool(identification & 0x1000), sequence % SEQUENCE_MODULO, data)


def idle_packet(octets: int) -> bytes:
    """Return an idle packet of 7 to 65542 octets in all (CCSDS 133.0-B 4.1.3.3.4; it carries no CRC).

    Raises LocalError if `octets` is out of range.
    """
    check_int("octets", octets, MIN_PACKET_OCTETS, MAX_PACKET_OCTETS)
    field_octets = octets - HEADER_OCTETS
    return _header(IDLE_APID, False, 0, field_octets) + _IDLE_FILL * field_octets


def is_idle(packet: bytes) -> bool:
    """Tell whether a packet is idle by the APID in its header."""
    return int.from_bytes(packet[:2], "big") & 0x7FF == IDLE_APID


def packet_octets(octets: bytes) -> int:
    """Return the length of the packet that starts at `octets[0]`, its header included.

    Raises RemoteError if fewer than 6 octets are there or the version is not 0 (CCSDS 133.0-B 4.1.3.2).
    """
    if len(octets) < HEADER_OCTETS:
        raise RemoteError("packet header", f"{len(octets)} octets, not {HEADER_OCTETS}")
    if octets[0] >> 5:
        raise RemoteError("packet version number", f"{octets[0] >> 5}, not 0")
    return HEADER_OCTETS + int.from_bytes(octets[4:6], "big") + 1


def take_packets(octets: bytes) -> tuple[list[bytes], bytes]:
    """Cut whole packets from the front of `octets`; return them and the rest, a packet's beginning or empty.

    Raises RemoteError if a packet's version is not 0: its length cannot be known.
    """
    packets = []
    while len(octets) >= HEADER_OCTETS and len(octets) >= packet_octets(octets):
        end = packet_octets(octets)
        packets.append(octets[:end])
        octets = octets[end:]
    return packets, octets


def check_packet(packet: bytes) -> None:
    """Raise LocalError unless `packet` is one whole packet by the length in its header."""
    check_octets("packet", packet, MIN_PACKET_OCTETS, MAX_PACKET_OCTETS)
    try:
        octets = packet_octets(packet)
    except RemoteError as error:
        raise LocalError("packet", packet, "a space packet of version 0") from error
    if octets != len(packet):
        raise LocalError("packet", packet, f"{octets} octets by its own header; this is {len(packet)}")


def _header(apid: int, is_telecommand: bool, sequence_count: int, field_octets: int) -> bytes:
    identification = is_telecommand << 12 | apid
    sequence = _UNSEGMENTED << 14 | sequence_count
    return b"".join(word.to_bytes(2, "big") for word in (identification, sequence, field_octets - 1))


def _refuse_unused_features(identification: int, sequence: int) -> None:
    if identification & 0x0800:
        raise RemoteError("secondary header flag", "set; packets of this link have no secondary header")
    if sequence >> 14 != _UNSEGMENTED:
        raise RemoteError("sequence flags", f"{sequence >> 14:02b}, not 11 (unsegmented)")
    if identification & 0x7FF == IDLE_APID:
        raise RemoteError("space packet", "idle")
