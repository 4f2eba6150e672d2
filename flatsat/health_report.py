"""The report of the spacecraft's health."""

from dataclasses import replace
from math import isfinite

from flatsat.energy.energy_watch import EnergyWatch
from flatsat.payload_power import PayloadPower
from protocol.errors import LocalError
from protocol.messages import Health
from radio.modem.reception import FrameQuality

FIRST_HEALTH_S = 1.0
"""Link time from the start to the first report of health: the board has been heard by then."""


class HealthReport:
    """Adds to what the program knows of itself what the board, the meter and the uplink's receiver read."""

    def __init__(self, power: PayloadPower, energy: EnergyWatch, period_s: float, now_s: float) -> None:
        """Report every `period_s`, for the first time soon after `now_s`."""
        self._power, self._energy, self._period_s = power, energy, period_s
        self._due_s = now_s + FIRST_HEALTH_S
        self.heard: FrameQuality | None = None
        """The quality of the last good frame; a packet radio measures none."""

    def hasten(self, now_s: float) -> None:
        """Have the next report be due at once."""
        self._due_s = now_s

    def due(self, now_s: float) -> bool:
        """Return whether a report is due; the next is, a period from now."""
        if now_s < self._due_s:
            return False
        self._due_s = now_s + self._period_s
        return True

    def complete(self, program: Health, now_s: float) -> Health:
        """Return the state to report; a reading that no sensor can have made counts as none."""
        state = program
        if self.heard is not None:
            es_n0_db, offset_hz = _finite(self.heard.es_n0_db), _finite(self.heard.last_offset_hz)
            state = replace(state, uplink_es_n0_db=es_n0_db, uplink_offset_hz=offset_hz)
        status, readings = self._power.status(now_s), self._energy.readings(now_s)
        try:
            state = replace(state, payload_temperature_c=readings.temperature_c, battery_charge=readings.charge)
            if status is None:
                return state
            return replace(
                state,
                bus_voltage_v=status.bus_voltage_v,
                current_a=status.payload_current_a,
                temperature_c=status.temperature_c,
                payload_rail_on=status.payload_rail_on,
                watchdog_resets=status.watchdog_resets,
            )
        except LocalError:
            return state


def _finite(value: float) -> float | None:
    return float(value) if isfinite(value) else None
