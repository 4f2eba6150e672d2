"""The board's real firmware, run by QEMU, for every test that wants it."""

import os
import shutil
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
import serial

from firmware_sim.pty import PseudoTerminal
from firmware_sim.qemu import QemuBoard, build_image, serve_qemu

BAUD = 115200


class QemuLine:
    """The C firmware in QEMU behind a pseudo-terminal that pyserial opens."""

    def __init__(self, image: Path, link: Path) -> None:
        self._image, self._link = image, link

    def __enter__(self) -> "QemuLine":
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
        self._running = ExitStack()
        terminal = self._running.enter_context(PseudoTerminal(self._link))
        board = self._running.enter_context(QemuBoard(self._image))
        self._stop_reader, self._stop_writer = os.pipe()
        self._thread = threading.Thread(target=serve_qemu, args=(terminal, board, BAUD, (self._stop_reader,)))
        self._thread.start()
        self._client = serial.Serial(str(self._link), BAUD)

    def _switch_off(self) -> None:
        self._client.close()
        os.close(self._stop_writer)
        self._thread.join()
        os.close(self._stop_reader)
        self._running.close()


@pytest.fixture(scope="session")
def firmware_image() -> Path:
    """The C firmware's image; the test is skipped where it cannot be built or run."""
    for tool, package in (("qemu-system-arm", "qemu-system-arm"), ("arm-none-eabi-gcc", "gcc-arm-none-eabi")):
        if shutil.which(tool) is None:
            pytest.skip(f"{tool} is not installed: Debian's {package} has it")
    return build_image()


@pytest.fixture
def qemu_line(firmware_image: Path, tmp_path: Path) -> Iterator[QemuLine]:
    with QemuLine(firmware_image, tmp_path / "qemu-board") as line:
        yield line
