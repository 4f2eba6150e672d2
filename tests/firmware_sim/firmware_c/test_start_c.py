import ctypes
from enum import IntEnum

import pytest

from protocol.serial.board import ResetCause


class StartReason(IntEnum):
    """As hal.h has it."""

    UNKNOWN = 0
    POWER_ON = 1
    RESET = 2
    WATCHDOG = 3
    BROWN_OUT = 4


BROWN_OUT, PIN, POWER_ON, SOFTWARE, INDEPENDENT_WATCHDOG, WINDOW_WATCHDOG = (1 << bit for bit in range(25, 31))


@pytest.mark.parametrize(
    ("rcc_csr", "reason"),
    [
        (0, StartReason.UNKNOWN),  # QEMU has no such register
        (0x0E000000, StartReason.POWER_ON),  # its value after a power-on: RM0033, section 5.3.21
        (PIN, StartReason.RESET),
        (PIN | SOFTWARE, StartReason.RESET),
        (PIN | INDEPENDENT_WATCHDOG, StartReason.WATCHDOG),
        (PIN | WINDOW_WATCHDOG, StartReason.WATCHDOG),
        (PIN | BROWN_OUT, StartReason.BROWN_OUT),
    ],
)
def test_what_the_reset_flags_say(firmware_library: ctypes.CDLL, rcc_csr: int, reason: StartReason) -> None:
    assert StartReason(firmware_library.stm32f2_start_reason(rcc_csr)) is reason


@pytest.mark.parametrize(
    ("reason", "memory_kept", "cause"),
    [
        (StartReason.UNKNOWN, False, ResetCause.POWER_ON),
        (StartReason.UNKNOWN, True, ResetCause.BOARD_RESET),
        (StartReason.POWER_ON, True, ResetCause.POWER_ON),
        (StartReason.RESET, True, ResetCause.BOARD_RESET),
        (StartReason.WATCHDOG, True, ResetCause.WATCHDOG),
        (StartReason.BROWN_OUT, True, ResetCause.BROWN_OUT),
        (StartReason.WATCHDOG, False, ResetCause.POWER_ON),
    ],
)
def test_why_the_board_started(
    firmware_library: ctypes.CDLL, reason: StartReason, memory_kept: bool, cause: ResetCause
) -> None:
    assert ResetCause(firmware_library.start_cause(int(reason), memory_kept)) is cause
