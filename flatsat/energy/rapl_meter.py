"""The energy counters of a PC's processors (Running Average Power Limit), by way of the kernel's powercap."""

import errno
from pathlib import Path

from flatsat.energy.cpu_temperature import CpuTemperature
from flatsat.energy.energy_meter import EnergyReading
from flatsat.energy.sysfs import read_integer, read_text
from flatsat.errors import ConfigError

_PERIOD_S = 0.1
"""Far less than a counter takes to begin anew: a minute at the least."""


class _Counter:
    """One package's counter, which begins anew at its range (the kernel's Documentation/power/powercap)."""

    def __init__(self, zone: Path) -> None:
        self._path = zone / "energy_uj"
        self._range_uj = read_integer(zone / "max_energy_range_uj") or 0
        self._last_uj = read_integer(self._path)

    def advance_uj(self) -> int | None:
        """Return what was counted since the last call, None if the counter cannot be read."""
        now_uj, last_uj = read_integer(self._path), self._last_uj
        self._last_uj = now_uj
        if now_uj is None or last_uj is None:
            return None
        return max(0, now_uj - last_uj + (self._range_uj if now_uj < last_uj else 0))


class RaplMeter:
    """All packages of the machine: cores, caches and what else is on the chip; not memory, disk or power supply."""

    measures = "rapl: the CPU packages alone, all that runs on them; within a few per cent"

    def __init__(self, temperature: CpuTemperature, root: Path) -> None:
        """Raise ConfigError if there are no counters, or they may not be read."""
        zones = [zone for zone in sorted(root.glob("intel-rapl:*")) if read_text(zone / "name").startswith("package")]
        _require_readable(zones, root)
        self._temperature = temperature
        self._counters = [_Counter(zone) for zone in zones]
        self._energy_j = 0.0
        self._power_w: float | None = None
        self._sampled_s: float | None = None
        self.trouble = ""

    def read(self, now_s: float, *, busy: bool) -> EnergyReading:  # noqa: ARG002
        """Return the reading; the counters are read every 0.1 s."""
        if self._sampled_s is None or now_s >= self._sampled_s + _PERIOD_S:
            self._sample(now_s)
        return EnergyReading(self._energy_j, self._power_w, self._temperature.read_c(now_s))

    def close(self) -> None:
        """Nothing is open."""

    def _sample(self, now_s: float) -> None:
        counted = [counter.advance_uj() for counter in self._counters]
        counted_j = sum(each for each in counted if each is not None) / 1e6
        self._energy_j += counted_j
        self._power_w = None if self._sampled_s is None else counted_j / (now_s - self._sampled_s)
        self._sampled_s = now_s
        self.trouble = "a counter of RAPL cannot be read any more: energy is not measured" if None in counted else ""


def _require_readable(zones: list[Path], root: Path) -> None:
    if not zones:
        accepted = f"a machine with RAPL counters ({root}/intel-rapl:*), which this is not"
        raise ConfigError("energy", "rapl", accepted)
    try:
        for zone in zones:
            (zone / "energy_uj").read_bytes()
    except OSError as error:
        may_not = error.errno in (errno.EACCES, errno.EPERM)
        mended = f"; only root may read it: sudo chmod a+r {error.filename}" if may_not else ""
        accepted = f"a counter that can be read ({error.filename}: {error.strerror}{mended})"
        raise ConfigError("energy", "rapl", accepted) from None
