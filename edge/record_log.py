"""A log of sealed records about keyed things, bounded in size: what the programs' journals are written in."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeAlias

from edge.database import Database, Migration, read_only
from edge.database_errors import DatabaseStateError, Reason
from edge.salvage import Salvage

Fact: TypeAlias = bytes | str | int | float
Kinds: TypeAlias = dict[int, list[bytes]]
"""The bodies of a key's records by their kind, each in the order of its parts."""

MIGRATIONS: tuple[Migration, ...] = (
    (
        """CREATE TABLE record (
            number INTEGER PRIMARY KEY,
            key BLOB NOT NULL,
            kind INTEGER NOT NULL,
            part INTEGER NOT NULL,
            body BLOB NOT NULL,
            seal INTEGER NOT NULL CHECK (seal = seal_of(number, key, kind, part, body))
        ) STRICT""",
        "CREATE UNIQUE INDEX record_of_key ON record (key, kind, part)",
        "CREATE INDEX record_of_kind ON record (kind)",
        """CREATE TABLE subject (
            key BLOB PRIMARY KEY,
            records INTEGER NOT NULL,
            reserved_octets INTEGER NOT NULL,
            seal INTEGER NOT NULL CHECK (seal = seal_of(key, records, reserved_octets))
        ) STRICT""",
        """CREATE TABLE fact (
            name TEXT PRIMARY KEY,
            value ANY NOT NULL,
            seal INTEGER NOT NULL CHECK (seal = seal_of(name, value))
        ) STRICT""",
    ),
)

SPARE_OCTETS = 2**17
"""Kept free besides: for facts, small records, and pages that are being split."""

_ROW_OCTETS = 96  # a row's head, its key and seal, and its entries in two indices; its subject's share
_AT_ONCE = 16  # a page is free only when nothing is left on it
# what another program reads has not been checked when the file was opened
_SELECT = """SELECT key, kind, part, body FROM record
    WHERE seal = seal_of(number, key, kind, part, body) ORDER BY number"""
_SELECT_OF = """SELECT key, kind, part, body FROM record
    WHERE key = ? AND seal = seal_of(number, key, kind, part, body) ORDER BY number"""
_INSERT = """INSERT INTO record VALUES (?1, ?2, ?3, ?4, ?5, seal_of(?1, ?2, ?3, ?4, ?5))
    ON CONFLICT (key, kind, part) DO NOTHING RETURNING number"""
# how many records there are of a key tells whether damage took some
_COUNT = """INSERT INTO subject VALUES (?1, ?2, 0, seal_of(?1, ?2, 0))
    ON CONFLICT (key) DO UPDATE SET records = records + ?2, seal = seal_of(key, records + ?2, reserved_octets)"""
_RESERVE = """UPDATE subject SET reserved_octets = ?2, seal = seal_of(key, records, ?2) WHERE key = ?1"""
_INCOMPLETE = """SELECT key FROM subject WHERE records != (SELECT count(*) FROM record WHERE record.key = subject.key)
    UNION SELECT key FROM record WHERE key NOT IN (SELECT key FROM subject)"""


class RecordLog:
    """Records in the order in which they were written, and named facts.

    Whatever is called is durable when it returns, in a `batch` when that ends. Every method raises
    DatabaseStateError when the file cannot do it; what was durable before stays so.
    """

    def __init__(self, path: Path, max_octets: int) -> None:
        """Open the log, or make it. Raises as Database does."""
        self._database = Database(path, MIGRATIONS, max_octets)

    @property
    def salvage(self) -> Salvage | None:
        """What was saved if the file was found damaged."""
        return self._database.salvage

    def close(self) -> None:
        """Give the file back."""
        self._database.close()

    @contextmanager
    def batch(self) -> Iterator[None]:
        """Make all that is written inside durable as one at the end: it costs what one record costs."""
        with self._database.transaction():
            yield

    def remember(self, name: str, value: Fact) -> None:
        """Keep a fact in the place of the last one of this name."""
        with self.batch():
            sql = "INSERT OR REPLACE INTO fact VALUES (?1, ?2, seal_of(?1, ?2))"
            self._database.execute(sql, (name, value))

    def recall(self, name: str) -> Fact | None:
        """Return the fact of this name, or None."""
        rows = self._database.execute("SELECT value FROM fact WHERE name = ?", (name,))
        return rows[0][0] if rows else None

    # -- for journals ----------------------------------------------------------------------------------------------

    def _put(self, key: bytes, kind: int, body: bytes, part: int = 0) -> None:
        """Write a record; if there is one of its key, kind and part already, that one stands."""
        with self.batch():
            number = self._database.execute("SELECT coalesce(max(number), 0) + 1 FROM record")[0][0]
            if self._database.execute(_INSERT, (number, key, kind, part, body)):
                self._database.execute(_COUNT, (key, 1))

    def _replace(self, key: bytes, kind: int, body: bytes) -> None:
        with self.batch():
            self._drop(key, kind)
            self._put(key, kind, body)

    def _drop(self, key: bytes, kind: int) -> None:
        """Delete a key's records of a kind."""
        with self.batch():
            sql = "DELETE FROM record WHERE key = ? AND kind = ? RETURNING number"
            self._database.execute(_COUNT, (key, -len(self._database.execute(sql, (key, kind)))))

    def _forget(self, key: bytes) -> None:
        """Delete all about a key."""
        with self.batch():
            self._database.execute("DELETE FROM record WHERE key = ?", (key,))
            self._database.execute("DELETE FROM subject WHERE key = ?", (key,))

    def _reserve(self, key: bytes, octets: int) -> None:
        """Keep so much room for what is still to be written about a key."""
        self._database.execute(_RESERVE, (key, octets))

    def _incomplete(self) -> list[bytes]:
        """Return the keys of which damage took records, or took what tells that it did not."""
        return [key for (key,) in self._database.execute(_INCOMPLETE)]

    def _body(self, key: bytes, kind: int) -> bytes | None:
        """Return what the key's record of this kind holds, None if there is none."""
        rows = self._database.execute("SELECT body FROM record WHERE key = ? AND kind = ?", (key, kind))
        return rows[0][0] if rows else None

    def _count(self, key: bytes, kind: int) -> int:
        sql = "SELECT count(*) FROM record WHERE key = ? AND kind = ?"
        return int(self._database.execute(sql, (key, kind))[0][0])

    def _records(self) -> dict[bytes, Kinds]:
        return _by_key(self._database.execute(_SELECT))

    def _records_of(self, key: bytes) -> Kinds:
        """Return the records of one key, none if there is none."""
        return _by_key(self._database.execute(_SELECT_OF, (key,))).get(key, {})

    def _make_room(self, octets: int, *droppable: tuple[int, ...]) -> None:
        """Forget the oldest keys that have a record of the droppable kinds, while need be: first the first group.

        Raises DatabaseStateError with the reason FULL if there is no room then beside what is reserved.
        """
        reserved = self._database.execute("SELECT coalesce(sum(reserved_octets), 0) FROM subject")[0][0]
        wanted = octets + reserved + SPARE_OCTETS
        for kinds in droppable:
            while self._database.free_octets < wanted and self._forget_oldest(kinds, _AT_ONCE):
                continue
        free = self._database.free_octets
        if free < wanted:
            detail = f"{octets} octets are wanted, and {reserved} reserved; {free} are free"
            raise DatabaseStateError(self._database.path, Reason.FULL, detail)

    def _keep_newest(self, kinds: tuple[int, ...], kept: int) -> None:
        sql = f"SELECT count(*) FROM record WHERE kind IN ({_places(kinds)})"
        self._forget_oldest(kinds, max(0, self._database.execute(sql, kinds)[0][0] - kept))

    def _forget_oldest(self, kinds: tuple[int, ...], at_most: int) -> bool:
        """Forget the oldest keys that have a record of these kinds; return whether there were any."""
        sql = f"SELECT key FROM record WHERE kind IN ({_places(kinds)}) ORDER BY number LIMIT ?"
        keys = self._database.execute(sql, (*kinds, at_most))
        for (key,) in keys:
            self._forget(key)
        return bool(keys)


def read_records(path: Path) -> dict[bytes, Kinds]:
    """Return the records of a log that another process may be writing. Raises DatabaseStateError as `read_only`."""
    with read_only(path, len(MIGRATIONS)) as connection:
        return _by_key(connection.execute(_SELECT).fetchall())


def _by_key(rows: list[tuple[bytes, int, int, bytes]]) -> dict[bytes, Kinds]:
    """Return what is known of each key, these in the order in which they were first written about."""
    found: dict[bytes, Kinds] = {key: {} for key, *_ in rows}
    for key, kind, _, body in sorted(rows, key=lambda row: row[2]):
        found[key].setdefault(kind, []).append(body)
    return found


def _places(values: tuple[int, ...]) -> str:
    return ", ".join("?" * len(values))


def octets_in_file(body_octets: int) -> int:
    """Return the most that a record can take of the file: its pages may be but half full."""
    return 2 * (body_octets + _ROW_OCTETS)
