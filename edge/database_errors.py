"""Errors of the databases in which programs keep what must not be lost.

::

    DatabaseError
    |-- DatabaseSettingError    a setting that no database can have: the caller's mistake
    `-- DatabaseStateError      the file cannot be used as it should be; `reason` says why
"""

from collections.abc import Callable
from enum import Enum
from pathlib import Path


class Reason(Enum):
    """Why a database cannot be used."""

    FULL = "full"
    READ_ONLY = "read-only"
    CORRUPT = "corrupt"
    LOCKED = "locked"
    NEWER = "newer"
    UNREADABLE = "unreadable"


class DatabaseError(Exception):
    """Base of every error that a database raises."""


class DatabaseSettingError(DatabaseError):
    """A setting holds a value that cannot be used: `field`, its `value` and what is `accepted`, in words."""

    def __init__(self, field: str, value: object, accepted: str) -> None:
        super().__init__(f"{field} is {value!r:.80}; accepted: {accepted}")
        self.field = field
        self.value = value
        self.accepted = accepted


class DatabaseStateError(DatabaseError):
    """The database `path` cannot do what was asked: `reason`, and in words `detail`. It holds what it held before."""

    def __init__(self, path: Path, reason: Reason, detail: str) -> None:
        super().__init__(f"{path} is {reason.value}: {detail}")
        self.path = path
        self.reason = reason
        self.detail = detail


def trouble_with(write: Callable[[], None]) -> str:
    """Write to a database whose failure stops nothing; return why it could not be done, '' if it was."""
    try:
        write()
    except DatabaseStateError as error:
        return str(error)
    return ""
