"""With packet radios no rig needs GNU Radio, gr-osmosdr or SoapySDR: it runs where they cannot be imported."""

import json
import os
import pty
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from protocol.sdls.link_keys import SecurityMode
from testbed.keys import FLATSAT, key_path, new_keys

NOT_INSTALLED = """
import sys

class NotInstalled:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {"gnuradio", "pmt", "osmosdr", "SoapySDR", "_SoapySDR"}:
            raise ModuleNotFoundError(f"No module named {name!r}, for this test", name=name)

sys.meta_path.insert(0, NotInstalled())
"""
"""Python runs this first, in every process that inherits the environment."""

RADIO = """
[serial_radio]
device = "{device}"
baud = 115200
largest_frame_octets = 1024
"""


@pytest.fixture
def bare(tmp_path: Path) -> dict[str, str]:
    """An environment whose Pythons lack the modules."""
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "sitecustomize.py").write_text(NOT_INSTALLED)
    return {**os.environ, "PYTHONPATH": str(tmp_path / "site")}


@pytest.fixture
def radio(tmp_path: Path) -> Iterator[str]:
    """A front end file whose radio hears nothing."""
    radio_fd, line_fd = pty.openpty()
    path = tmp_path / "radio.toml"
    path.write_text(RADIO.format(device=os.ttyname(line_fd)))
    yield str(path)
    os.close(radio_fd)
    os.close(line_fd)


@pytest.mark.parametrize("module", ["gnuradio", "osmosdr", "SoapySDR"])
def test_the_modules_cannot_be_imported(module: str, bare: dict[str, str]) -> None:
    command = [sys.executable, "-c", f"import {module}"]
    result = subprocess.run(command, env=bare, capture_output=True, text=True, check=False)
    assert "for this test" in result.stderr


def test_the_flatsat_serves_a_packet_radio(tmp_path: Path, bare: dict[str, str], radio: str) -> None:
    new_keys(tmp_path / "keys", SecurityMode.ENCRYPTED)
    files = ["--keys", str(key_path(tmp_path / "keys", FLATSAT)), "--journal", str(tmp_path / "journal")]
    code = "import sys; from flatsat.cli import main; sys.exit(main())"
    command = [sys.executable, "-c", code, "serve", "--front-end", radio, "--engine", "scripted", *files]
    with subprocess.Popen(
        command, env=bare, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as flatsat:
        assert flatsat.stdout is not None
        assert "ready" in [json.loads(line)["event"] for line in _until_ready(flatsat)]
        flatsat.send_signal(signal.SIGTERM)
        _, said = flatsat.communicate(timeout=20)
    assert (flatsat.returncode, said) == (0, "")


def _until_ready(flatsat: "subprocess.Popen[str]") -> Iterator[str]:
    assert flatsat.stdout is not None
    for line in flatsat.stdout:
        yield line
        if '"ready"' in line:
            return


def test_a_question_is_answered_over_packet_radios(tmp_path: Path, bare: dict[str, str]) -> None:
    rig = ["--rig", "serial-radio", "--scenario", "loopback"]
    command = [sys.executable, "-m", "testbed", "ask", "Who is there?", *rig, "--json", "--max-tokens", "8"]
    result = subprocess.run(command, env=bare, cwd=tmp_path, capture_output=True, text=True, timeout=100, check=False)
    assert result.returncode == 0, result.stderr
    assert json.loads(result.stdout)["finish_reason"] in ("stop", "length")


def test_the_doctor_says_what_is_not_there_and_not_needed(tmp_path: Path, bare: dict[str, str]) -> None:
    rig = ["--rig", "serial-radio", "--scenario", "loopback"]
    command = [sys.executable, "-m", "testbed", "doctor", *rig, "--json"]
    result = subprocess.run(command, env=bare, cwd=tmp_path, capture_output=True, text=True, timeout=100, check=False)
    levels = {finding["name"]: finding["level"] for finding in json.loads(result.stdout)["findings"]}
    assert [levels[name] for name in ("GNU Radio", "gr-osmosdr", "SoapySDR")] == ["absent"] * 3
