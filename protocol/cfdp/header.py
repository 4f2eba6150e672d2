"""The fixed header of CFDP PDUs (CCSDS 727.0-B-5 5.1), which also names the transaction."""

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import NamedTuple

from protocol.checks import check_bool, check_int
from protocol.errors import LocalError, RemoteError

FIXED_OCTETS = 4
MAX_DATA_FIELD_OCTETS = 0xFFFF
_FILE_DATA = 0x10
_SEGMENT_METADATA = 0x08


class TransactionId(NamedTuple):
    """Who sends the file, and the how manieth it is of theirs."""

    source_id: int
    sequence_number: int


@dataclass(frozen=True, slots=True)
class PduHeader:
    """What all PDUs of a transaction in one direction have in common (table 5-1).

    Ids take `entity_octets` and `sequence_octets` (1 to 8). `version` is 1, or 0 for issues 1 to 4 of the
    standard, whose PDUs differ in nothing that is read here. Raises LocalError otherwise.
    """

    source_id: int
    sequence_number: int
    destination_id: int
    towards_sender: bool = False
    acknowledged: bool = True
    has_crc: bool = False
    large_file: bool = False
    entity_octets: int = 1
    sequence_octets: int = 2
    version: int = 1

    def __post_init__(self) -> None:
        check_int("version", self.version, 0, 1)
        check_int("entity_octets", self.entity_octets, 1, 8)
        check_int("sequence_octets", self.sequence_octets, 1, 8)
        for name, octets in (
            ("source_id", self.entity_octets),
            ("destination_id", self.entity_octets),
            ("sequence_number", self.sequence_octets),
        ):
            check_int(name, getattr(self, name), 0, (1 << 8 * octets) - 1)
        for name in ("towards_sender", "acknowledged", "has_crc", "large_file"):
            check_bool(name, getattr(self, name))

    @property
    def transaction(self) -> TransactionId:
        """The transaction that the PDU belongs to."""
        return TransactionId(self.source_id, self.sequence_number)

    @property
    def octets(self) -> int:
        """Octets of the header."""
        return FIXED_OCTETS + 2 * self.entity_octets + self.sequence_octets

    def reply(self) -> "PduHeader":
        """Return the header of what is sent back."""
        return replace(self, towards_sender=not self.towards_sender)

    def encode(self, is_file_data: bool, data_field_octets: int) -> bytes:
        """Return the header before a data field of `data_field_octets`, 0 to 65535. Raises LocalError otherwise."""
        check_int("data_field_octets", data_field_octets, 0, MAX_DATA_FIELD_OCTETS)
        flags, rest = _encode_constant(self)
        return bytes((flags | _FILE_DATA * is_file_data, data_field_octets >> 8, data_field_octets & 0xFF)) + rest

    @classmethod
    def parse(cls, octets: bytes) -> tuple["PduHeader", bool, bytes]:
        """Return the header, whether a File Data PDU follows, and the data field.

        Raises RemoteError if the lengths do not agree, or for what is asked for by none of our Metadata PDUs:
        segment metadata in file data.
        """
        if len(octets) < FIXED_OCTETS:
            raise RemoteError("PDU header", f"{len(octets)} octets, fewer than {FIXED_OCTETS}")
        end = FIXED_OCTETS + 2 * ((octets[3] >> 4 & 7) + 1) + (octets[3] & 7) + 1
        told = end + int.from_bytes(octets[1:3], "big")
        if told != len(octets):
            raise RemoteError("PDU length", f"{told} octets by its header, {len(octets)} received")
        is_file_data = bool(octets[0] & _FILE_DATA)
        if is_file_data and octets[3] & _SEGMENT_METADATA:
            raise RemoteError("segment metadata flag", "1; no segment metadata is taken")
        return _parse_constant(octets[0] & ~_FILE_DATA, octets[3:end]), is_file_data, octets[end:]


@lru_cache(maxsize=16)  # every PDU of a transaction has the same, but for type and length
def _encode_constant(header: PduHeader) -> tuple[int, bytes]:
    flags = header.version << 5 | header.towards_sender << 3 | (not header.acknowledged) << 2
    flags |= header.has_crc << 1 | header.large_file
    lengths = (header.entity_octets - 1) << 4 | header.sequence_octets - 1  # 5.1.8: one less than the octets
    source, destination = (
        entity_id.to_bytes(header.entity_octets, "big") for entity_id in (header.source_id, header.destination_id)
    )
    return flags, bytes([lengths]) + source + header.sequence_number.to_bytes(
        header.sequence_octets, "big"
    ) + destination


@lru_cache(maxsize=16)
def _parse_constant(flags: int, rest: bytes) -> PduHeader:
    entity_octets, sequence_octets = (rest[0] >> 4 & 7) + 1, (rest[0] & 7) + 1
    source, number, destination = (
        int.from_bytes(rest[start:end], "big")
        for start, end in (
            (1, 1 + entity_octets),
            (1 + entity_octets, 1 + entity_octets + sequence_octets),
            (1 + entity_octets + sequence_octets, len(rest)),
        )
    )
    try:
        return PduHeader(
            source,
            number,
            destination,
            towards_sender=bool(flags & 8),
            acknowledged=not flags & 4,
            has_crc=bool(flags & 2),
            large_file=bool(flags & 1),
            entity_octets=entity_octets,
            sequence_octets=sequence_octets,
            version=flags >> 5,
        )
    except LocalError as error:
        raise RemoteError("PDU header", str(error)) from error
