"""Power monitors on I2C, by way of the kernel's drivers: INA219, INA226, INA3221 and their kin."""

from pathlib import Path

from flatsat.energy.cpu_temperature import CpuTemperature
from flatsat.energy.energy_meter import EnergyReading
from flatsat.energy.power_integral import PowerIntegral
from flatsat.energy.sysfs import read_integer, read_text
from flatsat.errors import ConfigError

_CHIPS = ("ina219", "ina220", "ina226", "ina230", "ina231", "ina238", "ina260", "ina3221")
"""What the drivers ina2xx, ina238 and ina3221 call themselves in the file `name`."""
_PERIOD_S = 0.1
"""A sample is an exchange on the bus of a millisecond."""


class HwmonMeter:
    """A chip's first channel: its power where the chip works that out, else voltage times current.

    Files as in the kernel's Documentation/hwmon/sysfs-interface: power1_input in uW, in1_input in mV, curr1_input in
    mA. The chip measures whatever its shunt is in: the supply of the whole computer, as a rule.
    """

    def __init__(self, chip: str | None, temperature: CpuTemperature, root: Path) -> None:
        """Take the chip of a name, or the first that is known. Raises ConfigError if there is none."""
        self._temperature = temperature
        self._folder = _folder(chip, root)
        self._integral = PowerIntegral()
        self._power_w: float | None = None
        self._due_s = float("-inf")
        name = read_text(self._folder / "name")
        self.measures = f"{name}: what its shunt is in, the supply as a rule; within 1 % (the shunt) and 0.1 s of power"
        self.trouble = ""

    def read(self, now_s: float, *, busy: bool) -> EnergyReading:  # noqa: ARG002
        """Return the reading; a sample is taken every 0.1 s."""
        if now_s >= self._due_s:
            self._due_s = now_s + _PERIOD_S
            self._sample(now_s)
        return EnergyReading(self._integral.energy_j, self._power_w, self._temperature.read_c(now_s))

    def close(self) -> None:
        """Nothing is open."""

    def _sample(self, now_s: float) -> None:
        self._power_w = _power_w(self._folder)
        self.trouble = "" if self._power_w is not None else f"{self._folder} cannot be read: energy is not measured"
        if self._power_w is None:
            self._integral.pause()
        else:
            self._integral.add(self._power_w, now_s)


def _folder(chip: str | None, root: Path) -> Path:
    names = {folder: read_text(folder / "name") for folder in sorted(root.glob("hwmon*"))}
    wanted = _CHIPS if chip is None else (chip,)
    found = next((folder for folder, name in names.items() if name in wanted), None)
    if found is None or _power_w(found) is None:
        there = ", ".join(filter(None, names.values())) or "none"
        accepted = f"a power monitor under {root} with power1_input, or in1_input and curr1_input; there: {there}"
        raise ConfigError("energy", "hwmon" if chip is None else f"hwmon:{chip}", accepted)
    return found


def _power_w(folder: Path) -> float | None:
    power_uw = read_integer(folder / "power1_input")
    if power_uw is not None:
        return power_uw / 1e6
    voltage_mv, current_ma = read_integer(folder / "in1_input"), read_integer(folder / "curr1_input")
    return None if voltage_mv is None or current_ma is None else voltage_mv * current_ma / 1e6
