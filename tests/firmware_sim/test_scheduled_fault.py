import pytest

from firmware_sim.errors import SettingError
from firmware_sim.scheduled_fault import ScheduledFault
from protocol.serial.board import FaultKind


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("brown-out:2000@60", ScheduledFault(60.0, FaultKind.BROWN_OUT, 2000)),
        ("lose-octets:3@12.5", ScheduledFault(12.5, FaultKind.LOSE_OCTETS, 3)),
        ("board-reset:0@0", ScheduledFault(0.0, FaultKind.BOARD_RESET, 0)),
        ("stuck:4294967295@1", ScheduledFault(1.0, FaultKind.STUCK, 2**32 - 1)),
    ],
)
def test_fault_is_read(text: str, fault: ScheduledFault) -> None:
    assert ScheduledFault.parse(text) == fault


@pytest.mark.parametrize(
    "text",
    [
        "",
        "brown-out",
        "brown-out:5",
        "brown-out@5",
        "fire:1@1",
        "stuck:-1@1",
        "stuck:1@-1",
        "stuck:4294967296@1",
        "stuck:1@nan",
    ],
)
def test_anything_else_is_refused_with_what_there_is(text: str) -> None:
    with pytest.raises(SettingError, match=r"KIND:PARAMETER@TIME_S, KIND one of lose-octets, .*, board-reset"):
        ScheduledFault.parse(text)
