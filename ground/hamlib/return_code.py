"""hamlib's return codes (enum rig_errcode_e, hamlib/rig.h), as `RPRT` tells them."""

from enum import IntEnum


class ReturnCode(IntEnum):
    """What became of a command."""

    OK = 0
    INVALID_PARAMETER = -1
    NOT_IMPLEMENTED = -4
    IO_ERROR = -6
    REJECTED = -9
    NOT_AVAILABLE = -11
