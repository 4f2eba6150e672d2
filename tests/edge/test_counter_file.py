import json
import os
import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge import private_file
from edge.counter_file import CounterFile, create_counter_file


class MistakeError(Exception):
    def __init__(self, field, value, accepted):
        super().__init__(field, value, accepted)
        self.field, self.value, self.accepted = field, value, accepted


@pytest.fixture
def path(tmp_path: Path) -> Path:
    create_counter_file(tmp_path / "ground.counters")
    return tmp_path / "ground.counters"


def mistake(path: Path) -> MistakeError:
    with pytest.raises(MistakeError) as caught:
        CounterFile(path, MistakeError)
    return caught.value


def reopened(path: Path, counter: str) -> int:
    file = CounterFile(path, MistakeError)
    try:
        return file.highest(counter)
    finally:
        file.close()


def test_counters_outlive_the_program(path: Path):
    file = CounterFile(path, MistakeError)
    assert file.highest("sent") == 0
    file.raise_to("sent", 256)
    file.raise_to("accepted", 2**95)
    file.raise_to("sent", 100)
    assert file.highest("sent") == 256
    file.close()
    assert (reopened(path, "sent"), reopened(path, "accepted")) == (256, 2**95)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_file_that_is_used_is_refused(path: Path):
    file = CounterFile(path, MistakeError)
    assert "no other program" in mistake(path).accepted
    file.close()
    assert reopened(path, "sent") == 0


def test_a_refused_file_is_let_go(path: Path):
    good = path.read_text()
    path.write_text("{}")
    mistake(path)
    path.write_text(good)
    assert reopened(path, "sent") == 0


def test_a_file_that_is_not_there_is_refused(tmp_path: Path):
    found = mistake(tmp_path / "none.counters")
    assert (found.field, found.value) == ("file", str(tmp_path / "none.counters"))


def test_a_file_that_others_can_use_is_refused(path: Path):
    path.chmod(0o660)
    assert "chmod 600" in mistake(path).accepted


def test_every_damaged_octet_is_found(path: Path):
    file = CounterFile(path, MistakeError)
    file.raise_to("sent", 1234)
    file.close()
    good = path.read_bytes()
    for index in range(len(good)):
        path.write_bytes(good[:index] + bytes([good[index] ^ 1]) + good[index + 1 :])
        assert "testbed keys new" in mistake(path).accepted
    for length in range(len(good) - 1):  # the last octet ends the line
        path.write_bytes(good[:length])
        assert "testbed keys new" in mistake(path).accepted


@given(st.binary(max_size=60) | st.recursive(st.none() | st.integers(), st.lists).map(lambda x: json.dumps(x).encode()))
def test_anything_else_is_refused(tmp_path_factory: pytest.TempPathFactory, octets: bytes):
    path = tmp_path_factory.getbasetemp() / "any.counters"
    path.write_bytes(octets)
    path.chmod(0o600)
    assert mistake(path).field == "file"


@pytest.mark.parametrize("step", ["fsync", "replace", "open"])
def test_a_number_that_cannot_be_written_is_not_raised(path: Path, monkeypatch: pytest.MonkeyPatch, step: str):
    file = CounterFile(path, MistakeError)
    file.raise_to("sent", 1)

    def fail(*_arguments: object, **_settings: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(private_file.os, step, fail)
        with pytest.raises(OSError, match="No space"):
            file.raise_to("sent", 2)
    assert file.highest("sent") == 1
    file.raise_to("sent", 3)
    file.close()
    assert reopened(path, "sent") == 3


def test_the_content_is_on_the_disk_before_its_name_is(path: Path, monkeypatch: pytest.MonkeyPatch):
    steps = []
    for step in ("fsync", "replace"):
        real = getattr(os, step)
        monkeypatch.setattr(private_file.os, step, lambda *args, name=step, do=real: (steps.append(name), do(*args)))
    file = CounterFile(path, MistakeError)
    file.raise_to("sent", 1)
    file.close()
    assert steps == ["fsync", "replace", "fsync"]


WORKER = """
import sys
from pathlib import Path
from edge.counter_file import CounterFile
file = CounterFile(Path(sys.argv[1]), RuntimeError)
number = file.highest("sent")
while True:
    number += 1
    file.raise_to("sent", number)
    print(number, flush=True)
"""


def test_no_number_that_was_used_is_lost_when_the_program_is_killed(path: Path):
    used = 0
    for _ in range(3):
        program = subprocess.Popen([sys.executable, "-c", WORKER, str(path)], stdout=subprocess.PIPE, text=True)
        numbers = [int(program.stdout.readline()) for _ in range(20)]
        os.kill(program.pid, signal.SIGKILL)
        numbers += [int(line) for line in program.communicate()[0].splitlines() if line]
        assert numbers[0] > used
        used = numbers[-1]
        assert reopened(path, "sent") >= used


def test_a_counter_without_end_is_refused(path: Path):
    path.write_text('{"counters": {"sent": Infinity}, "sha256": ""}')
    assert "undamaged" in mistake(path).accepted
