"""A two-cell lithium-ion battery: its voltage by its charge and its current."""

from bisect import bisect_left
from dataclasses import dataclass

from firmware_sim.checks import check_range

# Two cells of a lithium-ion battery at rest, in V by charge, linear between the points.
_CHARGES = (0.0, 0.1, 0.5, 0.9, 1.0)
_OPEN_CIRCUIT_V = (6.0, 6.8, 7.4, 8.0, 8.4)


@dataclass(frozen=True, slots=True)
class Battery:
    """A battery that counts coulombs and sags with the load; charge is 0 to 1, a current above 0 charges.

    Raises SettingError for a value out of range.
    """

    capacity_c: float = 9360.0
    """In coulomb: 2.6 Ah."""
    resistance_ohm: float = 0.15

    def __post_init__(self) -> None:
        check_range("capacity_c", self.capacity_c, 1.0, 1e7)
        check_range("resistance_ohm", self.resistance_ohm, 1e-3, 10.0)

    def open_circuit_voltage_v(self, charge: float) -> float:
        """Return the voltage without a current."""
        above = max(1, bisect_left(_CHARGES, charge))
        (low, high), (low_v, high_v) = _CHARGES[above - 1 : above + 1], _OPEN_CIRCUIT_V[above - 1 : above + 1]
        return low_v + (high_v - low_v) * (charge - low) / (high - low)

    def voltage_v(self, charge: float, current_a: float) -> float:
        """Return the voltage at the terminals, never below 0."""
        return max(0.0, self.open_circuit_voltage_v(charge) + self.resistance_ohm * current_a)

    def highest_charging_current_a(self, charge: float) -> float:
        """Return the current at which the terminals are at a full battery's voltage: the shunt takes the rest."""
        return (_OPEN_CIRCUIT_V[-1] - self.open_circuit_voltage_v(charge)) / self.resistance_ohm

    def charge_after(self, charge: float, current_a: float, elapsed_s: float) -> float:
        """Return the charge after `elapsed_s`, held between empty and full."""
        return min(1.0, max(0.0, charge + current_a * elapsed_s / self.capacity_c))
