"""An antenna rotator: where it points, how far and how fast it turns."""

import math
from dataclasses import dataclass
from typing import Protocol

from ground.errors import RequestError


@dataclass(frozen=True, slots=True)
class Pointing:
    """Where a mount points, in its own degrees: azimuth may go beyond a full turn, elevation beyond the zenith."""

    azimuth_deg: float
    elevation_deg: float

    def turn_to(self, other: "Pointing") -> float:
        """Return how far the axis has to turn that turns farthest, in degrees."""
        return max(abs(other.azimuth_deg - self.azimuth_deg), abs(other.elevation_deg - self.elevation_deg))

    def separation_deg(self, other: "Pointing") -> float:
        """Return the angle between the two directions, 0 to 180: along the great circle, by the haversine formula."""
        here, there = math.radians(self.elevation_deg), math.radians(other.elevation_deg)
        turn = math.radians(other.azimuth_deg - self.azimuth_deg)
        square = math.sin((there - here) / 2) ** 2 + math.cos(here) * math.cos(there) * math.sin(turn / 2) ** 2
        return math.degrees(2 * math.asin(math.sqrt(min(1.0, max(0.0, square)))))


@dataclass(frozen=True, slots=True)
class RotatorLimits:
    """How far a mount turns. Raises RequestError for limits that leave directions out, or no hemisphere.

    Azimuth is counted from north over east. One that goes down to -180 or up to 450 has another stop than north, or an
    overlap. An elevation up to 180 degrees lets it go over the zenith.
    """

    lowest_azimuth_deg: float = 0.0
    highest_azimuth_deg: float = 360.0
    lowest_elevation_deg: float = 0.0
    highest_elevation_deg: float = 90.0

    def __post_init__(self) -> None:
        low, high = self.lowest_azimuth_deg, self.highest_azimuth_deg
        if not (-360 <= low <= 0 and low + 360 <= high <= 720):
            raise RequestError(
                "azimuth_deg", f"{low:g}:{high:g}", "a full turn or more that has north in it, such as [0, 450]"
            )
        low, high = self.lowest_elevation_deg, self.highest_elevation_deg
        if not (-90 <= low <= 0 and 90 <= high <= 180):
            raise RequestError("elevation_deg", f"{low:g}:{high:g}", "from -90 to 0, to 90 to 180, such as [0, 180]")

    @property
    def azimuth_deg(self) -> tuple[float, float]:
        """From stop to stop."""
        return self.lowest_azimuth_deg, self.highest_azimuth_deg

    @property
    def elevation_deg(self) -> tuple[float, float]:
        """From stop to stop."""
        return self.lowest_elevation_deg, self.highest_elevation_deg

    @property
    def over_zenith(self) -> bool:
        """Whether any direction can be had with the mount turned round and tilted over, too."""
        return self.highest_elevation_deg + self.lowest_elevation_deg >= 180

    def __str__(self) -> str:
        (left, right), (low, high) = self.azimuth_deg, self.elevation_deg
        return f"{left:g} to {right:g} degrees of azimuth, {low:g} to {high:g} of elevation"

    def __contains__(self, pointing: Pointing) -> bool:
        """Return whether the mount can point so."""
        return (
            self.lowest_azimuth_deg <= pointing.azimuth_deg <= self.highest_azimuth_deg
            and self.lowest_elevation_deg <= pointing.elevation_deg <= self.highest_elevation_deg
        )


WIDEST = RotatorLimits(-360.0, 720.0, -90.0, 180.0)
"""What no mount goes beyond."""


@dataclass(frozen=True, slots=True)
class SlewRates:
    """How fast a mount turns. Raises RequestError unless it does."""

    azimuth_deg_s: float = 5.0
    elevation_deg_s: float = 2.5

    def __post_init__(self) -> None:
        if not all(0 < rate <= 1000 for rate in (self.azimuth_deg_s, self.elevation_deg_s)):
            shown = f"{self.azimuth_deg_s:g},{self.elevation_deg_s:g}"
            raise RequestError(
                "slew_deg_per_s", shown, "degrees per second of azimuth and elevation, more than 0 to 1000"
            )

    def time_s(self, start: Pointing, end: Pointing) -> float:
        """Return how long it takes from one pointing to another."""
        turn = abs(end.azimuth_deg - start.azimuth_deg) / self.azimuth_deg_s
        return max(turn, abs(end.elevation_deg - start.elevation_deg) / self.elevation_deg_s)


class Rotator(Protocol):
    """What points an antenna. Every method raises PeerError if it cannot be reached or refuses."""

    async def limits(self) -> RotatorLimits:
        """Return how far it says it turns."""

    async def position(self) -> Pointing:
        """Return where it points now."""

    async def point(self, pointing: Pointing) -> None:
        """Begin to turn there."""

    async def stop(self) -> None:
        """Stay."""

    async def park(self) -> None:
        """Begin to turn to where it is kept."""

    async def close(self) -> None:
        """Let go of it."""
