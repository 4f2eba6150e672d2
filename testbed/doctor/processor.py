"""What slows a small computer down: a governor, heat, a weak power supply."""

import os
from collections.abc import Iterator
from dataclasses import dataclass

from testbed.doctor.finding import Finding, fault, ok
from testbed.doctor.machine import Machine
from testbed.doctor.needs import Needs

NAME = "processor"
_GOVERNOR = "/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor"
_COOLING = "/sys/class/thermal"
_SENSORS = "/sys/class/hwmon"
_SLOWING = ("cpufreq", "devfreq", "Processor")
"""In the kinds of cooling devices that are clock rates, not fans."""
_STEADY = "performance"


@dataclass(frozen=True, slots=True)
class Processor:
    """How it runs now."""

    board: str
    """A small computer's name, as its device tree has it; '' of others."""
    cores: int
    governor: str
    throttled: bool
    under_voltage: bool
    """A Raspberry Pi's supply was too low since the last look."""

    @classmethod
    def of(cls, machine: Machine) -> "Processor":
        """Look at what the kernel tells."""
        board = machine.text("/proc/device-tree/model") or ""
        governor = machine.text(_GOVERNOR) or ""
        return cls(board, os.cpu_count() or 1, governor, any(_slowed(machine)), any(_alarms(machine)))


def _slowed(machine: Machine) -> Iterator[bool]:
    """For each cooling device that is a clock rate, whether it is held back."""
    for name in machine.names(_COOLING):
        kind = machine.text(f"{_COOLING}/{name}/type") or ""
        if any(part in kind for part in _SLOWING):
            yield machine.text(f"{_COOLING}/{name}/cur_state") not in ("0", None)


def _alarms(machine: Machine) -> Iterator[bool]:
    """For each sensor of a Raspberry Pi's supply, whether it gives the alarm."""
    for name in machine.names(_SENSORS):
        if machine.text(f"{_SENSORS}/{name}/name") == "rpi_volt":
            yield machine.text(f"{_SENSORS}/{name}/in0_lcrit_alarm") == "1"


def judge_processor(processor: Processor) -> Finding:
    """Say what slows it down; nothing here keeps a rig from working, but answers are late."""
    what = f"{processor.board or 'this computer'}, {processor.cores} cores"
    if processor.under_voltage:
        return fault(NAME, f"{what}: under-voltage", "take the maker's own power supply and cable", needed=False)
    if processor.throttled:
        return fault(
            NAME, f"{what}: slowed down by heat", "cool it; watch -n1 cat /sys/class/thermal/*/temp", needed=False
        )
    if processor.governor not in ("", _STEADY):
        mend = "echo performance | sudo tee /sys/devices/system/cpu/cpu*/cpufreq/scaling_governor"
        return fault(NAME, f"{what}; governor {processor.governor}: timings vary", mend, needed=False)
    return ok(NAME, what)


def check_processor(machine: Machine, needs: Needs) -> Iterator[Finding]:  # noqa: ARG001 - any rig likes it fast
    """Look, and judge."""
    yield judge_processor(Processor.of(machine))
