"""What an answer costs."""

from dataclasses import dataclass

from flatsat.energy.energy_meter import EnergyReading

_BOUND_C, _BOUND_J = 1000.0, 1e9


@dataclass(frozen=True, slots=True)
class Cost:
    """Energy, and the highest temperature meanwhile; None where nothing was measured."""

    energy_j: float | None = None
    peak_temperature_c: float | None = None

    def plus(self, other: "Cost") -> "Cost":
        """Return the cost of both: what is known of either counts."""
        energies = [each.energy_j for each in (self, other) if each.energy_j is not None]
        peaks = [each.peak_temperature_c for each in (self, other) if each.peak_temperature_c is not None]
        return Cost(sum(energies) if energies else None, max(peaks, default=None))


class CostCounter:
    """Follows the readings from the beginning of an answer. What no sensor can have measured counts as nothing."""

    def __init__(self, first: EnergyReading) -> None:
        self._first_j = first.energy_j
        self._cost = Cost()
        self.add(first)

    def add(self, reading: EnergyReading) -> None:
        """Take a reading."""
        temperature_c = reading.temperature_c
        peak = Cost(None, temperature_c if temperature_c is not None and abs(temperature_c) < _BOUND_C else None)
        spent = Cost(_spent_j(self._first_j, reading.energy_j), self._cost.peak_temperature_c)
        self._cost = spent.plus(peak)

    @property
    def cost(self) -> Cost:
        """The cost up to the last reading."""
        return self._cost


def _spent_j(first_j: float | None, last_j: float | None) -> float | None:
    if first_j is None or last_j is None or not 0 <= last_j - first_j < _BOUND_J:
        return None
    return last_j - first_j
