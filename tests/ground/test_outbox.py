import random
from pathlib import Path

import pytest

from edge.folder_filestore import FolderFilestore
from ground.outbox import SUFFIX, Outbox
from protocol.cfdp.memory_filestore import MemoryFilestore
from protocol.file_link import FileLink, file_settings

CONTENT = random.Random(3).randbytes(5000)


class BoardStore(MemoryFilestore):
    def sync(self) -> None:
        """It is all in memory."""


class Bench:
    """An outbox, and a spacecraft that takes what comes up."""

    def __init__(self, folder: Path, room: int = 1 << 20) -> None:
        self.folder, self.ended, self.on_board = folder, [], []  # type: ignore[var-annotated]
        self.files_kept: bytes | None = None
        self.outbox_kept = ""
        self.now_s = 0.0
        self.board_store = BoardStore(max_octets=room)
        self.board = FileLink(file_settings(on_board=True), self.board_store, None, lambda _: True, 0.0)
        self.start()

    def start(self) -> None:
        self.store = FolderFilestore(self.folder, SUFFIX, 1 << 30)
        self.files = FileLink(file_settings(on_board=False), self.store, self.files_kept, self._keep_files, self.now_s)
        self.outbox = Outbox(
            self.folder,
            self.files,
            self.outbox_kept,
            self._keep_outbox,
            lambda name, fault: self.ended.append((name, fault)),
        )

    def step(self) -> None:
        self.now_s += 0.5
        self.files.tick(self.now_s, in_contact=True)
        self.board.tick(self.now_s, in_contact=True)
        for one, other in ((self.files, self.board), (self.board, self.files)):
            for _ in range(3):
                if pdu := one.next_pdu(self.now_s):
                    other.receive(pdu, self.now_s)
        self.on_board += self.outbox.poll(self.now_s)

    def run(self, steps: int = 40) -> None:
        for _ in range(steps):
            self.step()

    def _keep_files(self, octets: bytes) -> bool:
        self.files_kept = octets
        return True

    def _keep_outbox(self, text: str) -> bool:
        self.outbox_kept = text
        return True


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


def test_each_package_goes_up_once_and_is_put_away(bench: Bench) -> None:
    for name in ("a", "b"):
        (bench.folder / f"{name}{SUFFIX}").write_bytes(CONTENT)
    bench.run()
    assert bench.on_board == ["a", "b"]
    assert bench.ended == [("a", ""), ("b", "")]
    assert bench.board_store.files == {f"a{SUFFIX}": CONTENT, f"b{SUFFIX}": CONTENT}
    assert not list(bench.folder.glob(f"*{SUFFIX}"))
    assert (bench.folder / "sent" / f"a{SUFFIX}").read_bytes() == CONTENT


def test_a_switch_is_wanted_where_its_file_lies_beside(bench: Bench) -> None:
    (bench.folder / "a.switch").touch()
    for name in ("a", "b"):
        (bench.folder / f"{name}{SUFFIX}").write_bytes(CONTENT)
    bench.run()
    assert bench.outbox.wants_switch("a")
    assert not bench.outbox.wants_switch("b")


def test_a_station_that_is_started_again_goes_on_with_what_was_under_way(bench: Bench) -> None:
    (bench.folder / f"a{SUFFIX}").write_bytes(CONTENT)
    for _ in range(3):
        bench.step()
    assert bench.files.reports()
    bench.store.close()
    bench.start()
    bench.run()
    assert bench.on_board == ["a"]
    assert len(bench.board_store.files) == 1


def test_a_package_that_the_spacecraft_has_no_room_for_is_put_aside(tmp_path: Path) -> None:
    bench = Bench(tmp_path, room=1000)
    (bench.folder / f"a{SUFFIX}").write_bytes(CONTENT)
    bench.run(80)
    assert bench.on_board == []
    ((name, fault),) = bench.ended
    assert name == "a"
    assert "filestore" in fault
    assert (bench.folder / "refused" / f"a{SUFFIX}").exists()


@pytest.mark.parametrize("name", ["with space", "ä", "x" * 201])
def test_a_name_that_cannot_be_sent_is_put_aside(bench: Bench, name: str) -> None:
    (bench.folder / f"{name}{SUFFIX}").write_bytes(CONTENT)
    bench.run(5)
    ((refused, fault),) = bench.ended
    assert refused == name
    assert fault
    assert (bench.folder / "refused" / f"{name}{SUFFIX}").exists()


@pytest.mark.parametrize("kept", ["", "{", "[]", '{"a": 1}', '{"a": ["x", "y"]}'])
def test_a_damaged_memory_is_as_good_as_none(tmp_path: Path, kept: str) -> None:
    bench = Bench(tmp_path)
    bench.outbox_kept = kept
    bench.start()
    (bench.folder / f"a{SUFFIX}").write_bytes(CONTENT)
    bench.run()
    assert bench.on_board == ["a"]
