"""What CFDP tells its user: the indications of its service (CCSDS 727.0-B-5 3.4)."""

from dataclasses import dataclass

from protocol.cfdp.codes import ConditionCode, DeliveryCode, FileStatus
from protocol.cfdp.directives import Metadata
from protocol.cfdp.header import TransactionId


@dataclass(frozen=True, slots=True)
class MetadataReceived:
    """A file begins to come in."""

    transaction: TransactionId
    metadata: Metadata


@dataclass(frozen=True, slots=True)
class EofSent:
    """All of the file has been sent once."""

    transaction: TransactionId


@dataclass(frozen=True, slots=True)
class EofReceived:
    """The size of the file that comes in is known."""

    transaction: TransactionId


@dataclass(frozen=True, slots=True)
class ProgressReported:
    """The receiver has had so many octets (from its Keep Alive PDU)."""

    transaction: TransactionId
    octets: int


@dataclass(frozen=True, slots=True)
class Suspended:
    """Nothing more is sent for the transaction until it is resumed."""

    transaction: TransactionId
    condition: ConditionCode


@dataclass(frozen=True, slots=True)
class Resumed:
    """The transaction goes on."""

    transaction: TransactionId
    octets: int


@dataclass(frozen=True, slots=True)
class Fault:
    """A fault was declared; what it does follows in another indication."""

    transaction: TransactionId
    condition: ConditionCode
    octets: int


@dataclass(frozen=True, slots=True)
class Abandoned:
    """The peer was not told how the transaction ended: it no longer answers."""

    transaction: TransactionId
    condition: ConditionCode
    octets: int


@dataclass(frozen=True, slots=True)
class TransactionFinished:
    """The transaction is over for the user. Complete and without error: the file is there, verified."""

    transaction: TransactionId
    condition: ConditionCode
    delivery: DeliveryCode
    file_status: FileStatus


Indication = (
    MetadataReceived
    | EofSent
    | EofReceived
    | ProgressReported
    | Suspended
    | Resumed
    | Fault
    | Abandoned
    | TransactionFinished
)
