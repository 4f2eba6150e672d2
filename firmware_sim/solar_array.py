"""The solar array, which feeds the battery's bus directly."""

from dataclasses import dataclass

from firmware_sim.checks import check_range


@dataclass(frozen=True, slots=True)
class SolarArray:
    """A current in proportion to the sunlight, through a diode. Raises SettingError for a value out of range."""

    full_sun_current_a: float = 1.5
    diode_v: float = 0.3

    def __post_init__(self) -> None:
        check_range("full_sun_current_a", self.full_sun_current_a, 0.0, 20.0)
        check_range("diode_v", self.diode_v, 0.0, 2.0)

    def current_a(self, sunlight: float) -> float:
        """Return the current that it can give."""
        return self.full_sun_current_a * sunlight

    def voltage_v(self, sunlight: float, bus_voltage_v: float) -> float:
        """Return its voltage: a diode above the bus, 0 in the dark."""
        return bus_voltage_v + self.diode_v if sunlight > 0 else 0.0
