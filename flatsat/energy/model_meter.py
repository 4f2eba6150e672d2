"""Energy by a stated model, where nothing is measured."""

import math

from flatsat.energy.cpu_temperature import CpuTemperature
from flatsat.energy.energy_meter import EnergyReading
from flatsat.errors import ConfigError

_HIGHEST_W = 10_000.0


class ModelMeter:
    """So many watts always, and so many more while the model is at work."""

    trouble = ""

    def __init__(self, idle_w: float, busy_w: float, temperature: CpuTemperature) -> None:
        """Raise ConfigError for what is no power."""
        for value in (idle_w, busy_w):
            if not (math.isfinite(value) and 0 <= value <= _HIGHEST_W):
                raise ConfigError("energy", f"model:{idle_w:g},{busy_w:g}", f"watts from 0 to {_HIGHEST_W:g}")
        self._idle_w, self._busy_w, self._temperature = idle_w, busy_w, temperature
        self._energy_j = 0.0
        self._last_s: float | None = None
        self.measures = f"model: not measured, {idle_w:g} W and {busy_w:g} W more while the model works"

    def read(self, now_s: float, *, busy: bool) -> EnergyReading:
        """Return the reading; what was done since the last one counts as what is done now."""
        power_w = self._idle_w + (self._busy_w if busy else 0.0)
        if self._last_s is not None:
            self._energy_j += power_w * max(0.0, now_s - self._last_s)
        self._last_s = now_s
        return EnergyReading(self._energy_j, power_w, self._temperature.read_c(now_s))

    def close(self) -> None:
        """Nothing is open."""
