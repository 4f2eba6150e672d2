import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge.database import MIN_OCTETS, Database, Migration, read_only
from edge.database_errors import DatabaseError, DatabaseSettingError, DatabaseStateError, Reason

TABLE = """CREATE TABLE line (
    number INTEGER PRIMARY KEY,
    text BLOB NOT NULL,
    seal INTEGER NOT NULL CHECK (seal = seal_of(number, text))
) STRICT"""
MIGRATIONS: tuple[Migration, ...] = ((TABLE,),)


@contextmanager
def opened(path: Path, migrations: tuple[Migration, ...] = MIGRATIONS, octets: int = 2**20) -> Iterator[Database]:
    with closing(Database(path, migrations, octets)) as database:
        yield database


def add(database: Database, number: int, text: bytes) -> None:
    database.execute("INSERT INTO line VALUES (?1, ?2, seal_of(?1, ?2))", (number, text))


def lines(database: Database) -> dict[int, bytes]:
    return dict(database.execute("SELECT number, text FROM line ORDER BY number"))


def make(path: Path, count: int, octets: int = 100) -> dict[int, bytes]:
    with opened(path) as database, database.transaction():
        for number in range(1, count + 1):
            add(database, number, bytes([number % 256]) * octets)
        return lines(database)


def fill(database: Database) -> tuple[int, Reason]:
    """Return the number of the first row that did not fit, and why."""
    for number in range(2, 1000):
        try:
            add(database, number, bytes(3000))
        except DatabaseStateError as error:
            return number, error.reason
    raise AssertionError


def too_much(database: Database) -> None:
    add(database, 2, b"in it")
    for number, text in ((3, bytes(MIN_OCTETS)), (4, b"after it")):
        with pytest.raises(DatabaseStateError):
            add(database, number, text)


def reason_of(path: Path) -> Reason:
    with pytest.raises(DatabaseStateError) as caught, opened(path):
        pass
    return caught.value.reason


def run(script: str, *args: object) -> "subprocess.Popen[str]":
    command = [sys.executable, "-c", script, *map(str, args)]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


# -- opening ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("octets", [0, MIN_OCTETS - 1, 2**41, 1e6, True])
def test_a_bound_out_of_range_is_told(tmp_path: Path, octets: int) -> None:
    with pytest.raises(DatabaseSettingError) as caught:
        Database(tmp_path / "a.db", MIGRATIONS, octets)
    assert (caught.value.field, caught.value.value) == ("max_octets", octets)
    assert str(MIN_OCTETS) in caught.value.accepted
    assert list(tmp_path.iterdir()) == []


def test_a_commit_is_synced_and_in_the_file_itself(tmp_path: Path) -> None:
    with opened(tmp_path / "a.db") as database:
        assert database.execute("PRAGMA journal_mode") == [("wal",)]
        assert database.execute("PRAGMA synchronous") == [(2,)]
        assert database.execute("PRAGMA foreign_keys") == [(1,)]
        add(database, 1, b"one")
        shutil.copy(tmp_path / "a.db", tmp_path / "b.db")  # without its log
    with opened(tmp_path / "b.db") as copy:
        assert lines(copy) == {1: b"one"}


HOLD = """
import sys; from pathlib import Path; from edge.database import Database
database = Database(Path(sys.argv[1]), (), 2**20); print("open", flush=True); sys.stdin.read()
"""


def test_a_second_process_is_told_and_a_killed_one_leaves_nothing_locked(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    with run(HOLD, path) as holder:
        assert holder.stdout is not None
        holder.stdout.readline()
        assert reason_of(path) is Reason.LOCKED
        holder.send_signal(signal.SIGKILL)
        holder.wait()
        with opened(path) as database:
            add(database, 1, b"mine now")


def test_what_is_no_file_cannot_be_used(tmp_path: Path) -> None:
    assert reason_of(tmp_path / "nowhere" / "a.db") is Reason.UNREADABLE
    (tmp_path / "folder").mkdir()
    assert reason_of(tmp_path / "folder") is Reason.UNREADABLE


READ_ONLY = """
import os, sys; from pathlib import Path; from edge.database import Database; from edge.database_errors import *
os.chmod(sys.argv[1], 0o555)
if os.getuid() == 0: os.setuid(65534)
try: Database(Path(sys.argv[1], "a.db"), (), 2**20)
except DatabaseStateError as error: print(error.reason.value)
"""


@pytest.mark.parametrize("leftover", ["", "a.db", "a.db a.db.lock"])
def test_a_directory_that_cannot_be_written_is_told(leftover: str) -> None:
    with tempfile.TemporaryDirectory(dir="/tmp") as name:  # not below pytest's own, which others may not enter
        for each in leftover.split():
            shutil.copy(__file__, Path(name, each))
        with run(READ_ONLY, name) as process:
            assert process.communicate()[0] == "read-only\n"
        os.chmod(name, 0o755)


# -- transactions ----------------------------------------------------------------------------------------------------


def test_a_block_that_fails_is_undone_and_the_outer_one_stands(tmp_path: Path) -> None:
    with opened(tmp_path / "a.db") as database:
        with database.transaction():
            add(database, 1, b"a")
            with suppress(KeyError), database.transaction():
                add(database, 2, b"b")
                raise KeyError
            add(database, 3, b"c")
        with suppress(KeyError), database.transaction():
            add(database, 4, b"d")
            with database.transaction():
                add(database, 5, b"e")
            raise KeyError
        assert set(lines(database)) == {1, 3}


def test_a_wrong_seal_is_not_written(tmp_path: Path) -> None:
    with opened(tmp_path / "a.db") as database, pytest.raises(DatabaseStateError):
        database.execute("INSERT INTO line VALUES (1, x'00', 5)")


def test_a_full_file_says_so_and_goes_on_when_there_is_room(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    with opened(path, octets=MIN_OCTETS) as database:
        number, reason = fill(database)
        assert reason is Reason.FULL
        assert path.stat().st_size <= MIN_OCTETS
        kept = lines(database)
        assert database.free_octets == 0
        assert 50 < len(kept) == number - 2
        database.execute("DELETE FROM line WHERE number < 10")
        assert database.free_octets > 4 * 4096
        add(database, 1001, bytes(3000))
    with opened(path, octets=MIN_OCTETS) as database:
        assert set(lines(database)) == set(range(10, number)) | {1001}


def test_a_batch_that_did_not_fit_leaves_nothing_even_if_the_error_is_caught_inside(tmp_path: Path) -> None:
    with opened(tmp_path / "a.db", octets=MIN_OCTETS) as database:
        add(database, 1, b"before")
        with pytest.raises(DatabaseStateError, match="is full"), database.transaction():
            too_much(database)
        assert lines(database) == {1: b"before"}
        add(database, 5, b"next")
        assert set(lines(database)) == {1, 5}


DISK_FULL = """
import os, resource, sys; from pathlib import Path; from edge.database import Database
from edge.database_errors import *
database = Database(Path(sys.argv[1]), (("CREATE TABLE line (text)",),), 2**20)
_, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
done = 0
for limit in (40_000, 60_000, hard):
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, hard))
    for _ in range(80):
        try: database.execute("INSERT INTO line VALUES (?)", (bytes(1000),)); done += 1
        except DatabaseStateError as error: print(limit, error.reason.name)
print("done", done)
database.close()
"""


def test_when_the_system_writes_no_more_nothing_is_lost_and_it_goes_on_after(tmp_path: Path) -> None:
    with run(DISK_FULL, tmp_path / "a.db") as process:
        *errors, last = process.communicate()[0].splitlines()
    assert 10 < len(errors) < 160
    assert {error.split()[1] for error in errors} <= {"UNREADABLE", "FULL"}
    with opened(tmp_path / "a.db", (("",),)) as database:
        assert database.salvage is None
        assert database.execute("SELECT count(*) FROM line") == [(int(last.split()[1]),)]


def test_a_disk_that_fills_up_is_full_and_is_used_again_when_emptied(tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=300k", "none", disk], capture_output=True).returncode:
        pytest.skip("no file system may be mounted here")
    try:
        with opened(disk / "a.db") as database:
            add(database, 1, b"before")
            (disk / "other").write_bytes(bytes(4096 * ((os.statvfs(disk).f_bavail) - 1)))
            number, reason = fill(database)
            assert reason is Reason.FULL
            (disk / "other").unlink()
            add(database, number, b"after")
        with opened(disk / "a.db") as database:
            assert set(lines(database)) == set(range(1, number + 1))
    finally:
        subprocess.run(["umount", disk], check=True)


# -- schema versions -------------------------------------------------------------------------------------------------


def double(connection: sqlite3.Connection) -> None:
    for number, text in connection.execute("SELECT number, text FROM line").fetchall():
        connection.execute("INSERT INTO twice VALUES (?, ?)", (number, text * 2))


NEWER: tuple[Migration, ...] = (*MIGRATIONS, ("CREATE TABLE twice (number, text)",), double)


def test_a_schema_is_brought_up_to_date_from_any_version(tmp_path: Path) -> None:
    make(tmp_path / "a.db", 3, octets=1)
    for version in (1, 2, 3):
        with opened(tmp_path / "a.db", NEWER[:version]) as database:
            assert database.execute("PRAGMA user_version") == [(version,)]
    with opened(tmp_path / "a.db", NEWER) as database:
        assert database.execute("SELECT text FROM twice") == [(b"\1\1",), (b"\2\2",), (b"\3\3",)]


def test_a_newer_schema_is_left_alone(tmp_path: Path) -> None:
    with opened(tmp_path / "a.db", NEWER):
        pass
    before = (tmp_path / "a.db").read_bytes()
    assert reason_of(tmp_path / "a.db") is Reason.NEWER
    assert (tmp_path / "a.db").read_bytes() == before


def test_a_step_that_fails_leaves_the_version_before_it(tmp_path: Path) -> None:
    kept = make(tmp_path / "a.db", 3)
    broken: Migration = ("CREATE TABLE more (text)", "INSERT INTO nowhere VALUES (1)")
    with pytest.raises(DatabaseError), opened(tmp_path / "a.db", (*MIGRATIONS, broken)):
        pass
    with opened(tmp_path / "a.db") as database:
        assert lines(database) == kept
        assert database.execute("SELECT name FROM sqlite_schema") == [("line",)]


# -- damage ----------------------------------------------------------------------------------------------------------


def test_a_file_that_is_none_is_set_aside(tmp_path: Path) -> None:
    (tmp_path / "a.db").write_bytes(b"what is this? " * 1000)
    with opened(tmp_path / "a.db") as database:
        assert database.salvage is not None
        assert database.salvage.damaged == tmp_path / "a.db.damaged-1"
        assert database.salvage.rows_saved == 0
        assert database.salvage.is_torn
        add(database, 1, b"on we go")
    assert (tmp_path / "a.db.damaged-1").read_bytes().startswith(b"what is this?")
    with opened(tmp_path / "a.db") as database:
        assert database.salvage is None


FORMAT_VERSIONS = [(offset, bit) for offset in (18, 19) for bit in range(8)]


@pytest.mark.parametrize(("offset", "bit"), [*((offset, offset % 8) for offset in range(100)), *FORMAT_VERSIONS])
def test_a_flipped_bit_in_the_header_costs_nothing(tmp_path: Path, offset: int, bit: int) -> None:
    kept = make(tmp_path / "a.db", 30)
    octets = bytearray((tmp_path / "a.db").read_bytes())
    octets[offset] ^= 1 << bit
    (tmp_path / "a.db").write_bytes(octets)
    with opened(tmp_path / "a.db") as database:
        assert lines(database) == kept
        add(database, 99, b"on we go")


@cache
def full_file() -> tuple[bytes, dict[int, bytes]]:
    with tempfile.TemporaryDirectory() as name:
        kept = make(Path(name, "a.db"), 300)
        return Path(name, "a.db").read_bytes(), kept


@settings(max_examples=30)
@given(seed=st.integers(0, 2**32), flips=st.sampled_from([1, 1, 2, 20, 300]))
def test_damage_is_noticed_and_what_is_left_is_right(seed: int, flips: int) -> None:
    rng = random.Random(seed)
    octets, kept = bytearray(full_file()[0]), full_file()[1]
    for _ in range(flips):
        octets[rng.randrange(len(octets))] ^= 1 << rng.randrange(8)
    with tempfile.TemporaryDirectory() as name:
        path = Path(name, "a.db")
        path.write_bytes(octets)
        with opened(path) as database:
            left = lines(database)
            assert left.items() <= kept.items()
            assert left == kept or database.salvage is not None
            add(database, 1001, b"on we go")


def test_a_lost_page_costs_its_own_rows(tmp_path: Path) -> None:
    kept = make(tmp_path / "a.db", 300)
    octets = bytearray((tmp_path / "a.db").read_bytes())
    place = octets.index(bytes([150]) * 100) // 4096 * 4096
    octets[place : place + 4096] = bytes(4096)
    (tmp_path / "a.db").write_bytes(octets)
    with opened(tmp_path / "a.db") as database:
        left = lines(database)
        assert database.salvage is not None
        assert database.salvage.is_torn
        assert database.salvage.rows_saved == len(left)
    assert left.items() < kept.items()
    assert {1, 100, 200, 300} < set(left)
    assert len(kept) - len(left) < 45


def test_a_power_cut_while_rows_are_saved_costs_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = make(tmp_path / "a.db", 100)
    octets = (tmp_path / "a.db").read_bytes()
    (tmp_path / "a.db").write_bytes(octets.replace(bytes([7]) * 100, bytes([7]) * 99 + bytes([5])))
    for name in ("replace", "fsync"):
        with monkeypatch.context() as patch:
            patch.setattr(os, name, lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
            with pytest.raises(KeyboardInterrupt), opened(tmp_path / "a.db"):
                pass
    with opened(tmp_path / "a.db") as database:
        assert lines(database) == kept
        assert database.salvage is not None


def test_damage_in_the_log_costs_nothing(tmp_path: Path) -> None:
    """Nor does it in that of a program that was killed before, and of one that was killed after that."""
    path, places = tmp_path / "a.db", 60
    for number in range(1, 4):
        with opened(path) as database:
            add(database, number, b"x" * 500)
            kept = lines(database)
            killed = [Path(shutil.copy(f"{path}{suffix}", tmp_path / f"b.db{suffix}")) for suffix in ("", "-wal")]
        for killed_file, suffix in zip(killed, ("", "-wal"), strict=True):
            shutil.copy(killed_file, f"{path}{suffix}")
        log = killed[1].read_bytes()
        for place in range(0, len(log), len(log) // places):
            (copy := tmp_path / f"{number}-{place}").mkdir()
            shutil.copy(killed[0], copy / "a.db")
            (copy / "a.db-wal").write_bytes(log[:place] + bytes([log[place] ^ 4]) + log[place + 1 :])
            with opened(copy / "a.db") as database:
                assert lines(database) == kept


# -- readers ---------------------------------------------------------------------------------------------------------


def test_others_read_what_is_committed_while_one_writes(tmp_path: Path) -> None:
    with opened(tmp_path / "a.db") as database:
        add(database, 1, b"one")
        with database.transaction():
            add(database, 2, b"two")
            with read_only(tmp_path / "a.db", 1) as reader:
                assert reader.execute("SELECT number FROM line").fetchall() == [(1,)]
                add(database, 3, b"three")
        with read_only(tmp_path / "a.db", 1) as reader:
            assert reader.execute("SELECT number FROM line").fetchall() == [(1,), (2,), (3,)]
            with pytest.raises(sqlite3.OperationalError, match="readonly"):
                reader.execute("DELETE FROM line")
    with read_only(tmp_path / "a.db", 1) as reader:
        assert reader.execute("SELECT count(*) FROM line").fetchall() == [(3,)]


def test_a_reader_is_told_what_it_cannot_read(tmp_path: Path) -> None:
    with pytest.raises(DatabaseStateError) as caught, read_only(tmp_path / "a.db", 1):
        pass
    assert caught.value.reason is Reason.UNREADABLE
    assert list(tmp_path.iterdir()) == []
    make(tmp_path / "a.db", 1)
    with pytest.raises(DatabaseStateError, match="version 1, this program reads 2"), read_only(tmp_path / "a.db", 2):
        pass
