"""Code points of CFDP PDUs (CCSDS 727.0-B-5 5.2)."""

from enum import IntEnum
from typing import TypeVar

from protocol.errors import RemoteError

_Code = TypeVar("_Code", bound=IntEnum)


class ConditionCode(IntEnum):
    """Why a transaction stands as it does."""

    NO_ERROR = 0
    POSITIVE_ACK_LIMIT_REACHED = 1
    KEEP_ALIVE_LIMIT_REACHED = 2
    INVALID_TRANSMISSION_MODE = 3
    FILESTORE_REJECTION = 4
    FILE_CHECKSUM_FAILURE = 5
    FILE_SIZE_ERROR = 6
    NAK_LIMIT_REACHED = 7
    INACTIVITY_DETECTED = 8
    INVALID_FILE_STRUCTURE = 9
    CHECK_LIMIT_REACHED = 10
    UNSUPPORTED_CHECKSUM_TYPE = 11
    SUSPEND_REQUEST_RECEIVED = 14
    CANCEL_REQUEST_RECEIVED = 15


class DirectiveCode(IntEnum):
    """What a file directive PDU is (5.2.1)."""

    EOF = 4
    FINISHED = 5
    ACK = 6
    METADATA = 7
    NAK = 8
    PROMPT = 9
    KEEP_ALIVE = 12


class ChecksumType(IntEnum):
    """How a file's checksum is computed (SANA checksum identifiers); the others of the registry are not."""

    MODULAR = 0
    CRC_32 = 3
    NULL = 15


class DeliveryCode(IntEnum):
    """Whether the receiver has the whole file (5.2.3)."""

    COMPLETE = 0
    INCOMPLETE = 1


class FileStatus(IntEnum):
    """What became of the file (5.2.3)."""

    DISCARDED = 0
    REJECTED_BY_FILESTORE = 1
    RETAINED = 2
    UNREPORTED = 3


class TransactionStatus(IntEnum):
    """What the entity that acknowledges knows of the transaction (5.2.4)."""

    UNDEFINED = 0
    ACTIVE = 1
    TERMINATED = 2
    UNRECOGNIZED = 3


class PromptResponse(IntEnum):
    """What a Prompt asks for (5.2.7)."""

    NAK = 0
    KEEP_ALIVE = 1


def read_code(kind: type[_Code], value: int) -> _Code:
    """Return the member of `kind` that `value` stands for. Raises RemoteError if there is none."""
    try:
        return kind(value)
    except ValueError as error:
        raise RemoteError(kind.__name__, f"{value} is reserved or not supported") from error
