"""The port to whatever measures the energy and the temperature of what computes."""

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class EnergyReading:
    """What a meter reads; None where it has no sensor for it, or the sensor does not answer."""

    energy_j: float | None = None
    """Since the meter was opened; it never falls."""
    power_w: float | None = None
    temperature_c: float | None = None


class EnergyMeter(Protocol):
    """A source of readings. No call waits."""

    measures: str
    """The source, what of the machine it measures, and how well."""
    trouble: str
    """Why nothing is read at the moment, '' while something is."""

    def read(self, now_s: float, *, busy: bool) -> EnergyReading:
        """Return the reading at link time `now_s`, up to which the model was at work since the last call, or not."""

    def close(self) -> None:
        """Give the source back."""
