"""Serial consoles, on real pseudo-terminals."""

import os
import re
import time
import tty
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from testbed.bench.console import ConsoleLog
from testbed.errors import RigError


@pytest.fixture
def terminal() -> Iterator[tuple[int, str]]:
    """The computer's end of a console, and the name of ours."""
    theirs, ours = os.openpty()
    tty.setraw(ours)
    yield theirs, os.ttyname(ours)
    for end in (theirs, ours):
        try:
            os.close(end)
        except OSError:
            continue


def wait_until(true: Callable[[], bool]) -> None:
    end = time.monotonic() + 10
    while not true() and time.monotonic() < end:
        time.sleep(0.01)
    assert true()


def test_each_line_is_kept_with_its_time_and_the_last_without_an_end(terminal: tuple[int, str], tmp_path: Path) -> None:
    path = tmp_path / "console.log"
    with ConsoleLog("jetson", terminal[1], 115200, path):
        os.write(terminal[0], b"[0.0] Linux vers")
        os.write(terminal[0], b"ion 5.15\r\nlogin\xff\npanic")
        wait_until(lambda: path.exists() and len(path.read_text().splitlines()) == 2)
    lines = path.read_text().splitlines()
    assert all(re.match(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z ", line) for line in lines)
    assert [line.split(" ", 1)[1] for line in lines] == ["[0.0] Linux version 5.15", "login\\xff", "panic"]


def test_a_console_that_is_lost_is_said_so(terminal: tuple[int, str], tmp_path: Path) -> None:
    path = tmp_path / "console.log"
    with ConsoleLog("jetson", terminal[1], 115200, path):
        os.close(terminal[0])
        wait_until(lambda: path.exists() and "console jetson: /dev/pts/" in path.read_text())


def test_a_console_that_is_not_there_is_named(tmp_path: Path) -> None:
    with (
        pytest.raises(RigError, match="console jetson: /dev/no-such cannot be opened"),
        ConsoleLog("jetson", "/dev/no-such", 115200, tmp_path / "x"),
    ):
        pass
