"""What the sensors read: the world with noise."""

import random
from collections.abc import Mapping
from dataclasses import dataclass, fields

from firmware_sim.checks import check_range
from firmware_sim.radio_board import rssi_dbm
from firmware_sim.world import Loads, OperatingPoint, World
from protocol.serial.board import Rail


@dataclass(frozen=True, slots=True)
class Noise:
    """Standard deviations of the readings. Raises SettingError for a value out of range."""

    voltage_v: float = 0.004
    current_a: float = 0.006
    rssi_db: float = 1.0

    def __post_init__(self) -> None:
        for field in fields(self):
            check_range(field.name, getattr(self, field.name), 0.0, 3.0)


@dataclass(frozen=True, slots=True)
class Measurement:
    """What the sensors read at one moment."""

    bus_voltage_v: float
    battery_current_a: float
    solar_voltage_v: float
    solar_current_a: float
    charge: float
    rail_voltages_v: Mapping[Rail, float]
    rail_currents_a: Mapping[Rail, float]
    payload_temperature_c: float
    board_temperature_c: float
    amplifier_temperature_c: float
    rssi_dbm: float
    payload_energy_mj: int
    peak_temperature_c: float


class Sensors:
    """Reads the world, with the noise that the generator gives."""

    def __init__(self, generator: random.Random, noise: Noise) -> None:
        self._random, self._noise = generator, noise

    def measure(
        self,
        world: World,
        loads: Loads,
        point: OperatingPoint,
        rails_on: frozenset[Rail],
        energy_j: float,
        peak_temperature_c: float,
    ) -> Measurement:
        """Return a reading of everything; a rail that is off reads 0."""
        bus_v = max(0.0, point.bus_voltage_v + self._random.gauss(0.0, self._noise.voltage_v))
        noise_a = {rail: self._random.gauss(0.0, self._noise.current_a) for rail in Rail}
        drawn_a = {Rail.PAYLOAD: loads.payload_a, Rail.RADIO: loads.radio_a}
        return Measurement(
            bus_voltage_v=bus_v,
            battery_current_a=point.battery_current_a + self._random.gauss(0.0, self._noise.current_a),
            solar_voltage_v=point.solar_voltage_v,
            solar_current_a=point.solar_current_a,
            charge=world.charge,
            rail_voltages_v={rail: bus_v if rail in rails_on else 0.0 for rail in Rail},
            rail_currents_a={rail: drawn_a[rail] + noise_a[rail] if rail in rails_on else 0.0 for rail in Rail},
            payload_temperature_c=world.temperatures.payload_c,
            board_temperature_c=world.temperatures.board_c,
            amplifier_temperature_c=world.temperatures.amplifier_c,
            rssi_dbm=rssi_dbm(Rail.RADIO in rails_on, self._random.gauss(0.0, self._noise.rssi_db)),
            payload_energy_mj=int(1000 * energy_j),
            peak_temperature_c=peak_temperature_c,
        )
