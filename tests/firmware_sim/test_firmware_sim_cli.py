import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import serial

from protocol.serial.board import (
    Command,
    Power,
    ReadPower,
    ReadStatus,
    Reply,
    ResetCause,
    Status,
    StrokeWatchdog,
    decode,
    encode,
)
from protocol.serial.framing import Deframer
from protocol.serial.framing import encode as encode_frame

COMMAND = [sys.executable, "-c", "from firmware_sim.cli import main; raise SystemExit(main())", "run"]
EXIT_LIMIT_S = 20

Start = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    started: list[subprocess.Popen[str]] = []

    def start(*options: str, link: Path = tmp_path / "board") -> subprocess.Popen[str]:
        pipe = subprocess.PIPE
        command = [*COMMAND, "--link", str(link), *options]
        started.append(subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, text=True))
        return started[-1]

    yield start
    for process in started:
        process.kill()
        process.communicate()


def ready(process: "subprocess.Popen[str]") -> dict[str, str]:
    assert process.stdout is not None
    event: dict[str, str] = json.loads(process.stdout.readline())
    return event


def ask_status(client: serial.Serial) -> Status:
    reply = ask(client, ReadStatus(1))
    assert isinstance(reply, Status)
    return reply


def ask(client: serial.Serial, command: Command) -> Command | Reply:
    client.write(encode_frame(encode(command)))
    deframer = Deframer()
    while True:
        octets = client.read(max(1, client.in_waiting))
        assert octets, "no reply in time"
        for payload in deframer.feed(octets):
            reply = decode(payload)
            if reply.sequence == command.sequence:
                return reply


def cpu_s(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def test_serves_a_client_and_stops_when_standard_input_closes(start: Start, tmp_path: Path) -> None:
    process = start("--json", "--until-stdin-closes", "--watchdog-s", "0.3")
    event = ready(process)
    assert event == {"event": "ready", "link": str(tmp_path / "board"), "device": os.readlink(event["link"])}
    with serial.Serial(event["link"], timeout=5) as client:
        assert ask_status(client).payload_rail_on
        client.write(encode_frame(encode(StrokeWatchdog(2))))
        used_s = cpu_s(process.pid)
        time.sleep(0.5)
        assert cpu_s(process.pid) - used_s < 0.1, "busy while idle"
        assert ask_status(client).watchdog_resets == 1
        assert process.stdin is not None
        process.stdin.write("ignored\n")
        process.stdin.flush()
        assert ask_status(client).watchdog_resets == 1
    out, err = process.communicate(timeout=EXIT_LIMIT_S)  # closes its standard input
    assert (process.returncode, out, err) == (0, "", "")
    assert not os.path.lexists(event["link"])


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_signal_stops_it_and_removes_the_link(start: Start, tmp_path: Path, number: signal.Signals) -> None:
    process = start()
    assert process.stdout is not None
    line = process.stdout.readline()
    link = tmp_path / "board"
    assert line == f"board on {link} ({os.readlink(link)}); Ctrl-C stops it\n"
    process.send_signal(number)
    process.wait(timeout=EXIT_LIMIT_S)
    assert process.returncode == 0
    assert not os.path.lexists(link)


def test_without_the_option_standard_input_does_not_matter(start: Start) -> None:
    process = start("--json")
    event = ready(process)
    assert process.stdin is not None
    process.stdin.close()
    with serial.Serial(event["link"], timeout=5) as client:
        assert ask_status(client).payload_rail_on
    process.stdin = None


def test_killed_run_leaves_a_link_that_the_next_replaces(start: Start) -> None:
    killed = start("--json")
    event = ready(killed)
    killed.kill()
    killed.wait()
    assert os.path.lexists(event["link"])
    again = start("--json")
    with serial.Serial(ready(again)["link"], timeout=5) as client:
        assert ask_status(client).payload_rail_on


def test_link_in_use_is_one_line_and_status_2(start: Start) -> None:
    event = ready(start("--json"))
    second = start()
    _, err = second.communicate(timeout=EXIT_LIMIT_S)
    assert second.returncode == 2
    assert err.count("\n") == 1
    assert "in use" in err
    assert event["device"] in err
    assert os.path.lexists(event["link"])


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("--baud", "1"),
        ("--watchdog-s", "-1"),
        ("--eclipse", "5"),
        ("--eclipse", "7:5"),
        ("--battery-charge", "1.5"),
        ("--time-scale", "0"),
        ("--fault", "fire:1@1"),
    ],
)
def test_impossible_setting_is_one_line_and_status_2(start: Start, tmp_path: Path, option: str, value: str) -> None:
    process = start(option, value)
    _, err = process.communicate(timeout=EXIT_LIMIT_S)
    assert process.returncode == 2
    assert err.count("\n") == 1
    assert "accepted" in err
    assert not os.path.lexists(tmp_path / "board")


def test_replies_come_at_the_pace_of_the_line(start: Start) -> None:
    event = ready(start("--json", "--baud", "1200"))
    with serial.Serial(event["link"], timeout=5) as client:
        began_s = time.monotonic()
        ask_status(client)
        assert time.monotonic() - began_s > 20 * 10 / 1200  # a status is more than 20 octets


def test_world_and_faults_are_as_told(start: Start) -> None:
    told = ("--battery-charge", "0.5", "--eclipse", "0:1e6", "--fault", "brown-out:999999@1", "--time-scale", "100")
    event = ready(start("--json", *told))
    with serial.Serial(event["link"], timeout=5) as client:
        power = ask(client, ReadPower(1))
        assert isinstance(power, Power)
        assert power.charge == pytest.approx(0.5, abs=0.1)
        assert power.solar_voltage_v == 0.0
        time.sleep(0.1)
        status = ask_status(client)
        assert (status.payload_rail_on, status.reset_cause) == (False, ResetCause.BROWN_OUT)
