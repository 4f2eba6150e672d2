"""What is left of a damaged database."""

import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any, TypeAlias

from edge.seal import mended

MAX_MISSES = 1000
"""After so many row numbers without a row the search in between is given up."""

# The database header's fields that are the same in every file of ours, by offset (SQLite file format, 1.3).
_CONSTANT_FIELDS = {
    0: b"SQLite format 3\0" + bytes([0x10, 0, 2, 2, 0, 64, 32, 32]),  # pages of 4096 octets, WAL
    44: bytes([0, 0, 0, 4]),  # schema format
    52: bytes(4),  # no auto-vacuum
    56: bytes([0, 0, 0, 1]),  # UTF-8
    72: bytes(20),  # reserved
    92: bytes(4),  # the count of pages at 28 is not to be relied on
}

_Row: TypeAlias = list[Any]
_DAMAGE = (sqlite3.Error, MemoryError, UnicodeError)  # texts may be damaged, those of errors, too
_MAX_NUMBER = 2**63
_TABLES = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%'"


@dataclass(frozen=True, slots=True)
class Salvage:
    """A damaged file was found, and what was done about it."""

    damaged: Path
    """Where it is kept."""
    finding: str
    """The first thing that was wrong in it."""
    rows_saved: int
    rows_lost: int
    """Rows that could be read, but were not as they had been written, by more than one bit."""
    is_torn: bool
    """Whether parts of it could not be read at all: more rows may be lost."""

    def __str__(self) -> str:
        """Return what an operator has to know of it."""
        torn = ", and parts that could not be read at all" if self.is_torn else ""
        rows = f"{self.rows_saved} rows saved, {self.rows_lost} lost{torn}"
        return f"{self.finding}; {rows}; the damaged file is kept as {self.damaged}"


def set_aside(path: Path) -> Path:
    """Copy a database and its log to the first free name beside them, durably, and return it."""
    aside = next(name for number in count(1) if not (name := Path(f"{path}.damaged-{number}")).exists())
    if (log := Path(f"{path}-wal")).exists():
        _copy(log, Path(f"{aside}-wal"))
    _copy(path, aside)
    return aside


def restore_header(path: Path) -> None:
    """Write what the header of every file of ours says over that of a damaged one."""
    with path.open("r+b") as file:
        for offset, octets in _CONSTANT_FIELDS.items():
            file.seek(offset)
            file.write(octets)


def salvage_into(fresh: sqlite3.Connection, damaged: sqlite3.Connection) -> tuple[int, int, bool]:
    """Copy all rows that can be read and that `fresh` takes, as one transaction.

    Returns how many it took, how many not, and whether a part of a table could not be read.
    """
    taken: list[bool] = []
    torn: list[str] = []
    fresh.execute("BEGIN IMMEDIATE")
    for (table,) in fresh.execute(_TABLES).fetchall():
        taken += (_insert(fresh, table, row) for row in _readable_rows(damaged, table, torn))
    fresh.execute("COMMIT")
    return sum(taken), len(taken) - sum(taken), bool(torn)


def _readable_rows(damaged: sqlite3.Connection, table: str, torn: list[str]) -> Iterator[_Row]:
    """Yield rows from the front; where damage stops that (then it is `torn`) from the back, then those in between."""
    select = f"SELECT rowid, * FROM {table} NOT INDEXED"
    low, high = 0, _MAX_NUMBER
    try:
        for number, *row in damaged.execute(f"{select} ORDER BY rowid"):
            low = number
            yield row
    except _DAMAGE:
        torn.append(table)
    else:
        return
    with suppress(*_DAMAGE):
        for number, *row in damaged.execute(f"{select} ORDER BY rowid DESC"):
            if number <= low:
                return
            high = number
            yield row
    number = found = low
    while (number := number + 1) < high and number - found <= MAX_MISSES:
        with suppress(*_DAMAGE):
            for _, *row in damaged.execute(f"{select} WHERE rowid = ?", (number,)):
                found = number
                yield row


def _insert(fresh: sqlite3.Connection, table: str, row: _Row) -> bool:
    """Take a row, its last value the seal, if need be with one bit of it mended; not one whose key is taken."""
    if _try_insert(fresh, table, row):
        return True
    better = mended(row)
    return better is not None and _try_insert(fresh, table, better)


def _try_insert(fresh: sqlite3.Connection, table: str, row: _Row) -> bool:
    places = ", ".join("?" * len(row))
    try:
        return fresh.execute(f"INSERT OR IGNORE INTO {table} VALUES ({places})", row).rowcount == 1
    except sqlite3.Error:
        return False


def _copy(source: Path, target: Path) -> None:
    shutil.copyfile(source, target)
    with target.open("rb") as file:
        os.fsync(file.fileno())
