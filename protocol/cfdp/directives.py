"""File directive PDUs: what they say after the header and the directive code (CCSDS 727.0-B-5 5.2)."""

from dataclasses import dataclass
from typing import ClassVar

from protocol.cfdp.codes import (
    ChecksumType,
    ConditionCode,
    DeliveryCode,
    DirectiveCode,
    FileStatus,
    PromptResponse,
    TransactionStatus,
    read_code,
)
from protocol.cfdp.octet_fields import (
    MAX_VALUE_OCTETS,
    TYPE_MESSAGE_TO_USER,
    FieldReader,
    encode_entity_id,
    encode_lv,
    encode_size,
    encode_tlv,
    size_octets,
)
from protocol.checks import check_bool, check_int, check_octets, check_text
from protocol.errors import LocalError, RemoteError

MAX_SIZE = (1 << 64) - 1
_ACKNOWLEDGED = (DirectiveCode.EOF, DirectiveCode.FINISHED)


@dataclass(frozen=True, slots=True)
class Metadata:
    """What file it is (5.2.5). Names are UTF-8 of at most 255 octets, `messages` to the user the same each.

    Read are messages to the user alone: filestore requests, fault handler overrides and flow labels are passed over.
    """

    code: ClassVar = DirectiveCode.METADATA
    file_size: int
    source_name: str
    destination_name: str
    checksum_type: int = ChecksumType.CRC_32
    closure_requested: bool = False
    messages: tuple[bytes, ...] = ()

    def __post_init__(self) -> None:
        check_int("file_size", self.file_size, 0, MAX_SIZE)
        check_text("source_name", self.source_name, MAX_VALUE_OCTETS)
        check_text("destination_name", self.destination_name, MAX_VALUE_OCTETS)
        check_int("checksum_type", int(self.checksum_type), 0, 15)
        check_bool("closure_requested", self.closure_requested)
        for message in self.messages:
            check_octets("messages", message, 0, MAX_VALUE_OCTETS)

    def encode(self, large_file: bool) -> bytes:
        """Return its parameters. Raises LocalError if the size does not fit."""
        first = bytes([self.closure_requested << 6 | self.checksum_type])
        names = encode_lv(self.source_name.encode()) + encode_lv(self.destination_name.encode())
        messages = b"".join(encode_tlv(TYPE_MESSAGE_TO_USER, message) for message in self.messages)
        return first + encode_size("file_size", self.file_size, large_file) + names + messages

    @classmethod
    def parse(cls, octets: bytes, large_file: bool) -> "Metadata":
        """Return what `octets` say; raises RemoteError if that is no Metadata PDU."""
        reader = FieldReader("Metadata PDU", octets)
        first, size = reader.number(1), reader.size(large_file)
        names = reader.text(), reader.text()
        messages = tuple(value for kind, value in reader.tlvs() if kind == TYPE_MESSAGE_TO_USER)
        return cls(size, *names, first & 0xF, bool(first & 0x40), messages)


@dataclass(frozen=True, slots=True)
class Eof:
    """That all of the file has been sent, or why no more will be (5.2.2)."""

    code: ClassVar = DirectiveCode.EOF
    condition: ConditionCode
    checksum: int
    file_size: int
    fault_entity: int | None = None

    def __post_init__(self) -> None:
        check_int("checksum", self.checksum, 0, 0xFFFFFFFF)
        check_int("file_size", self.file_size, 0, MAX_SIZE)
        _check_fault_entity(self.condition, self.fault_entity)

    def encode(self, large_file: bool) -> bytes:
        """Return its parameters. Raises LocalError if the size does not fit."""
        first = bytes([self.condition << 4]) + self.checksum.to_bytes(4, "big")
        return first + encode_size("file_size", self.file_size, large_file) + encode_entity_id(self.fault_entity)

    @classmethod
    def parse(cls, octets: bytes, large_file: bool) -> "Eof":
        """Return what `octets` say; raises RemoteError if that is no EOF PDU."""
        reader = FieldReader("EOF PDU", octets)
        condition = read_code(ConditionCode, reader.number(1) >> 4)
        checksum, size, entity = reader.number(4), reader.size(large_file), reader.entity_id()
        return cls(condition, checksum, size, entity if condition else None)


@dataclass(frozen=True, slots=True)
class Finished:
    """How the transaction ended at the receiver (5.2.3); filestore responses are passed over."""

    code: ClassVar = DirectiveCode.FINISHED
    condition: ConditionCode
    delivery: DeliveryCode
    file_status: FileStatus
    fault_entity: int | None = None

    def __post_init__(self) -> None:
        _check_fault_entity(self.condition, self.fault_entity)

    def encode(self, large_file: bool) -> bytes:  # noqa: ARG002
        """Return its parameters."""
        first = self.condition << 4 | self.delivery << 2 | self.file_status
        return bytes([first]) + encode_entity_id(self.fault_entity)

    @classmethod
    def parse(cls, octets: bytes, large_file: bool) -> "Finished":  # noqa: ARG003
        """Return what `octets` say; raises RemoteError if that is no Finished PDU."""
        reader = FieldReader("Finished PDU", octets)
        first, entity = reader.number(1), reader.entity_id()
        condition = read_code(ConditionCode, first >> 4)
        return cls(condition, DeliveryCode(first >> 2 & 1), FileStatus(first & 3), entity if condition else None)


@dataclass(frozen=True, slots=True)
class Ack:
    """That an EOF or a Finished arrived (5.2.4)."""

    code: ClassVar = DirectiveCode.ACK
    directive: DirectiveCode
    condition: ConditionCode
    status: TransactionStatus

    def __post_init__(self) -> None:
        if self.directive not in _ACKNOWLEDGED:
            raise LocalError("directive", self.directive, "EOF or FINISHED")

    def encode(self, large_file: bool) -> bytes:  # noqa: ARG002
        """Return its parameters."""
        subtype = self.directive is DirectiveCode.FINISHED  # 5.2.4: 1 for Finished, 0 for all others
        return bytes([self.directive << 4 | subtype, self.condition << 4 | self.status])

    @classmethod
    def parse(cls, octets: bytes, large_file: bool) -> "Ack":  # noqa: ARG003
        """Return what `octets` say; raises RemoteError if that is no ACK PDU."""
        reader = FieldReader("ACK PDU", octets)
        acknowledged, second = reader.number(1) >> 4, reader.number(1)
        reader.end()
        if acknowledged not in _ACKNOWLEDGED:
            raise RemoteError("ACK PDU", f"of directive {acknowledged}, which is never acknowledged")
        condition = read_code(ConditionCode, second >> 4)
        return cls(DirectiveCode(acknowledged), condition, TransactionStatus(second & 3))


@dataclass(frozen=True, slots=True)
class Nak:
    """What the receiver misses between two offsets (5.2.6): (start, end) each; (0, 0) is the metadata."""

    code: ClassVar = DirectiveCode.NAK
    scope_start: int
    scope_end: int
    requests: tuple[tuple[int, int], ...] = ()

    def __post_init__(self) -> None:
        for offset in (self.scope_start, self.scope_end, *(offset for request in self.requests for offset in request)):
            check_int("offset", offset, 0, MAX_SIZE)

    def encode(self, large_file: bool) -> bytes:
        """Return its parameters. Raises LocalError if an offset does not fit."""
        offsets = (self.scope_start, self.scope_end, *(offset for request in self.requests for offset in request))
        return b"".join(encode_size("offset", offset, large_file) for offset in offsets)

    @classmethod
    def parse(cls, octets: bytes, large_file: bool) -> "Nak":
        """Return what `octets` say; raises RemoteError if that is no NAK PDU."""
        octets_each = size_octets(large_file)
        if len(octets) < 2 * octets_each or len(octets) % (2 * octets_each):
            raise RemoteError("NAK PDU", f"{len(octets)} octets, not pairs of offsets of {octets_each}")
        offsets = [
            int.from_bytes(octets[start : start + octets_each], "big") for start in range(0, len(octets), octets_each)
        ]
        pairs = tuple(zip(offsets[::2], offsets[1::2], strict=True))
        return cls(*pairs[0], pairs[1:])


@dataclass(frozen=True, slots=True)
class Prompt:
    """That the receiver is to say at once what it misses, or how far it is (5.2.7)."""

    code: ClassVar = DirectiveCode.PROMPT
    response: PromptResponse

    def encode(self, large_file: bool) -> bytes:  # noqa: ARG002
        """Return its parameters."""
        return bytes([self.response << 7])

    @classmethod
    def parse(cls, octets: bytes, large_file: bool) -> "Prompt":  # noqa: ARG003
        """Return what `octets` say; raises RemoteError if that is no Prompt PDU."""
        reader = FieldReader("Prompt PDU", octets)
        response = PromptResponse(reader.number(1) >> 7)
        reader.end()
        return cls(response)


@dataclass(frozen=True, slots=True)
class KeepAlive:
    """How far the receiver is, in octets (5.2.8)."""

    code: ClassVar = DirectiveCode.KEEP_ALIVE
    progress: int

    def __post_init__(self) -> None:
        check_int("progress", self.progress, 0, MAX_SIZE)

    def encode(self, large_file: bool) -> bytes:
        """Return its parameters. Raises LocalError if the progress does not fit."""
        return encode_size("progress", self.progress, large_file)

    @classmethod
    def parse(cls, octets: bytes, large_file: bool) -> "KeepAlive":
        """Return what `octets` say; raises RemoteError if that is no Keep Alive PDU."""
        reader = FieldReader("Keep Alive PDU", octets)
        progress = reader.size(large_file)
        reader.end()
        return cls(progress)


Directive = Metadata | Eof | Finished | Ack | Nak | Prompt | KeepAlive


def _check_fault_entity(condition: ConditionCode, fault_entity: int | None) -> None:
    if fault_entity is None:
        return
    check_int("fault_entity", fault_entity, 0, MAX_SIZE)
    if condition is ConditionCode.NO_ERROR:  # 5.2.2, 5.2.3: omitted where there is no error
        raise LocalError("fault_entity", fault_entity, "None without an error")
