import os
import select
from pathlib import Path

import pytest
import serial

from firmware_sim.errors import LinkError
from firmware_sim.pty import PseudoTerminal

EVERY_OCTET = bytes(range(256))


def test_every_octet_passes_unchanged_both_ways(tmp_path: Path) -> None:
    with (
        PseudoTerminal(tmp_path / "board") as terminal,
        serial.Serial(str(terminal.link), timeout=2) as client,
    ):
        client.write(EVERY_OCTET)
        select.select([terminal], [], [], 2)
        assert terminal.read() == EVERY_OCTET
        terminal.write(EVERY_OCTET)
        assert client.read(256) == EVERY_OCTET


def test_terminal_is_raw_for_a_client_that_does_not_configure_it(tmp_path: Path) -> None:
    with PseudoTerminal(tmp_path / "board") as terminal:
        client_fd = os.open(terminal.link, os.O_RDWR | os.O_NOCTTY)
        terminal.write(EVERY_OCTET)
        select.select([client_fd], [], [], 2)
        assert os.read(client_fd, 1000) == EVERY_OCTET
        assert terminal.read() == b"", "echoed"
        os.close(client_fd)


def test_read_without_octets_returns_at_once(tmp_path: Path) -> None:
    with PseudoTerminal(tmp_path / "board") as terminal:
        assert terminal.read() == b""


def test_client_may_leave_and_come_back(tmp_path: Path) -> None:
    with PseudoTerminal(tmp_path / "board") as terminal:
        for _ in range(2):
            with serial.Serial(str(terminal.link), timeout=2) as client:
                client.write(b"x")
                select.select([terminal], [], [], 2)
                assert terminal.read() == b"x"


def test_writing_to_nobody_neither_waits_nor_fails(tmp_path: Path) -> None:
    with PseudoTerminal(tmp_path / "board") as terminal:
        for _ in range(100):
            terminal.write(bytes(1000))


def test_link_leads_to_the_device_and_goes_with_it(tmp_path: Path) -> None:
    link = tmp_path / "board"
    with PseudoTerminal(link) as terminal:
        assert os.readlink(link) == terminal.device
        assert Path(terminal.device).is_char_device()
    assert not os.path.lexists(link)


def test_link_of_a_dead_run_is_replaced(tmp_path: Path) -> None:
    link = tmp_path / "board"
    link.symlink_to("/dev/pts/999999")
    with PseudoTerminal(link) as terminal:
        assert os.readlink(link) == terminal.device


def test_link_of_a_dead_run_is_replaced_though_its_number_comes_again(tmp_path: Path) -> None:
    link = tmp_path / "board"
    with PseudoTerminal(tmp_path / "other") as terminal:
        link.symlink_to(terminal.device)
    with PseudoTerminal(link) as terminal:
        assert os.readlink(link) == terminal.device


def test_link_to_an_open_terminal_is_in_use(tmp_path: Path) -> None:
    link = tmp_path / "board"
    with PseudoTerminal(link) as terminal:
        with pytest.raises(LinkError, match=f"in use, it leads to the open terminal {terminal.device}"):
            PseudoTerminal(link).__enter__()
        assert os.readlink(link) == terminal.device


@pytest.mark.parametrize("kind", ["file", "directory", "link to a file", "dangling link elsewhere"])
def test_anything_else_is_left_alone(tmp_path: Path, kind: str) -> None:
    link = tmp_path / "board"
    (tmp_path / "target").write_text("mine")
    match kind:
        case "file":
            link.write_text("mine")
        case "directory":
            link.mkdir()
        case "link to a file":
            link.symlink_to(tmp_path / "target")
        case _:
            link.symlink_to(tmp_path / "absent")
    before = link.lstat()
    with pytest.raises(LinkError, match="something else has this name"):
        PseudoTerminal(link).__enter__()
    assert link.lstat().st_ino == before.st_ino


def test_missing_directory_is_named_and_the_terminal_closed(tmp_path: Path) -> None:
    open_before = len(os.listdir("/proc/self/fd"))
    with pytest.raises(LinkError, match="absent/board: No such file or directory"):
        PseudoTerminal(tmp_path / "absent" / "board").__enter__()
    assert len(os.listdir("/proc/self/fd")) == open_before


def test_link_that_someone_replaced_is_left_alone(tmp_path: Path) -> None:
    link = tmp_path / "board"
    with PseudoTerminal(link):
        link.unlink()
        link.write_text("mine")
    assert link.read_text() == "mine"
