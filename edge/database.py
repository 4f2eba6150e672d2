"""A SQLite file that survives crashes, power cuts, full disks and damage, or says in one typed error why it cannot."""

import errno
import fcntl
import os
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, TextIO, TypeAlias

from edge.database_errors import DatabaseSettingError, DatabaseStateError, Reason
from edge.salvage import Salvage, restore_header, salvage_into, set_aside
from edge.seal import seal_of

Migration: TypeAlias = tuple[str, ...] | Callable[[sqlite3.Connection], None]
"""What leads from one schema version to the next: statements, or a function for what SQL cannot say."""

PAGE_OCTETS = 4096
MIN_OCTETS = 64 * PAGE_OCTETS
MAX_OCTETS = 2**40
BUSY_TIMEOUT_S = 2.0

# WAL and FULL: a commit has been synced when it returns. A checkpoint at opening and after every commit: SQLite takes a
# damaged log for one that ends there, and writes what stands before over newer pages. So the log must never hold more
# than the last commit, and that must be in the file, too.
_WRITER_PRAGMAS = (
    f"page_size = {PAGE_OCTETS}",
    "journal_mode = WAL",
    "synchronous = FULL",
    "wal_autocheckpoint = 1",
    "foreign_keys = ON",
    "cell_size_check = ON",
)
FAILURES = (sqlite3.Error, OSError, MemoryError, UnicodeError)
"""What comes of a file or a disk that fails, the last two of damage."""
# Python 3.10 does not tell SQLite's codes: the texts of sqlite3_errstr do as well.
_REASONS = {
    "full": Reason.FULL,
    "readonly": Reason.READ_ONLY,
    "locked": Reason.LOCKED,
    "malformed": Reason.CORRUPT,
    "not a database": Reason.CORRUPT,
    "unsupported file format": Reason.CORRUPT,
    "disk I/O error": Reason.UNREADABLE,
    "unable to open": Reason.UNREADABLE,
}
_SYSTEM_REASONS = {
    errno.ENOSPC: Reason.FULL,
    errno.EDQUOT: Reason.FULL,
    errno.EROFS: Reason.READ_ONLY,
    errno.EACCES: Reason.READ_ONLY,
    errno.EPERM: Reason.READ_ONLY,
}


class Database:
    """The one writer of a database file; others may read it meanwhile (`read_only`).

    Two files lie beside it while it is in use: `-wal`, a few pages long, and `-shm`. A third, `.lock`, stays.
    """

    def __init__(self, path: Path, migrations: Sequence[Migration], max_octets: int) -> None:
        """Open the file, or make it, and bring its schema to version `len(migrations)`.

        A damaged file is set aside, and what can be read of it put into a fresh one: `salvage` then says so.
        `max_octets` bounds the file. Raises DatabaseSettingError for a bound out of range, DatabaseStateError if
        the file cannot be used.
        """
        if type(max_octets) is not int or not MIN_OCTETS <= max_octets <= MAX_OCTETS:
            raise DatabaseSettingError("max_octets", max_octets, f"an integer from {MIN_OCTETS} to {MAX_OCTETS}")
        self.path = path
        self.salvage: Salvage | None = None
        self._migrations = migrations
        self._depth = 0
        self._undone: DatabaseStateError | None = None
        self._lock = _lock(path)
        try:
            self._connection = self._open(max_octets // PAGE_OCTETS)
        except BaseException:
            self._lock.close()
            raise

    def close(self) -> None:
        """Give the file back."""
        self._connection.close()
        self._lock.close()

    @property
    def free_octets(self) -> int:
        """How much the file may still grow, its unused pages included."""
        used = self._pragma("page_count") - self._pragma("freelist_count")
        return (self._pragma("max_page_count") - used) * PAGE_OCTETS

    def execute(self, sql: str, parameters: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """Run one statement and return its rows. Raises DatabaseStateError, in a transaction that is undone by it."""
        if self._undone is not None:
            raise self._undone
        try:
            return self._connection.execute(sql, parameters).fetchall()
        except FAILURES as error:
            found = state_error(self.path, error)
            if self._depth and not self._connection.in_transaction:  # SQLite undoes all of it when the disk is full
                self._undone = found
            raise found from None

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Make what is done inside durable as one when the outermost ends; an exception undoes the block it leaves.

        Raises DatabaseStateError if that cannot be done: then nothing of it is.
        """
        begin, commit, undo = _INNER if self._depth else _OUTERMOST
        self.execute(begin)
        self._depth += 1
        try:
            yield
            self.execute(commit)
        except BaseException:
            if self._connection.in_transaction:
                for statement in undo:
                    self.execute(statement)
            raise
        finally:
            self._depth -= 1
            if not self._depth:
                self._undone = None

    # -- opening ---------------------------------------------------------------------------------------------------

    def _open(self, max_pages: int) -> sqlite3.Connection:
        try:
            return self._open_whole(max_pages)
        except DatabaseStateError as error:
            if error.reason is not Reason.CORRUPT:
                raise
            self.salvage = self._rescue(error.detail)
        return self._open_whole(max_pages)

    def _open_whole(self, max_pages: int) -> sqlite3.Connection:
        """Raise DatabaseStateError unless every page and every row is what it should be."""
        with told_as_state(self.path):
            _check_format_versions(self.path)
            connection = connect(self.path)
            try:
                check_integrity(connection)
                for pragma in _WRITER_PRAGMAS:
                    connection.execute(f"PRAGMA {pragma}")
                migrate(self.path, connection, self._migrations)
                connection.execute(f"PRAGMA max_page_count = {max_pages}")
                connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            except BaseException:
                connection.close()
                raise
        return connection

    def _rescue(self, finding: str) -> Salvage:
        """A power cut at any moment leaves the damaged file in its place, or the fresh one."""
        fresh_path = self.path.with_name(self.path.name + ".fresh")
        with told_as_state(self.path):
            aside = set_aside(self.path)
            fresh_path.unlink(missing_ok=True)
            restore_header(self.path)
            counts = self._copy_into(fresh_path)
            for suffix in ("-wal", "-shm"):  # they would be taken for the fresh file's
                Path(f"{self.path}{suffix}").unlink(missing_ok=True)
            os.replace(fresh_path, self.path)
        return Salvage(aside, finding, *counts)

    def _copy_into(self, fresh_path: Path) -> tuple[int, int, bool]:
        damaged, fresh = connect(self.path), connect(fresh_path)
        try:
            migrate(fresh_path, fresh, self._migrations[: _version_of(damaged, len(self._migrations))])
            return salvage_into(fresh, damaged)
        finally:
            fresh.close()
            damaged.close()

    def _pragma(self, name: str) -> int:
        return int(self.execute(f"PRAGMA {name}")[0][0])


_OUTERMOST = ("BEGIN IMMEDIATE", "COMMIT", ("ROLLBACK",))
_INNER = ("SAVEPOINT block", "RELEASE block", ("ROLLBACK TO block", "RELEASE block"))


@contextmanager
def read_only(path: Path, schema_version: int) -> Iterator[sqlite3.Connection]:
    """Open a database for reading, at one moment of it, also while another process writes it.

    Raises DatabaseStateError if there is none, if it cannot be read, or has another schema.
    """
    with told_as_state(path):
        connection = connect(path, mode="ro")
        try:
            connection.execute("BEGIN")
            found = _pragma_of(connection, "user_version")
            if found != schema_version:
                detail = f"its schema is version {found}, this program reads {schema_version}"
                raise DatabaseStateError(path, Reason.UNREADABLE, detail)
            yield connection
        finally:
            connection.close()


def connect(path: Path, mode: str = "rwc") -> sqlite3.Connection:
    """Return a connection that leaves transactions to its user and knows the SQL function `seal_of`.

    Any thread may use it, one at a time: what opens a database need not be what works with it.
    """
    uri = f"{path.absolute().as_uri()}?mode={mode}"
    connection = sqlite3.connect(uri, timeout=BUSY_TIMEOUT_S, isolation_level=None, check_same_thread=False, uri=True)
    connection.create_function("seal_of", -1, seal_of, deterministic=True)
    return connection


def migrate(path: Path, connection: sqlite3.Connection, migrations: Sequence[Migration]) -> None:
    """Bring the schema to version `len(migrations)`, each step in a transaction of its own.

    Raises DatabaseStateError if the schema is of a newer version.
    """
    version = _pragma_of(connection, "user_version")
    if version != _pragma_of(connection, "application_id"):
        raise sqlite3.DatabaseError("the header's two schema versions differ")
    if version > len(migrations):
        detail = f"its schema is version {version}, this program knows {len(migrations)}"
        raise DatabaseStateError(path, Reason.NEWER, detail)
    for number, migration in enumerate(migrations[version:], version + 1):
        with connection:
            connection.execute("BEGIN IMMEDIATE")
            _take_step(connection, migration)
            connection.execute(f"PRAGMA user_version = {number}")
            connection.execute(f"PRAGMA application_id = {number}")  # a copy: SQLite does not guard its header


def check_integrity(connection: sqlite3.Connection) -> None:
    """Raise sqlite3.DatabaseError with the first thing that is wrong in the file, its rows' seals included."""
    try:
        finding = connection.execute("PRAGMA integrity_check(1)").fetchone()[0]
    except sqlite3.OperationalError as error:
        if any(words in str(error) for words in _REASONS):
            raise
        finding = str(error)  # the schema itself makes no sense
    if finding != "ok":
        raise sqlite3.DatabaseError(finding)


def _check_format_versions(path: Path) -> None:
    """Raise sqlite3.DatabaseError for versions that there are none of: SQLite takes such a file for a read-only one."""
    with suppress(FileNotFoundError), path.open("rb") as file:
        versions = file.read(20)[18:]
        if versions not in (b"", b"\1\1", b"\2\2"):
            raise sqlite3.DatabaseError(f"the header's file format versions are {versions.hex()}")


@contextmanager
def told_as_state(path: Path) -> Iterator[None]:
    """Raise DatabaseStateError in place of the system's errors and SQLite's."""
    try:
        yield
    except FAILURES as error:
        raise state_error(path, error) from None


def state_error(path: Path, error: Exception) -> DatabaseStateError:
    """Return an error of SQLite or of the system in this tree."""
    detail = str(error)
    if isinstance(error, OSError):
        reason = _SYSTEM_REASONS.get(error.errno or 0, Reason.UNREADABLE)
    elif isinstance(error, UnicodeError) or type(error) is sqlite3.DatabaseError:  # SQLITE_CORRUPT, SQLITE_NOTADB
        reason = Reason.CORRUPT
    else:
        reason = next((reason for words, reason in _REASONS.items() if words in detail), Reason.UNREADABLE)
    return DatabaseStateError(path, reason, detail)


def _take_step(connection: sqlite3.Connection, migration: Migration) -> None:
    if callable(migration):
        migration(connection)
        return
    for statement in migration:
        connection.execute(statement)


def _lock(path: Path) -> TextIO:
    """Return the lock file, open. A record lock: it ends with its process, whatever children that has left."""
    with told_as_state(path):
        lock = Path(f"{path}.lock").open("a")  # noqa: SIM115 - closed with the database
        try:
            fcntl.lockf(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            lock.close()
            if error.errno not in (errno.EACCES, errno.EAGAIN):
                raise
            raise DatabaseStateError(path, Reason.LOCKED, "another process uses it") from None
    return lock


def _pragma_of(connection: sqlite3.Connection, name: str) -> int:
    return int(connection.execute(f"PRAGMA {name}").fetchone()[0])


def _version_of(damaged: sqlite3.Connection, newest: int) -> int:
    try:
        version = _pragma_of(damaged, "user_version")
    except sqlite3.Error:
        return newest
    return version if 0 < version <= newest else newest
