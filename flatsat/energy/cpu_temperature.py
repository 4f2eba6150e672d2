"""The processor's temperature, as the kernel tells it."""

from pathlib import Path

from flatsat.energy.sysfs import read_integer, read_text

_TYPES = ("tj-thermal", "x86_pkg_temp", "cpu-thermal", "cpu_thermal", "soc-thermal", "soc_thermal")
"""Zones that stand for the whole processor, best first: Jetson Orin's junction, a PC's package, a Raspberry Pi's."""
_PERIOD_S = 0.1


class CpuTemperature:
    """The thermal zone of the processor, if the kernel has one (Documentation/driver-api/thermal/sysfs-api)."""

    def __init__(self, root: Path) -> None:
        zones = {read_text(zone / "type").lower(): zone / "temp" for zone in sorted(root.glob("thermal_zone*"))}
        self._path = next((zones[kind] for kind in _TYPES if kind in zones), None)
        self._last_c: float | None = None
        self._due_s = float("-inf")

    def read_c(self, now_s: float) -> float | None:
        """Return the temperature, at most 0.1 s old; None without such a zone, or while it is asleep."""
        if self._path is not None and now_s >= self._due_s:
            self._due_s = now_s + _PERIOD_S
            milli = read_integer(self._path)
            self._last_c = None if milli is None else milli / 1000
        return self._last_c
