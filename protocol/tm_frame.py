"""Telemetry transfer frames (CCSDS 132.0-B)."""

from dataclasses import dataclass

from protocol.checks import check_bool, check_int, check_octets
from protocol.crc import CRC_OCTETS, append_crc16, crc16_matches
from protocol.errors import LocalError, RemoteError

HEADER_OCTETS = 6
OCF_OCTETS = 4
MAX_FRAME_OCTETS = 2048
NO_PACKET_START = 0b111_1111_1111  # 4.1.2.7.6: no packet starts in the data field
ONLY_IDLE_DATA = 0b111_1111_1110  # 4.1.2.7.6: the data field holds no packet

_SECONDARY_HEADER = 1 << 15
_SYNC = 1 << 14
_PACKET_ORDER = 1 << 13
_SEGMENT_LENGTH_ID = 0b11 << 11


@dataclass(frozen=True, slots=True)
class TmFrame:
    """A TM transfer frame with frame error control and without secondary header (CCSDS 132.0-B 4.1).

    `scid` is 0 to 1023, `vcid` 0 to 7, `master_count` and `vc_count` 0 to 255, `data` (the transfer frame
    data field) 1 to 2040 octets, `ocf` 4 octets or None. `first_header_pointer` is an offset into `data`,
    NO_PACKET_START or ONLY_IDLE_DATA; with `sync_flag` the data field holds no packets and the pointer may
    be anything (4.1.2.7.3). Raises LocalError otherwise.
    """

    scid: int
    vcid: int
    master_count: int
    vc_count: int
    first_header_pointer: int
    data: bytes
    ocf: bytes | None
    sync_flag: bool = False

    def __post_init__(self) -> None:
        check_int("scid", self.scid, 0, 1023)
        check_int("vcid", self.vcid, 0, 7)
        check_int("master_count", self.master_count, 0, 255)
        check_int("vc_count", self.vc_count, 0, 255)
        check_bool("sync_flag", self.sync_flag)
        if self.ocf is not None:
            check_octets("ocf", self.ocf, OCF_OCTETS, OCF_OCTETS)
        check_octets("data", self.data, 1, data_octets(MAX_FRAME_OCTETS, has_ocf=self.ocf is not None))
        check_int("first_header_pointer", self.first_header_pointer, 0, NO_PACKET_START)
        in_data = self.first_header_pointer < len(self.data)
        if not (in_data or self.sync_flag or self.first_header_pointer >= ONLY_IDLE_DATA):
            raise LocalError("first_header_pointer", self.first_header_pointer, "an offset into data, 2046 or 2047")

    def encode(self) -> bytes:
        """Return the frame's octets: header (6), data, OCF (4 or none), FECF (2)."""
        identification = self.scid << 4 | self.vcid << 1 | (self.ocf is not None)
        # With the sync flag set, order and segment length are undefined (4.1.2.7.4, 4.1.2.7.5): sent as
        # zeros.
        status = (_SYNC if self.sync_flag else _SEGMENT_LENGTH_ID) | self.first_header_pointer
        counts = bytes([self.master_count, self.vc_count])
        header = identification.to_bytes(2, "big") + counts + status.to_bytes(2, "big")
        return append_crc16(header + self.data + (self.ocf or b""))

    @classmethod
    def parse(cls, octets: bytes) -> "TmFrame":
        """Return the frame that `octets` are.

        Raises RemoteError if they are no frame of this kind or the FECF does not match.
        """
        if len(octets) < HEADER_OCTETS + CRC_OCTETS:
            raise RemoteError("TM transfer frame", f"{len(octets)} octets are too few")
        if not crc16_matches(octets):
            raise RemoteError("FECF", "CRC-16 does not match")
        identification = int.from_bytes(octets[:2], "big")
        status = int.from_bytes(octets[4:6], "big")
        _refuse_unused_features(identification, status)
        data, ocf = _split_ocf(bytes(octets[HEADER_OCTETS:-CRC_OCTETS]), has_ocf=bool(identification & 1))
        vcid, pointer = identification >> 1 & 7, status & 0x7FF
        try:
            return cls(identification >> 4, vcid, octets[2], octets[3], pointer, data, ocf, bool(status & _SYNC))
        except LocalError as error:
            raise RemoteError("TM transfer frame", str(error)) from error


def data_octets(frame_octets: int, *, has_ocf: bool = True) -> int:
    """Return the octets of the data field in a frame of `frame_octets` with FECF."""
    return frame_octets - HEADER_OCTETS - CRC_OCTETS - (OCF_OCTETS if has_ocf else 0)


def _split_ocf(fields: bytes, *, has_ocf: bool) -> tuple[bytes, bytes | None]:
    if not has_ocf:
        return fields, None
    if len(fields) <= OCF_OCTETS:
        raise RemoteError("TM transfer frame", "too short for the OCF that its header announces")
    return fields[:-OCF_OCTETS], fields[-OCF_OCTETS:]


def _refuse_unused_features(identification: int, status: int) -> None:
    if identification >> 14:
        raise RemoteError("transfer frame version number", f"{identification >> 14}, not 0")
    if status & _SECONDARY_HEADER:
        raise RemoteError("secondary header flag", "set; frames of this link have no secondary header")
    if not status & _SYNC and (status & _PACKET_ORDER or status & _SEGMENT_LENGTH_ID != _SEGMENT_LENGTH_ID):
        raise RemoteError("data field status", f"{status >> 11:05b}, not 00011 (packets)")
