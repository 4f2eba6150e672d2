"""The transmitter's unit: systemd reads it, and the process takes what it is told and goes on until it is stopped."""

import json
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from tests.packaging.test_systemd import INSTALLED, MOST_EXPOSED, UNITS, examples, needs_systemd, settings

FRONT_END = """
[receive]
driver = "zmq"
device = "tcp://127.0.0.1:5700"

[transmit]
driver = "zmq"
device = "tcp://127.0.0.1:5703"
"""


@needs_systemd
def test_the_service_is_shut_in() -> None:
    command = ["systemd-analyze", "security", "--offline=true", f"--threshold={MOST_EXPOSED}"]
    result = subprocess.run([*command, str(UNITS / "transmitter.service")], capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout + result.stderr


def test_nothing_comes_before_it() -> None:
    told = settings("transmitter.service")
    scheduling = [told[name] for name in ("CPUSchedulingPolicy", "CPUSchedulingPriority", "RestrictRealtime")]
    assert scheduling == [["fifo"], ["10"], ["no"]]


def test_a_lost_transmitter_is_started_again_but_not_one_without_a_permit() -> None:
    told = settings("transmitter.service")
    assert (told["Restart"], told["RestartPreventExitStatus"]) == (["on-failure"], ["2"])
    assert told["StartLimitIntervalSec"] == ["0"]


def test_commands_come_through_the_socket() -> None:
    service, fifo = settings("transmitter.service"), settings("transmitter.socket")
    assert service["StandardInput"] == ["fd:transmitter.socket"]
    assert service["Sockets"] == service["Requires"] == ["transmitter.socket"]
    assert fifo["SocketUser"] == service["User"]


@pytest.mark.parametrize("options", examples("transmitter"))
def test_the_command_line_is_one_that_the_process_takes(tmp_path: Path, options: str) -> None:
    """With a file that has no SDR to transmit with, which the process names, it has read the line whole."""
    file, endpoint, rate_hz = options.split()
    assert file.startswith("/etc/flatsat/")
    assert endpoint.startswith("tcp://127.0.0.1:")
    (tmp_path / "radio.toml").write_text(FRONT_END)
    (line,) = settings("transmitter.service")["ExecStart"]
    python, *arguments = shlex.split(line.replace("$TRANSMITTER_OPTIONS", options))
    assert python == f"{INSTALLED}/python"
    command = [sys.executable, *(str(tmp_path / "radio.toml") if each == file else each for each in arguments)]
    result = subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=60, check=False)
    assert result.returncode == 2
    assert 'driver = "soapy"' in json.loads(result.stdout.splitlines()[-1])["message"]
    assert float(rate_hz) == 240e3
