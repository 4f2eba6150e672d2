"""The C firmware's pure parts, built for this computer and called as a library."""

import ctypes
import shutil
import subprocess
from collections.abc import Callable

import pytest

from firmware_sim.qemu import FIRMWARE_FOLDER
from protocol.serial.board import ResetCause

RING_OCTETS = 4096


class CFirmware:
    """The C firmware on a line of octets; time is what it is told, in ms from power-on."""

    def __init__(self, library: ctypes.CDLL) -> None:
        self._library = library
        self._started_ms = 0
        self._board_resets = 0
        library.host_start(ResetCause.POWER_ON, 0)

    def receive(self, octets: bytes, now_ms: int) -> bytes:
        """Take in `octets` at `now_ms` and return what the board has sent by then; to be called every 10 ms."""
        self._library.host_write(octets, len(octets))
        wants_restart = self._library.host_run(ctypes.c_uint64(now_ms - self._started_ms))
        sent = self._sent()
        if wants_restart:
            self._board_resets += 1
            self._started_ms = now_ms
            self._library.host_start(ResetCause.BOARD_RESET, self._board_resets)
        return sent

    def _sent(self) -> bytes:
        buffer = ctypes.create_string_buffer(RING_OCTETS)
        count = self._library.host_read(buffer, len(buffer))
        return buffer.raw[:count]


@pytest.fixture(scope="session")
def firmware_library(tmp_path_factory: pytest.TempPathFactory) -> ctypes.CDLL:
    """`libboard.so`; the test is skipped where there is no compiler."""
    for tool, package in (("make", "make"), ("cc", "gcc")):
        if shutil.which(tool) is None:
            pytest.skip(f"{tool} is not installed: Debian's {package} has it")
    folder = tmp_path_factory.mktemp("firmware")
    subprocess.run(["make", "-C", str(FIRMWARE_FOLDER), f"BUILD={folder}", "host"], check=True, capture_output=True)
    library = ctypes.CDLL(str(folder / "libboard.so"))
    for function in (library.framing_encode, library.host_read):
        function.restype = ctypes.c_size_t
    for function in (library.host_run, library.deframer_push, library.rail_apply, library.retained_is_valid):
        function.restype = ctypes.c_bool
    library.framing_crc.restype = ctypes.c_uint16
    return library


@pytest.fixture(scope="session")
def start_c_firmware(firmware_library: ctypes.CDLL) -> Callable[[], CFirmware]:
    """Power the C firmware on: there is one, so the one before is gone."""
    return lambda: CFirmware(firmware_library)
