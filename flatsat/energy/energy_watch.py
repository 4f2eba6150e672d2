"""Whether the payload's power and heat let the model work."""

from collections.abc import Callable

from flatsat.energy.energy_meter import EnergyReading
from flatsat.energy.energy_policy import Decision, EnergyLimits, EnergyPolicy, Go, Readings
from flatsat.payload_power import PayloadPower


class EnergyWatch:
    """Judges what the board and the meter read, one moment after the other; `decision` is the last."""

    def __init__(self, limits: EnergyLimits, power: PayloadPower, metered: Callable[[], EnergyReading]) -> None:
        """Take the limits, what is known of the payload's power, and what gives the meter's last reading."""
        self._policy = EnergyPolicy(limits)
        self._power, self._metered = power, metered
        self.decision: Decision = Go()

    def tick(self, now_s: float) -> None:
        """Judge the moment."""
        self.decision = self._policy.judge(self.readings(now_s))

    def obstacle(self, now_s: float) -> str:
        """Return why no answer may begin, '' if one may."""
        if not self._power.on(now_s):
            return "the payload has no power"
        return "" if isinstance(self.decision, Go) else self.decision.why

    def readings(self, now_s: float) -> Readings:
        """Return what is known of battery and payload; the hottest place counts."""
        board = self._power.readings(now_s)
        temperatures_c = [board.temperature_c, self._metered().temperature_c]
        hottest_c = max((each for each in temperatures_c if each is not None), default=None)
        return Readings(board.battery_charge, board.bus_voltage_v, hottest_c, bool(board.throttled))
