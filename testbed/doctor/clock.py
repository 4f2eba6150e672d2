"""Whether the system's clock is right, and how fast it drifts."""

from collections.abc import Iterator
from dataclasses import dataclass

from testbed.doctor.finding import Finding, fault, ok
from testbed.doctor.machine import Machine
from testbed.doctor.needs import Needs

NAME = "clock"
_TIMESYNCD = "/run/systemd/timesync/synchronized"
_CHRONY_FIELDS = 14
_OFFSET_S, _DRIFT_PPM, _LEAP = 4, 7, 13
"""Of ``chronyc -c tracking``: system time's offset, frequency, leap status."""
_UNSYNCHRONISED = "Not synchronised"
_LARGEST_OFFSET_S = 0.1
_MEND = "sudo apt-get install chrony"


@dataclass(frozen=True, slots=True)
class Clock:
    """What keeps the clock tells of it."""

    synchronised: bool
    by: str = ""
    offset_s: float | None = None
    drift_ppm: float | None = None

    @classmethod
    def of(cls, machine: Machine) -> "Clock":
        """Ask chrony, which tells most; then systemd."""
        said = machine.run(["chronyc", "-c", "tracking"])
        told = said.last_line.split(",") if said else []
        if len(told) == _CHRONY_FIELDS:
            return cls(told[_LEAP] != _UNSYNCHRONISED, "chrony", float(told[_OFFSET_S]), float(told[_DRIFT_PPM]))
        if machine.at(_TIMESYNCD).exists():
            return cls(True, "systemd-timesyncd")
        said = machine.run(["timedatectl", "show", "--property=NTPSynchronized", "--value"])
        return cls(said is not None and said.last_line == "yes", "the kernel's word")


def judge_clock(clock: Clock, *, needed: bool) -> Finding:
    """Say whether times of this machine can be compared with those of others."""
    if not clock.synchronised:
        says = "nothing keeps it: for real passes, and for benches of two machines"
        return fault(NAME, says, _MEND, needed=needed)
    if clock.offset_s is not None and abs(clock.offset_s) > _LARGEST_OFFSET_S:
        return fault(NAME, f"off by {clock.offset_s:.3g} s", "sudo chronyc makestep", needed=needed)
    drift = f", drift {clock.drift_ppm:+.1f} ppm" if clock.drift_ppm is not None else ""
    return ok(NAME, f"synchronised, by {clock.by}{drift}")


def check_clock(machine: Machine, needs: Needs) -> Iterator[Finding]:
    """Ask, and judge."""
    yield judge_clock(Clock.of(machine), needed=needs.clock)
