"""What the board's sensors measure: battery, payload load and heat."""

import math
from dataclasses import dataclass, fields

from firmware_sim.errors import SettingError


@dataclass(frozen=True, slots=True)
class Physics:
    """A two-cell lithium-ion battery, a payload that idles, and a board with one thermal time constant.

    Raises SettingError for a value out of range.
    """

    battery_emf_v: float = 8.0
    battery_resistance_ohm: float = 0.15
    housekeeping_current_a: float = 0.06
    payload_idle_current_a: float = 0.45
    ambient_c: float = 20.0
    thermal_resistance_c_per_w: float = 4.0
    thermal_time_constant_s: float = 90.0
    voltage_noise_v: float = 0.004
    current_noise_a: float = 0.006

    def __post_init__(self) -> None:
        for field in fields(self):
            lowest, highest = _ACCEPTED.get(field.name, (0.0, 10.0))
            if not lowest <= getattr(self, field.name) <= highest:
                raise SettingError(field.name, getattr(self, field.name), f"{lowest} to {highest}")

    def payload_current_a(self, rail_on: bool) -> float:
        """Return the payload's mean current; what it computes is unknown to the board, so it idles."""
        return self.payload_idle_current_a if rail_on else 0.0

    def bus_voltage_v(self, rail_on: bool) -> float:
        """Return the battery's terminal voltage, which sags with the load: emf - R I, never below 0."""
        current_a = self.housekeeping_current_a + self.payload_current_a(rail_on)
        return max(0.0, self.battery_emf_v - self.battery_resistance_ohm * current_a)

    def temperature_after_c(self, temperature_c: float, rail_on: bool, elapsed_s: float) -> float:
        """Return the temperature after `elapsed_s`: a first-order lag towards ambient plus the own heat."""
        current_a = self.housekeeping_current_a + self.payload_current_a(rail_on)
        power_w = self.bus_voltage_v(rail_on) * current_a
        settled_c = self.ambient_c + self.thermal_resistance_c_per_w * power_w
        return settled_c + (temperature_c - settled_c) * math.exp(-elapsed_s / self.thermal_time_constant_s)


_ACCEPTED = {
    "battery_emf_v": (1.0, 50.0),
    "ambient_c": (-150.0, 150.0),
    "thermal_time_constant_s": (0.1, 1e6),
    "voltage_noise_v": (0.0, 0.5),
    "current_noise_a": (0.0, 0.5),
}
