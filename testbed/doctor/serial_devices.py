"""The serial devices that a bench names, and the group that may use them."""

from collections.abc import Iterator
from dataclasses import dataclass

from testbed.doctor.finding import Finding, fault, lack, ok
from testbed.doctor.machine import Machine
from testbed.doctor.needs import Needs

NAME = "serial"
_GROUP = "dialout"
_BY_ID = "/dev/serial/by-id"
_ROOT = 0


@dataclass(frozen=True, slots=True)
class SerialDevice:
    """One that the bench names."""

    path: str
    there: bool
    usable: bool
    """Whether this user may read and write it."""

    @classmethod
    def of(cls, machine: Machine, path: str) -> "SerialDevice":
        """Look for a device."""
        return cls(path, machine.at(path).exists(), machine.may_use(machine.at(path)))


def judge_device(device: SerialDevice, plugged_in: list[str]) -> Finding:
    """Say whether it is there and may be used."""
    if not device.there:
        there = ", ".join(f"{_BY_ID}/{name}" for name in plugged_in) or "no other either"
        mend = f"plug it in, or name in the bench's file: {there}"
        return lack(NAME, f"no {device.path}", mend, needed=True)
    if not device.usable:
        mend = f"sudo usermod -aG {_GROUP} $USER  # then log in again"
        return fault(NAME, f"this user may not use {device.path}", mend, needed=True)
    return ok(NAME, device.path)


def judge_group(groups: frozenset[str], user_id: int) -> Finding:
    """Say whether serial devices could be used, were there any."""
    if user_id == _ROOT:
        return ok(NAME, "none named; root may use any")
    if _GROUP in groups:
        return ok(NAME, f"none named; this user is in the group {_GROUP}")
    mend = f"sudo usermod -aG {_GROUP} $USER  # then log in again"
    return lack(NAME, f"this user is not in the group {_GROUP}: for boards and packet radios", mend, needed=False)


def group_names(machine: Machine) -> frozenset[str]:
    """Return the names of the groups that this process is in."""
    rows = (line.split(":") for line in (machine.text("/etc/group") or "").splitlines())
    ids = {str(number) for number in machine.group_ids}
    return frozenset(row[0] for row in rows if len(row) > 2 and row[2] in ids)


def check_serial_devices(machine: Machine, needs: Needs) -> Iterator[Finding]:
    """Look, and judge."""
    for path in needs.serial_devices:
        yield judge_device(SerialDevice.of(machine, path), machine.names(_BY_ID))
    if not needs.serial_devices:
        yield judge_group(group_names(machine), machine.user_id)
