"""CFDP protocol data units: a header and a file directive or file data (CCSDS 727.0-B-5 5)."""

from dataclasses import dataclass

from protocol.cfdp.codes import DirectiveCode, read_code
from protocol.cfdp.directives import (
    MAX_SIZE,
    Ack,
    Directive,
    Eof,
    Finished,
    KeepAlive,
    Metadata,
    Nak,
    Prompt,
)
from protocol.cfdp.header import PduHeader
from protocol.cfdp.octet_fields import encode_size, size_octets
from protocol.checks import check_int, check_octets
from protocol.crc import CRC_OCTETS, append_crc16, crc16_matches
from protocol.errors import RemoteError

_KINDS: dict[DirectiveCode, type[Directive]] = {
    kind.code: kind for kind in (Metadata, Eof, Finished, Ack, Nak, Prompt, KeepAlive)
}


@dataclass(frozen=True, slots=True)
class FileData:
    """A segment of the file (5.3), without segment metadata."""

    offset: int
    data: bytes

    def __post_init__(self) -> None:
        check_int("offset", self.offset, 0, MAX_SIZE)
        check_octets("data", self.data, 0, 0xFFFF)

    @property
    def end(self) -> int:
        """Offset of the octet after the last."""
        return self.offset + len(self.data)


Body = Directive | FileData


@dataclass(frozen=True, slots=True)
class Pdu:
    """A PDU: what it says, and in which transaction."""

    header: PduHeader
    body: Body

    def encode(self) -> bytes:
        """Return the PDU's octets, with its CRC if the header says so (4.1).

        Raises LocalError if an offset or size needs a large file's PDU, or the whole is too long.
        """
        is_file_data = isinstance(self.body, FileData)
        field = encode_body(self.body, self.header.large_file)
        octets = self.header.encode(is_file_data, len(field) + CRC_OCTETS * self.header.has_crc) + field
        return append_crc16(octets) if self.header.has_crc else octets

    @classmethod
    def parse(cls, octets: bytes) -> "Pdu":
        """Return the PDU that `octets` are, from first to last. Raises RemoteError if they are none."""
        header, is_file_data, field = PduHeader.parse(octets)
        if header.has_crc:
            if len(field) < CRC_OCTETS or not crc16_matches(octets):
                raise RemoteError("PDU CRC", "does not match")
            field = field[:-CRC_OCTETS]
        return cls(
            header, _parse_file_data(field, header.large_file) if is_file_data else parse_body(field, header.large_file)
        )


def encode_body(body: Body, large_file: bool) -> bytes:
    """Return the data field without CRC. Raises LocalError if an offset or size does not fit."""
    if isinstance(body, FileData):
        return encode_size("offset", body.offset, large_file) + body.data
    return bytes([body.code]) + body.encode(large_file)


def parse_body(field: bytes, large_file: bool) -> Directive:
    """Return the file directive in a data field without CRC. Raises RemoteError if there is none."""
    if not field:
        raise RemoteError("file directive", "it is empty")
    return _KINDS[read_code(DirectiveCode, field[0])].parse(field[1:], large_file)


def _parse_file_data(field: bytes, large_file: bool) -> FileData:
    octets = size_octets(large_file)
    if len(field) < octets:
        raise RemoteError("File Data PDU", f"{len(field)} octets, fewer than its offset has")
    data = FileData(int.from_bytes(field[:octets], "big"), field[octets:])
    if data.end >> 8 * octets:
        raise RemoteError("File Data PDU", f"goes beyond the last offset of {octets} octets")
    return data
