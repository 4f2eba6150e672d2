"""Where an entity's transactions stand, as values that outlast a restart."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from protocol import cbor
from protocol.cfdp.codes import ConditionCode
from protocol.cfdp.directives import MAX_SIZE, Eof, Finished, Metadata
from protocol.cfdp.filestore import Filestore
from protocol.cfdp.header import MAX_DATA_FIELD_OCTETS, PduHeader
from protocol.cfdp.indications import Indication
from protocol.cfdp.pdu import encode_body, parse_body
from protocol.cfdp.ranges import Ranges
from protocol.cfdp.receiver import Receiver, ReceiverState
from protocol.cfdp.sender import Sender, SenderState
from protocol.cfdp.settings import CfdpSettings
from protocol.checks import check_bool, check_int, check_octets
from protocol.errors import LocalError, RemoteError
from protocol.records import from_map, read_member, read_tuple, to_map

Indicate = Callable[[Indication], None]


@dataclass(frozen=True, slots=True)
class SenderProgress:
    """A file being sent: PDU header and Metadata as octets; what was sent, what of it again, and how it stands.

    `checksum` is that of the first `position` octets; `resend` are starts and ends by turns.
    """

    header: bytes
    metadata: bytes
    state: SenderState
    position: int
    checksum: int
    resend: tuple[int, ...]
    condition: ConditionCode
    suspended: bool

    def __post_init__(self) -> None:
        check_octets("header", self.header, 1, MAX_DATA_FIELD_OCTETS)
        check_octets("metadata", self.metadata, 1, MAX_DATA_FIELD_OCTETS)
        check_int("position", self.position, 0, MAX_SIZE)
        check_int("checksum", self.checksum, 0, 0xFFFFFFFF)
        _check_ranges("resend", self.resend)
        check_bool("suspended", self.suspended)

    @classmethod
    def of(cls, sender: Sender) -> "SenderProgress":
        """Return where `sender` stands."""
        return cls(
            sender.header.encode(is_file_data=False, data_field_octets=0),
            encode_body(sender.metadata, sender.header.large_file),
            sender.state,
            sender.checksum.position,
            sender.checksum.value,
            _flat(sender.resend),
            sender.condition,
            sender.suspended,
        )

    def restore(self, settings: CfdpSettings, filestore: Filestore, indicate: Indicate) -> Sender:
        """Return a sender that stands there. Raises RemoteError if this never came from one."""
        header, _, _ = PduHeader.parse(self.header)
        metadata = parse_body(self.metadata, header.large_file)
        if not isinstance(metadata, Metadata):
            raise RemoteError("SenderProgress", "its metadata are another directive")
        sender = Sender(header, metadata, settings, filestore, indicate)
        sender.state = self.state
        sender.checksum.position, sender.checksum.value = self.position, self.checksum
        sender.resend = _ranges(self.resend)
        sender.condition = self.condition
        sender.suspended = self.suspended
        return sender


@dataclass(frozen=True, slots=True)
class ReceiverProgress:
    """A file being received: PDU header and directives as octets, and what is here, starts and ends by turns."""

    header: bytes
    received: tuple[int, ...]
    suspended: bool
    metadata: bytes | None = None
    eof: bytes | None = None
    finished: bytes | None = None

    def __post_init__(self) -> None:
        check_octets("header", self.header, 1, MAX_DATA_FIELD_OCTETS)
        _check_ranges("received", self.received)
        check_bool("suspended", self.suspended)
        for name in ("metadata", "eof", "finished"):
            if getattr(self, name) is not None:
                check_octets(name, getattr(self, name), 1, MAX_DATA_FIELD_OCTETS)

    @classmethod
    def of(cls, receiver: Receiver) -> "ReceiverProgress":
        """Return where `receiver` stands."""
        large_file = receiver.header.large_file
        bodies = (
            None if body is None else encode_body(body, large_file)
            for body in (receiver.metadata, receiver.eof, receiver.finished)
        )
        header = receiver.header.encode(is_file_data=False, data_field_octets=0)
        return cls(header, _flat(receiver.received), receiver.suspended, *bodies)

    def restore(self, settings: CfdpSettings, filestore: Filestore, indicate: Indicate) -> Receiver:
        """Return a receiver that stands there. Raises RemoteError if this never came from one."""
        header, _, _ = PduHeader.parse(self.header)
        receiver = Receiver(header, settings, filestore, indicate)
        for octets in (self.metadata, self.eof, self.finished):
            match parse_body(octets, header.large_file) if octets else None:
                case Metadata() as metadata:
                    receiver.metadata = metadata
                case Eof() as eof:
                    receiver.eof, receiver.state = eof, ReceiverState.AWAITING_MISSING
                case Finished() as finished:
                    receiver.finished, receiver.state = finished, ReceiverState.AWAITING_ACK
        receiver.received = _ranges(self.received)
        receiver.suspended = self.suspended
        return receiver


@dataclass(frozen=True, slots=True)
class EndedTransaction:
    """A transaction that is over, and the Finished that ended it if a file was received."""

    source_id: int
    sequence_number: int
    finished: bytes | None = None

    def __post_init__(self) -> None:
        check_int("source_id", self.source_id, 0, MAX_SIZE)
        check_int("sequence_number", self.sequence_number, 0, MAX_SIZE)
        if self.finished is not None:
            check_octets("finished", self.finished, 1, MAX_DATA_FIELD_OCTETS)


@dataclass(frozen=True, slots=True)
class EntityProgress:
    """All that a CFDP entity has to keep."""

    next_sequence_number: int = 0
    sending: tuple[SenderProgress, ...] = ()
    receiving: tuple[ReceiverProgress, ...] = ()
    ended: tuple[EndedTransaction, ...] = ()

    def __post_init__(self) -> None:
        check_int("next_sequence_number", self.next_sequence_number, 0, MAX_SIZE)

    def encode(self) -> bytes:
        """Return it as CBOR."""
        parts = (self.sending, self.receiving, self.ended)
        lists = {key: [to_map(entry) for entry in part] for key, part in enumerate(parts, 2)}
        return cbor.pack({1: self.next_sequence_number, **lists})

    @classmethod
    def parse(cls, octets: bytes) -> "EntityProgress":
        """Return what `encode` gave. Raises RemoteError if `octets` are anything else."""
        readers: dict[str, Callable[[object], object]] = {
            "sending": _list_of(SenderProgress, _SENDER_READERS),
            "receiving": _list_of(ReceiverProgress, {"received": read_tuple}),
            "ended": _list_of(EndedTransaction, {}),
        }
        return from_map(cls, cbor.unpack(octets), readers)


_SENDER_READERS: dict[str, Callable[[object], object]] = {
    "state": read_member(SenderState),
    "condition": read_member(ConditionCode),
    "resend": read_tuple,
}


def _list_of(kind: type[Any], readers: dict[str, Callable[[object], object]]) -> Callable[[object], object]:
    def read(item: object) -> object:
        if not isinstance(item, list):
            raise RemoteError(kind.__name__, "not in a list")
        return tuple(from_map(kind, cbor.check_map(entry), readers) for entry in item)

    return read


def _flat(ranges: Ranges) -> tuple[int, ...]:
    return tuple(offset for pair in ranges for offset in pair)


def _ranges(offsets: Iterable[int]) -> Ranges:
    numbers = list(offsets)
    return Ranges(zip(numbers[::2], numbers[1::2], strict=True))


def _check_ranges(field: str, offsets: object) -> None:
    accepted = "a tuple of offsets, a start and an end by turns"
    if not isinstance(offsets, tuple) or len(offsets) % 2:
        raise LocalError(field, offsets, accepted)
    for offset in offsets:
        check_int(field, offset, 0, MAX_SIZE)
