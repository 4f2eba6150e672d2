"""The command firmware-sim radios, as a process."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
import serial

from radio.serial_radio.kiss import KissCommand, KissDeframer, KissFrame

COMMAND = [sys.executable, "-c", "from firmware_sim.cli import main; raise SystemExit(main())", "radios"]
EXIT_LIMIT_S = 20

Start = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    started: list[subprocess.Popen[str]] = []

    def start(*options: str) -> "subprocess.Popen[str]":
        pipe = subprocess.PIPE
        links = ["--ground", str(tmp_path / "ground"), "--flatsat", str(tmp_path / "flatsat")]
        command = [*COMMAND, *links, *options]
        started.append(subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, text=True))
        return started[-1]

    yield start
    for process in started:
        process.kill()
        process.communicate()


def ready(process: "subprocess.Popen[str]") -> dict[str, dict[str, str]]:
    assert process.stdout is not None
    event: dict[str, dict[str, str]] = json.loads(process.stdout.readline())
    return event


def receive(port: serial.Serial) -> bytes:
    deframer = KissDeframer(256)
    while True:
        octets = port.read(max(1, port.in_waiting))
        assert octets, "no frame in time"
        for frame in deframer.feed(octets):
            return frame.data


def cpu_s(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def test_carries_frames_both_ways_rests_and_tells_what_became_of_them(start: Start, tmp_path: Path) -> None:
    process = start("--json", "--until-stdin-closes")
    event = ready(process)
    assert event["event"] == "ready"
    for name in ("ground", "flatsat"):
        link = str(tmp_path / name)
        assert event[name] == {"link": link, "device": os.readlink(link)}
    with ExitStack() as opened:
        ground, flatsat = (
            opened.enter_context(serial.Serial(event[name]["link"], timeout=5)) for name in ("ground", "flatsat")
        )
        ground.write(KissFrame(KissCommand.DATA, b"up").encode())
        assert receive(flatsat) == b"up"
        flatsat.write(KissFrame(KissCommand.DATA, b"down").encode())
        assert receive(ground) == b"down"
        used_s = cpu_s(process.pid)
        time.sleep(0.5)
        assert cpu_s(process.pid) - used_s < 0.1, "busy while idle"
    out, err = process.communicate(timeout=EXIT_LIMIT_S)  # closes its standard input
    assert (process.returncode, err) == (0, "")
    counts = json.loads(out)
    assert [counts[name]["sent"] for name in ("ground", "flatsat")] == [1, 1]
    assert [counts[name]["heard"] for name in ("ground", "flatsat")] == [1, 1]
    assert not os.path.lexists(tmp_path / "ground")
    assert not os.path.lexists(tmp_path / "flatsat")


def test_a_signal_stops_it(start: Start, tmp_path: Path) -> None:
    process = start()
    assert process.stdout is not None
    line = process.stdout.readline()
    assert line.startswith(f"packet radios on {tmp_path / 'ground'} (/dev/pts/")
    process.send_signal(signal.SIGTERM)
    out, err = process.communicate(timeout=EXIT_LIMIT_S)
    assert (process.returncode, err) == (0, "")
    assert out.splitlines()[1].startswith("flatsat: sent 0, heard 0")
    assert not os.path.lexists(tmp_path / "ground")


@pytest.mark.parametrize(
    "options", [("--loss", "2"), ("--framing", "slip"), ("--baud", "1"), ("--bit-rate", "nan"), ("--busy-s", "-1")]
)
def test_an_impossible_setting_is_one_line_and_status_2(start: Start, tmp_path: Path, options: tuple[str, ...]) -> None:
    process = start(*options)
    _, err = process.communicate(timeout=EXIT_LIMIT_S)
    assert process.returncode == 2
    assert err.count("\n") == 1
    assert "accepted" in err
    assert not os.path.lexists(tmp_path / "ground")


def test_a_link_in_use_is_one_line_and_status_2(start: Start) -> None:
    event = ready(start("--json"))
    second = start()
    _, err = second.communicate(timeout=EXIT_LIMIT_S)
    assert second.returncode == 2
    assert err.count("\n") == 1
    assert "in use" in err
    assert os.path.lexists(event["ground"]["link"])


def test_a_flood_is_held_back_and_it_still_stops(start: Start, tmp_path: Path) -> None:
    process = start("--json", "--until-stdin-closes", "--baud", "1200")
    ready(process)
    fd = os.open(tmp_path / "ground", os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
    taken, end_s = 0, time.monotonic() + 0.3
    while time.monotonic() < end_s:
        try:
            taken += os.write(fd, KissFrame(KissCommand.DATA, bytes(200)).encode())
        except BlockingIOError:
            time.sleep(0.005)
    os.close(fd)
    _, err = process.communicate(timeout=EXIT_LIMIT_S)
    assert (process.returncode, err) == (0, "")
    assert taken < 50_000
