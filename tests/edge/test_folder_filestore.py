from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from edge.folder_filestore import FolderFilestore

KEY = (1, 7)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[FolderFilestore]:
    with closing(FolderFilestore(tmp_path / "in", ".lmpack", 1000)) as made:
        yield made


def test_a_file_gets_its_name_when_it_is_whole(store: FolderFilestore, tmp_path: Path) -> None:
    store.write(KEY, 5, b"world")
    store.write(KEY, 0, b"hello")
    assert not list((tmp_path / "in").glob("*.lmpack"))
    assert store.read_back(KEY, 2, 4) == b"llow"
    store.sync()
    store.finish(KEY, "a.lmpack", 8)
    assert (tmp_path / "in" / "a.lmpack").read_bytes() == b"hellowor"
    assert store.read_back(KEY, 0, 99) == store.read("a.lmpack", 0, 99) == b"hellowor"
    assert store.size("a.lmpack") == 8
    assert [path.name for path in (tmp_path / "in").iterdir()] == ["a.lmpack"]


def test_what_came_in_before_a_restart_goes_on_and_may_be_finished_twice(tmp_path: Path) -> None:
    with closing(FolderFilestore(tmp_path, ".lmpack", 1000)) as first:
        first.write(KEY, 0, b"abc")
    with closing(FolderFilestore(tmp_path, ".lmpack", 1000)) as second:
        second.write(KEY, 3, b"def")
        second.finish(KEY, "a.lmpack", 6)
    with closing(FolderFilestore(tmp_path, ".lmpack", 1000)) as third:
        third.finish(KEY, "a.lmpack", 6)
        assert third.read_back(KEY, 0, 6) == b"abcdef"


def test_a_finished_file_takes_the_place_of_one_of_its_name(store: FolderFilestore, tmp_path: Path) -> None:
    (tmp_path / "in" / "a.lmpack").write_bytes(b"old")
    store.write(KEY, 0, b"newer")
    store.finish(KEY, "a.lmpack", 5)
    assert store.read("a.lmpack", 0, 9) == b"newer"


def test_an_empty_file_is_a_file(store: FolderFilestore) -> None:
    store.write(KEY, 0, b"")
    store.finish(KEY, "empty.lmpack", 0)
    assert store.size("empty.lmpack") == 0


def test_what_is_discarded_is_gone(store: FolderFilestore, tmp_path: Path) -> None:
    store.write(KEY, 0, b"abc")
    store.discard(KEY)
    store.discard((9, 9))
    assert list((tmp_path / "in").iterdir()) == []


@pytest.mark.parametrize(
    "name", ["", ".lmpack", "../a.lmpack", "/a.lmpack", "a/b.lmpack", "a.sh", "a\0.lmpack", "ä.lmpack", "x" * 300]
)
def test_names_that_lead_elsewhere_or_are_of_another_kind_are_refused(store: FolderFilestore, name: str) -> None:
    store.write(KEY, 0, b"abc")
    for refused in (lambda: store.finish(KEY, name, 3), lambda: store.size(name), lambda: store.read(name, 0, 1)):
        with pytest.raises(OSError, match="accepted: NAME"):
            refused()


def test_no_file_grows_without_bound(store: FolderFilestore) -> None:
    store.write(KEY, 990, b"x" * 10)
    with pytest.raises(OSError, match="room"):
        store.write(KEY, 991, b"x" * 10)
