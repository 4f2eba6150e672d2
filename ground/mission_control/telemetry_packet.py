"""Telemetry packets: space packets with a time in their secondary header (CCSDS 133.0-B, 301.0-B)."""

from dataclasses import dataclass

from ground.mission_control.value_types import Float
from protocol.checks import check_float, check_int, check_octets
from protocol.crc import CRC_OCTETS, append_crc16
from protocol.space_packet import HEADER_OCTETS, IDLE_APID, SEQUENCE_MODULO

TIME_OCTETS = 6
TICKS_PER_S = 1 << 16
LINK_TIME = Float(8)
OVERHEAD_OCTETS = HEADER_OCTETS + TIME_OCTETS + LINK_TIME.octets + CRC_OCTETS

_MAX_PACKET_OCTETS = 1500  # what Yamcs' CcsdsPacketInputStream takes if it is not told
_SECONDARY_HEADER = 1 << 11
_UNSEGMENTED = 0b11 << 14


@dataclass(frozen=True, slots=True)
class TelemetryPacket:
    """A telemetry packet: header, time, link time, values, and the CRC-16 of all that (packet error control).

    The secondary header is a CCSDS unsegmented time code of 4 octets of seconds and 2 of their 65536th parts, without
    a P-field, from an epoch of our own (301.0-B 3.2, level 2): 1970-01-01 UTC, leap seconds not counted, as computers
    count. Raises LocalError for a field that does not fit.
    """

    apid: int
    sequence_count: int
    utc_s: float
    """POSIX time; it is rounded to the 65536th part of a second."""
    link_time_s: float | None
    data: bytes

    def __post_init__(self) -> None:
        check_int("apid", self.apid, 0, IDLE_APID - 1)
        check_int("sequence_count", self.sequence_count, 0, SEQUENCE_MODULO - 1)
        check_float("utc_s", self.utc_s, 0, 2**32 - 1)
        check_octets("data", self.data, 0, _MAX_PACKET_OCTETS - OVERHEAD_OCTETS)

    def encode(self) -> bytes:
        """Return the packet's octets."""
        field_octets = len(self.data) + OVERHEAD_OCTETS - HEADER_OCTETS
        words = (_SECONDARY_HEADER | self.apid, _UNSEGMENTED | self.sequence_count, field_octets - 1)
        header = b"".join(word.to_bytes(2, "big") for word in words)
        time = round(self.utc_s * TICKS_PER_S).to_bytes(TIME_OCTETS, "big")
        known = self.link_time_s is not None
        link_time = LINK_TIME.pack("link_time_s", self.link_time_s) if known else LINK_TIME.absent
        return append_crc16(header + time + link_time + self.data)
