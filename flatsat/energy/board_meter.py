"""Energy and heat of the payload, as the board measures them on its rail."""

from flatsat.energy.energy_meter import EnergyReading
from flatsat.payload_power import PayloadPower

_LONGEST_S = 1.5
"""Between two readings; longer ago than that the board does not answer."""


class BoardMeter:
    """The board's count, and between two of its readings what the power last read adds to it."""

    measures = (
        "board: the payload's rail, all that it feeds; as good as the board's sensors, and 1 s of a change of power"
    )
    trouble = ""  # the spacecraft tells it: without its board nothing runs at all

    def __init__(self, power: PayloadPower) -> None:
        self._power = power
        self._counted_j = 0.0
        self._counted_s: float | None = None
        self._energy_j = 0.0

    def read(self, now_s: float, *, busy: bool) -> EnergyReading:  # noqa: ARG002
        """Return the reading; the energy is None until the board has told one."""
        readings = self._power.readings(now_s)
        if self._power.energy_j != self._counted_j:
            self._counted_j, self._counted_s = self._power.energy_j, now_s
        if self._counted_s is None:
            return EnergyReading(None, readings.power_w, readings.temperature_c)
        since_j = (readings.power_w or 0.0) * min(now_s - self._counted_s, _LONGEST_S)
        self._energy_j = max(self._energy_j, self._counted_j + since_j)
        return EnergyReading(self._energy_j, readings.power_w, readings.temperature_c)

    def close(self) -> None:
        """Nothing is open: the line to the board is another's."""
