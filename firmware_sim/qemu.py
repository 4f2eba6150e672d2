"""The board's real firmware (firmware_sim/firmware), run by QEMU, its serial line on a pseudo-terminal.

QEMU's line is a socket pair, and not a terminal of its own: so the terminal keeps its name and its client while the
board is restarted, and octets pass at the pace of a serial line, which QEMU does not keep.
"""

import fcntl
import math
import os
import select
import shutil
import socket
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryFile
from types import TracebackType
from typing import IO

from firmware_sim.errors import QemuError, ToolError
from firmware_sim.pty import PseudoTerminal
from firmware_sim.uart import UartTransmitter
from protocol.serial.board import ReadStatus, decode, encode
from protocol.serial.framing import Deframer
from protocol.serial.framing import encode as encode_frame

FIRMWARE_FOLDER = Path(__file__).parent / "firmware"
BUILD_FOLDER = FIRMWARE_FOLDER / "build"

_MACHINE = "netduino2"
"""A STM32F205, which has all that the image uses of the STM32F207: hal_stm32f2.c."""
_BOOT_LIMIT_S = 20.0
_PROBE_PERIOD_S = 0.02
_READ_OCTETS = 1024
_SHORTEST_WAIT_S = 1e-3
_MAX_BACKLOG_OCTETS = 4096
"""While so many octets wait, none are taken from the client: the terminal's buffer holds it back."""


def build_image(folder: Path = BUILD_FOLDER) -> Path:
    """Build the firmware's image in `folder`, as far as its sources have changed, and return its path.

    Raises ToolError without make or the compiler, QemuError with what they say if they fail.
    """
    for tool, package in (("make", "make"), ("arm-none-eabi-gcc", "gcc-arm-none-eabi")):
        _find(tool, package)
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        command = ["make", "-C", str(FIRMWARE_FOLDER), f"BUILD={folder.resolve()}"]
        made = subprocess.run(command, capture_output=True, text=True, check=False)
    if made.returncode != 0:
        raise QemuError(f"the image cannot be built:\n{made.stderr.strip()}")
    return folder / "board.bin"


class QemuBoard:
    """Runs `image` for as long as the context lasts, and begins once the board answers.

    Raises ToolError without QEMU, QemuError if the board does not come up.
    """

    def __init__(self, image: Path) -> None:
        self._image = image
        self._line: socket.socket
        self._process: subprocess.Popen[bytes]
        self._said: IO[bytes]

    def __enter__(self) -> "QemuBoard":
        self._start()
        try:
            self._wait_for_an_answer()
        except BaseException:
            self._stop()
            raise
        self._line.setblocking(False)
        return self

    def __exit__(
        self,
        exception_type: type[BaseException] | None,
        exception: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._stop()

    def fileno(self) -> int:
        """Return this end of the board's line, to wait on."""
        return self._line.fileno()

    def read(self) -> bytes:
        """Return what the board has sent. Raises QemuError if it is gone."""
        try:
            octets = self._line.recv(_READ_OCTETS)
        except BlockingIOError:
            return b""
        except ConnectionError:
            octets = b""
        if not octets:
            raise self._gone()
        return octets

    def write(self, octets: bytes) -> None:
        """Send `octets` to the board; what a board that hangs does not take is lost. Raises QemuError if it is gone."""
        try:
            self._line.send(octets)
        except BlockingIOError:
            return
        except ConnectionError:
            raise self._gone() from None

    def _start(self) -> None:
        qemu = _find("qemu-system-arm", "qemu-system-arm")
        dies_with_us = [_find("setpriv", "util-linux"), "--pdeathsig", "KILL"]
        if not self._image.is_file():
            raise QemuError(f"there is no image {self._image}")
        self._said = TemporaryFile()  # noqa: SIM115  # closed with the rest
        self._line, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(
                [*dies_with_us, qemu, *_options(self._image, theirs.fileno())],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=self._said,
                pass_fds=[theirs.fileno()],
                start_new_session=True,  # a Ctrl-C is for this program
            )

    def _stop(self) -> None:
        self._process.kill()
        self._process.wait()
        self._said.close()
        self._line.close()

    def _wait_for_an_answer(self) -> None:
        """A board that is not up hears nothing: ask again after each silence, until the last question is answered."""
        deframer = Deframer()
        deadline_s = time.monotonic() + _BOOT_LIMIT_S
        self._line.settimeout(_PROBE_PERIOD_S)
        sequence = 0
        while time.monotonic() < deadline_s:
            try:
                answers = [decode(payload).sequence for payload in deframer.feed(self.read())]
            except TimeoutError:
                sequence += 1
                self.write(encode_frame(encode(ReadStatus(sequence))))
            else:
                if sequence in answers:
                    return
        raise QemuError(f"no answer within {_BOOT_LIMIT_S:g} s of power-on")

    def _gone(self) -> QemuError:
        self._process.kill()
        status = self._process.wait()
        self._said.seek(0)
        return QemuError(self._said.read().decode(errors="replace").strip() or f"ended with status {status}")


def serve_qemu(terminal: PseudoTerminal, board: QemuBoard, baud: int, stop_fds: Sequence[int]) -> None:
    """Carry octets between `terminal` and `board`, at the pace of `baud`, until a stop descriptor ends.

    `stop_fds` are readable descriptors; the end of file on any of them stops, data on them is thrown away.
    Raises SettingError for a pace that no line has, QemuError if the board is gone.
    """
    to_board, to_client = UartTransmitter(baud), UartTransmitter(baud)
    poller = select.poll()
    for fd in (*stop_fds, terminal.fileno(), board.fileno()):
        poller.register(fd, select.POLLIN)
    while True:
        accepts = to_board.backlog_octets + to_client.backlog_octets < _MAX_BACKLOG_OCTETS
        poller.modify(terminal.fileno(), select.POLLIN if accepts else 0)
        next_due_s = min(to_board.next_due_s, to_client.next_due_s)
        ready = {fd for fd, _ in poller.poll(_wait_ms(next_due_s - time.monotonic()))}
        if any(not os.read(fd, _READ_OCTETS) for fd in ready.intersection(stop_fds)):
            return
        now_s = time.monotonic()
        if terminal.fileno() in ready:
            to_board.send(terminal.read(), now_s)
        if board.fileno() in ready:
            to_client.send(board.read(), now_s)
        board.write(to_board.due(now_s))
        terminal.write(to_client.due(now_s))


def _options(image: Path, line_fd: int) -> list[str]:
    # the third serial port is the board's
    line = ["-serial", "null", "-serial", "null", "-chardev", f"socket,id=line,fd={line_fd}", "-serial", "chardev:line"]
    return ["-M", _MACHINE, "-kernel", str(image), "-display", "none", "-monitor", "none", *line]


def _find(tool: str, package: str) -> str:
    path = shutil.which(tool)
    if path is None:
        raise ToolError(tool, package)
    return path


def _wait_ms(wait_s: float) -> float | None:
    return None if math.isinf(wait_s) else 1000 * max(wait_s, _SHORTEST_WAIT_S)
