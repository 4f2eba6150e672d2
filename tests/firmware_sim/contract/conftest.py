"""The boards on which the contract is held: each a serial line that can be power-cycled."""

import os
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import serial

from firmware_sim.board import Board
from firmware_sim.firmware import Firmware
from firmware_sim.pty import PseudoTerminal
from firmware_sim.server import serve
from firmware_sim.uart import UartTransmitter

BAUD = 115200


class SimulatorLine:
    """The Python firmware behind a pseudo-terminal that pyserial opens."""

    def __init__(self, link: Path) -> None:
        self._link = link

    def __enter__(self) -> "SimulatorLine":
        self._switch_on()
        return self

    def __exit__(self, *_: object) -> None:
        self._switch_off()

    def write(self, octets: bytes) -> None:
        self._client.write(octets)

    def read(self, within_s: float) -> bytes:
        """Return what arrives, as soon as something does, nothing if that is not within so many seconds."""
        self._client.timeout = within_s
        first = self._client.read(1)
        return bytes(first + self._client.read(self._client.in_waiting))

    def power_cycle(self) -> None:
        self._switch_off()
        self._switch_on()

    def _switch_on(self) -> None:
        stop_reader, self._stop_writer = os.pipe()
        started = threading.Event()
        self._thread = threading.Thread(target=self._serve, args=(stop_reader, started))
        self._thread.start()
        assert started.wait(10)
        self._client = serial.Serial(str(self._link), BAUD)

    def _serve(self, stop_reader: int, started: threading.Event) -> None:
        with PseudoTerminal(self._link) as terminal:
            started.set()
            serve(terminal, Firmware(Board(seed=1)), UartTransmitter(BAUD), (stop_reader,))
        os.close(stop_reader)

    def _switch_off(self) -> None:
        self._client.close()
        os.close(self._stop_writer)
        self._thread.join()


@pytest.fixture
def simulator_line(tmp_path: Path) -> Iterator[SimulatorLine]:
    with SimulatorLine(tmp_path / "board") as line:
        yield line


@pytest.fixture(params=["simulator", "qemu"])
def board_line(request: pytest.FixtureRequest) -> object:
    """A board that has just been switched on: `write`, `read` and `power_cycle` (test_board_contract.BoardLine)."""
    return request.getfixturevalue(f"{request.param}_line")
