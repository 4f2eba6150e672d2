from dataclasses import replace

import pytest

from testbed.doctor.finding import Level
from testbed.doctor.serial_devices import SerialDevice, check_serial_devices, group_names, judge_device, judge_group
from tests.testbed.doctor.conftest import NOTHING, MakeMachine, told

GROUPS = "root:x:0:\ndialout:x:20:somebody\nusers:x:100:\nbroken line\n"
BOARD = "/dev/serial/by-id/usb-board"


@pytest.mark.parametrize("usable", [True, False])
def test_a_device_is_looked_at(make_machine: MakeMachine, usable: bool) -> None:
    machine = make_machine({"/dev/ttyUSB0": ""}, may_use=lambda _: usable)
    assert SerialDevice.of(machine, "/dev/ttyUSB0") == SerialDevice("/dev/ttyUSB0", True, usable)
    assert not SerialDevice.of(machine, "/dev/ttyUSB1").there


@pytest.mark.parametrize(("others", "words"), [(["usb-board"], BOARD), ([], "no other")])
def test_a_device_that_is_not_there_shows_those_that_are(others: list[str], words: str) -> None:
    finding = judge_device(SerialDevice("/dev/ttyACM0", False, False), others)
    assert finding.level is Level.MISSING
    assert "/dev/ttyACM0" in finding.says
    assert words in finding.mend


def test_a_device_without_rights() -> None:
    finding = judge_device(SerialDevice(BOARD, True, False), [])
    assert finding.level is Level.WRONG
    assert "usermod -aG dialout" in finding.mend


def test_a_device_that_may_be_used() -> None:
    assert judge_device(SerialDevice(BOARD, True, True), []).level is Level.OK


def test_groups_are_those_of_the_process(make_machine: MakeMachine) -> None:
    machine = make_machine({"/etc/group": GROUPS}, group_ids=frozenset({20, 100}))
    assert group_names(machine) == {"dialout", "users"}


@pytest.mark.parametrize(
    ("groups", "user_id", "level"),
    [({"dialout"}, 1000, Level.OK), ({"users"}, 1000, Level.ABSENT), (set[str](), 0, Level.OK)],
)
def test_the_group_counts_where_no_device_is_named(groups: set[str], user_id: int, level: Level) -> None:
    assert judge_group(frozenset(groups), user_id).level is level


def test_every_device_of_the_rig_is_told(make_machine: MakeMachine) -> None:
    machine = make_machine({"/dev/ttyUSB0": "", "/etc/group": GROUPS})
    needs = replace(NOTHING, serial_devices=("/dev/ttyUSB0", "/dev/ttyUSB1"))
    assert told(list(check_serial_devices(machine, needs))) == [("serial", "ok"), ("serial", "missing")]
    (finding,) = check_serial_devices(machine, NOTHING)
    assert finding.level is Level.ABSENT
