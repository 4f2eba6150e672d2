import sys
from pathlib import Path

import pytest

from testbed.doctor.machine import Machine, Said, package_version, said_by


def test_files_are_read_below_the_root(tmp_path: Path) -> None:
    (tmp_path / "proc").mkdir()
    (tmp_path / "proc" / "model").write_bytes(b"Raspberry Pi 5 Model B\0\n")
    machine = Machine(tmp_path)
    assert machine.text("/proc/model") == "Raspberry Pi 5 Model B"
    assert machine.text("/proc/other") is None
    assert machine.names("/") == ["proc"]
    assert machine.names("/sys") == []


def test_octets_that_are_no_text_are_read(tmp_path: Path) -> None:
    (tmp_path / "serial").write_bytes(b"\xff1")
    assert Machine(tmp_path).text("serial") == "\ufffd1"


def test_programs_are_found_where_the_shell_would(tmp_path: Path) -> None:
    program = tmp_path / "opt" / "bin" / "relay"
    program.parent.mkdir(parents=True)
    program.write_text("")
    program.chmod(0o755)
    assert Machine(tmp_path, {"PATH": "/usr/bin:/opt/bin"}).has_program("relay")
    assert not Machine(tmp_path, {"PATH": "/usr/bin"}).has_program("relay")
    assert Machine(tmp_path, {}).has_program("/opt/bin/relay")
    program.chmod(0o644)
    assert not Machine(tmp_path, {}).has_program("/opt/bin/relay")


def test_a_command_is_run() -> None:
    said = said_by([sys.executable, "-c", "import sys; print('one', flush=True); sys.exit('two\\n\\n')"])
    assert said is not None
    assert (said.status, said.last_line) == (1, "two")
    assert "one" in said.text


def test_a_command_that_is_not_there_says_nothing() -> None:
    assert said_by(["/nonexistent/command"]) is None


def test_a_process_ended_by_a_signal_has_a_negative_status() -> None:
    assert said_by([sys.executable, "-c", "import os; os.abort()"]) == Said(-6, "")


def test_a_silent_command_has_no_last_line() -> None:
    assert Said(0, " \n").last_line == ""


@pytest.mark.parametrize(("name", "there"), [("numpy", True), ("no-such-package-of-ours", False)])
def test_versions_are_those_of_this_python(name: str, there: bool) -> None:
    assert (package_version(name) is not None) == there
