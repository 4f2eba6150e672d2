import os
import threading
import time
from pathlib import Path

from firmware_sim.board import Board
from firmware_sim.firmware import Firmware
from firmware_sim.pty import PseudoTerminal
from firmware_sim.server import serve
from firmware_sim.uart import UartTransmitter
from protocol.serial.board import ReadStatus, encode
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


def test_flood_of_commands_is_held_back_and_the_server_still_stops(tmp_path: Path) -> None:
    stop_reader, stop_writer = os.pipe()
    uart = UartTransmitter(300)
    with PseudoTerminal(tmp_path / "board") as terminal:
        args = (terminal, Firmware(Board(seed=0)), uart, (stop_reader,))
        thread = threading.Thread(target=serve, args=args)
        thread.start()
        taken = flood(terminal.link, 100 * encode_frame(encode(ReadStatus(1))), 0.3)
        os.close(stop_writer)
        thread.join(timeout=5)
        assert not thread.is_alive()
    os.close(stop_reader)
    assert taken < 50_000
    assert uart.backlog_octets < 50_000
