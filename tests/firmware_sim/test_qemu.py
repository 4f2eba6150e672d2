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

from firmware_sim.errors import QemuError, ToolError
from firmware_sim.qemu import QemuBoard, build_image
from protocol.serial.board import ReadStatus, Status, decode, encode
from protocol.serial.framing import Deframer
from protocol.serial.framing import encode as encode_frame

COMMAND = [sys.executable, "-c", "from firmware_sim.cli import main; raise SystemExit(main())", "qemu"]
LIMIT_S = 20

Start = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    started: list[subprocess.Popen[str]] = []

    def start(*options: str) -> subprocess.Popen[str]:
        pipe = subprocess.PIPE
        command = [*COMMAND, "--link", str(tmp_path / "board"), "--json", *options]
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
    client.write(encode_frame(encode(ReadStatus(1))))
    deframer = Deframer()
    while True:
        octets = client.read(max(1, client.in_waiting))
        assert octets, "no reply in time"
        for payload in deframer.feed(octets):
            reply = decode(payload)
            assert isinstance(reply, Status)
            return reply


def children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def is_alive(pid: int) -> bool:
    try:
        return "State:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False


def until(reached: Callable[[], bool]) -> None:
    end_s = time.monotonic() + LIMIT_S
    while not reached():
        assert time.monotonic() < end_s, "not reached in time"
        time.sleep(0.01)


def test_serves_a_client_and_leaves_nothing_when_standard_input_closes(
    firmware_image: Path, start: Start, tmp_path: Path
) -> None:
    process = start("--until-stdin-closes", "--image", str(firmware_image))
    event = ready(process)
    assert event == {"event": "ready", "link": str(tmp_path / "board"), "device": os.readlink(event["link"])}
    with serial.Serial(event["link"], timeout=LIMIT_S) as client:
        assert ask_status(client).payload_rail_on
    (qemu,) = children(process.pid)
    out, err = process.communicate(timeout=LIMIT_S)  # closes its standard input
    assert (process.returncode, out, err) == (0, "", "")
    assert not os.path.lexists(event["link"])
    assert not is_alive(qemu)


def test_its_seconds_are_ours(firmware_image: Path, start: Start) -> None:
    link = ready(start("--image", str(firmware_image)))["link"]
    with serial.Serial(link, timeout=LIMIT_S) as client:
        asked_s, first_s, answered_s = time.monotonic(), ask_status(client).uptime_s, time.monotonic()
        time.sleep(1.0)
        at_least_s = time.monotonic() - answered_s
        second_s = ask_status(client).uptime_s
        at_most_s = time.monotonic() - asked_s
    assert at_least_s - 0.002 <= second_s - first_s <= at_most_s + 0.002


def test_killed_run_takes_its_board_along(firmware_image: Path, start: Start) -> None:
    process = start("--image", str(firmware_image))
    ready(process)
    (qemu,) = children(process.pid)
    process.kill()
    until(lambda: not is_alive(qemu))


def test_board_that_dies_is_one_line_and_status_2(firmware_image: Path, start: Start) -> None:
    process = start("--image", str(firmware_image))
    link = ready(process)["link"]
    os.kill(children(process.pid)[0], signal.SIGKILL)
    out, err = process.communicate(timeout=LIMIT_S)
    assert (process.returncode, out, err) == (2, "", "firmware-sim: the board in QEMU: ended with status -9\n")
    assert not os.path.lexists(link)


@pytest.mark.parametrize(("option", "value"), [("--image", "absent.bin"), ("--baud", "1")])
def test_what_cannot_be_used_is_one_line_and_status_2(
    firmware_image: Path, start: Start, tmp_path: Path, option: str, value: str
) -> None:
    process = start("--image", str(firmware_image), option, value)
    process.communicate(timeout=LIMIT_S)
    assert process.returncode == 2
    assert not os.path.lexists(tmp_path / "board")


def test_image_that_hangs_is_given_up(firmware_image: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("firmware_sim.qemu._BOOT_LIMIT_S", 0.5)
    hanging = tmp_path / "hanging.bin"
    # the stack, the entry, and a jump to itself there
    hanging.write_bytes(b"\x00\x00\x02\x20\x09\x00\x00\x08" + b"\xfe\xe7" * 4)
    with pytest.raises(QemuError, match=r"no answer within 0\.5 s of power-on"):
        QemuBoard(hanging).__enter__()


def test_image_is_built_once(firmware_image: Path, tmp_path: Path) -> None:
    built = build_image(tmp_path)
    before_ns = built.stat().st_mtime_ns
    assert build_image(tmp_path) == built
    assert built.stat().st_mtime_ns == before_ns
    assert built.read_bytes() == firmware_image.read_bytes()


@pytest.mark.parametrize("tool", ["make", "arm-none-eabi-gcc"])
def test_missing_tool_is_named_with_its_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tool: str) -> None:
    if tool != "make":
        (tmp_path / "make").touch(mode=0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ToolError, match=f"{tool} is not installed: apt install"):
        build_image(tmp_path)
