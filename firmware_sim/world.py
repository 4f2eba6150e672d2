"""What is around the microcontroller: sunlight, battery, heat. It goes on when the board starts anew."""

from dataclasses import dataclass

from firmware_sim.battery import Battery
from firmware_sim.checks import check_range
from firmware_sim.solar_array import SolarArray
from firmware_sim.sunlight import Sunlight
from firmware_sim.thermal import Temperatures, ThermalModel

HOUSEKEEPING_A = 0.06
"""What the board itself draws, always."""


@dataclass(frozen=True, slots=True)
class Loads:
    """What the rails draw, and how much of the time the radio transmits, 0 to 1."""

    payload_a: float
    radio_a: float
    transmit_duty: float

    @property
    def total_a(self) -> float:
        """All that is drawn from the bus."""
        return HOUSEKEEPING_A + self.payload_a + self.radio_a


@dataclass(frozen=True, slots=True)
class OperatingPoint:
    """Where the bus settles: what the battery takes (below 0: gives), and what the array is made to give."""

    bus_voltage_v: float
    battery_current_a: float
    solar_voltage_v: float
    solar_current_a: float


class World:
    """The state of what the board measures. Raises SettingError for a charge that is not 0 to 1."""

    def __init__(
        self,
        sunlight: Sunlight | None = None,
        charge: float = 0.9,
        battery: Battery | None = None,
        array: SolarArray | None = None,
        thermal: ThermalModel | None = None,
    ) -> None:
        check_range("battery_charge", charge, 0.0, 1.0)
        self.schedule = Sunlight() if sunlight is None else sunlight
        self.sunlight = self.schedule.fraction(0.0)
        self.charge = charge
        self._battery = Battery() if battery is None else battery
        self._array = SolarArray() if array is None else array
        self._thermal = ThermalModel() if thermal is None else thermal
        self.temperatures = Temperatures(self._thermal.ambient_c)

    def operating_point(self, loads: Loads) -> OperatingPoint:
        """Return where the bus settles under `loads`."""
        surplus_a = self._array.current_a(self.sunlight) - loads.total_a
        battery_a = min(surplus_a, self._battery.highest_charging_current_a(self.charge))
        bus_v = self._battery.voltage_v(self.charge, battery_a)
        return OperatingPoint(bus_v, battery_a, self._array.voltage_v(self.sunlight, bus_v), battery_a + loads.total_a)

    def pass_time(self, loads: Loads, point: OperatingPoint, elapsed_s: float) -> float:
        """Let `elapsed_s` pass under `loads`, with the bus at `point`; return what the payload used, in J."""
        payload_w, total_w = point.bus_voltage_v * loads.payload_a, point.bus_voltage_v * loads.total_a
        self.charge = self._battery.charge_after(self.charge, point.battery_current_a, elapsed_s)
        self.temperatures = self._thermal.after(self.temperatures, total_w, payload_w, loads.transmit_duty, elapsed_s)
        return payload_w * elapsed_s
