"""Which source tells what answers cost, as it is named on a command line."""

from dataclasses import dataclass
from pathlib import Path

from flatsat.energy.cpu_temperature import CpuTemperature
from flatsat.energy.energy_meter import EnergyMeter
from flatsat.energy.hwmon_meter import HwmonMeter
from flatsat.energy.model_meter import ModelMeter
from flatsat.energy.rapl_meter import RaplMeter
from flatsat.energy.tegrastats_meter import PROGRAM, TegrastatsMeter
from flatsat.errors import ConfigError

BOARD = "board"

_ACCEPTED = "board, tegrastats, hwmon, hwmon:NAME, rapl or model:IDLE_W,BUSY_W"
_BARE = (BOARD, "tegrastats", "rapl")


@dataclass(frozen=True, slots=True)
class EnergySource:
    """A source by its kind, and what it needs to be told. Raises ConfigError where it is made of what names none."""

    kind: str
    chip: str | None = None
    idle_w: float = 0.0
    busy_w: float = 0.0

    @classmethod
    def parse(cls, text: str) -> "EnergySource":
        """Return the source of a name: board, tegrastats, hwmon, hwmon:NAME, rapl or model:IDLE_W,BUSY_W."""
        kind, colon, rest = text.partition(":")
        if kind in _BARE and not colon:
            return cls(kind)
        if kind == "hwmon" and bool(colon) == bool(rest):
            return cls(kind, rest or None)
        if kind == "model":
            try:
                idle_w, busy_w = map(float, rest.split(","))
                return cls(kind, None, idle_w, busy_w)
            except ValueError:
                pass
        raise ConfigError("energy", text, _ACCEPTED)

    def open(self, sysfs: Path = Path("/sys/class"), program: str = PROGRAM) -> EnergyMeter | None:
        """Return the meter; None for the board, whose line is another's. Raises ConfigError if it is not there."""
        temperature = CpuTemperature(sysfs / "thermal")
        match self.kind:
            case "tegrastats":
                return TegrastatsMeter(program)
            case "hwmon":
                return HwmonMeter(self.chip, temperature, sysfs / "hwmon")
            case "rapl":
                return RaplMeter(temperature, sysfs / "powercap")
            case "model":
                return ModelMeter(self.idle_w, self.busy_w, temperature)
        return None
