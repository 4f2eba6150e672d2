"""The units as systemd reads them, and their command lines as our programs do."""

import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import typer

from flatsat.cli import app as flatsat
from ground.cli import app as ground

UNITS = Path(__file__).parents[2] / "packaging" / "systemd"
PROGRAMS = {"flatsat": flatsat, "ground": ground}
INSTALLED = "/opt/flatsat/.venv/bin"
MOST_EXPOSED = 25
"""In tenths, as ``systemd-analyze security`` counts: 0 is sealed, 100 a service without any of it."""

needs_systemd = pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd-analyze is not installed")


def settings(unit: str) -> dict[str, list[str]]:
    """A unit's settings: all values of each name."""
    found: dict[str, list[str]] = {}
    for name, value in re.findall(r"^(\w+)=(.*)$", (UNITS / unit).read_text(), re.MULTILINE):
        found.setdefault(name, []).append(value)
    return found


def examples(name: str) -> list[str]:
    """The options that an example of settings has, those in comments too."""
    text = (UNITS / f"{name}.env.example").read_text()
    return re.findall(rf"^(?:# )?{name.upper()}_OPTIONS=(.*)$", text, re.MULTILINE)


def analyze(folder: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    """Run systemd-analyze on copies of the units that name this Python's folder in place of the installed one's."""
    here = str(Path(sys.executable).parent)
    for unit in UNITS.glob("*.s*"):
        (folder / unit.name).write_text(unit.read_text().replace(INSTALLED, here))
    command = ["systemd-analyze", *arguments, *map(str, sorted(folder.glob("*.s*")))]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@needs_systemd
def test_systemd_understands_every_line(tmp_path: Path) -> None:
    result = analyze(tmp_path, "verify")
    assert (result.returncode, result.stderr) == (0, "")


@needs_systemd
@pytest.mark.parametrize("name", PROGRAMS)
def test_a_service_is_shut_in(name: str) -> None:
    command = ["systemd-analyze", "security", "--offline=true", f"--threshold={MOST_EXPOSED}"]
    result = subprocess.run([*command, str(UNITS / f"{name}.service")], capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout + result.stderr


@pytest.mark.parametrize(("name", "options"), [(name, options) for name in PROGRAMS for options in examples(name)])
def test_the_command_line_is_one_that_the_program_takes(name: str, options: str) -> None:
    (line,) = settings(f"{name}.service")["ExecStart"]
    program, subcommand, *arguments = shlex.split(line.replace(f"${name.upper()}_OPTIONS", options))
    assert program == f"{INSTALLED}/{name}"
    group = typer.main.get_command(PROGRAMS[name])
    command = group.commands[subcommand]  # type: ignore[attr-defined]
    told = command.make_context(subcommand, arguments).params
    assert told["front_end"].endswith(".toml") == (told["rx"] is None)
    assert not told["until_stdin_closes"]


@pytest.mark.parametrize("name", PROGRAMS)
def test_there_are_examples(name: str) -> None:
    assert len(examples(name)) == 2


@pytest.mark.parametrize("name", PROGRAMS)
def test_what_a_service_writes_lies_in_folders_that_systemd_makes(name: str) -> None:
    told = settings(f"{name}.service")
    assert told["StateDirectory"] == told["CacheDirectory"] == told["User"] == [name]
    assert told["ProtectSystem"] == ["strict"]
    written = re.findall(rf"/var/(?:lib|cache)/{name}/", " ".join(told["ExecStart"] + told["Environment"]))
    assert written.count(f"/var/lib/{name}/") == 2  # the counters lie beside the keys
    assert written.count(f"/var/cache/{name}/") == 1


def test_a_lost_program_is_started_again_and_a_late_device_waited_for() -> None:
    for name in PROGRAMS:
        told = settings(f"{name}.service")
        assert told["Restart"] == ["on-failure"]
        assert told["StartLimitIntervalSec"] == ["0"]
        assert "WatchdogSec" not in told  # we send no signs of life


def test_commands_come_through_the_socket() -> None:
    service, socket = settings("ground.service"), settings("ground.socket")
    assert service["StandardInput"] == ["fd:ground.socket"]
    assert service["Sockets"] == service["Requires"] == ["ground.socket"]
    assert socket["SocketUser"] == service["User"]
