import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import serial

from firmware_sim.board import Board
from firmware_sim.firmware import Firmware
from firmware_sim.pty import PseudoTerminal
from firmware_sim.server import serve
from firmware_sim.uart import UartTransmitter
from protocol.serial.board import FaultKind, InjectFault, ReadStatus, Status, StrokeWatchdog, decode, encode
from protocol.serial.framing import Deframer
from protocol.serial.framing import encode as encode_frame


def flood(device: Path, octets: bytes, duration_s: float) -> int:
    """Write for `duration_s` whatever the device takes, and return how many octets it took."""
    fd = os.open(device, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
    taken = 0
    end_s = time.monotonic() + duration_s
    while time.monotonic() < end_s:
        try:
            taken += os.write(fd, octets)
        except BlockingIOError:
            time.sleep(0.005)
    os.close(fd)
    return taken


@contextmanager
def served(link: Path, firmware: Firmware, uart: UartTransmitter, time_scale: float = 1.0) -> Iterator[PseudoTerminal]:
    stop_reader, stop_writer = os.pipe()
    with PseudoTerminal(link) as terminal:
        thread = threading.Thread(target=serve, args=(terminal, firmware, uart, (stop_reader,), time_scale))
        thread.start()
        try:
            yield terminal
        finally:
            os.close(stop_writer)
            thread.join(timeout=5)
            os.close(stop_reader)
            assert not thread.is_alive()


def test_flood_of_commands_is_held_back_and_the_server_still_stops(tmp_path: Path) -> None:
    uart = UartTransmitter(300)
    with served(tmp_path / "board", Firmware(Board(seed=0)), uart) as terminal:
        taken = flood(terminal.link, 100 * encode_frame(encode(ReadStatus(1))), 0.3)
    assert taken < 50_000
    assert uart.backlog_octets < 50_000


def test_board_lives_at_the_scale_of_its_time(tmp_path: Path) -> None:
    with (
        served(tmp_path / "board", Firmware(Board(seed=0)), UartTransmitter(115200), 1000.0) as terminal,
        serial.Serial(str(terminal.link), timeout=5) as client,
    ):
        began_s = time.monotonic()
        uptimes_s = []
        for _ in range(2):
            client.write(encode_frame(encode(ReadStatus(1))))
            (payload,) = Deframer().feed(client.read(24))
            reply = decode(payload)
            assert isinstance(reply, Status)
            uptimes_s.append(reply.uptime_s)
            time.sleep(0.1)
        lived_s, passed_s = uptimes_s[1] - uptimes_s[0], time.monotonic() - began_s
    assert 100.0 <= lived_s <= 1000 * passed_s


def test_late_reply_comes_without_another_octet_from_the_client(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("firmware_sim.server._LONGEST_WAIT_S", 60.0)
    with (
        served(tmp_path / "board", Firmware(Board(seed=0)), UartTransmitter(115200)) as terminal,
        serial.Serial(str(terminal.link), timeout=5) as client,
    ):
        late, stroke = InjectFault(1, FaultKind.LATE, 100), StrokeWatchdog(2)
        client.write(encode_frame(encode(late)) + encode_frame(encode(stroke)))
        assert len(client.read(16)) == 16, "two acknowledgements of 8 octets"
