"""A satellite's way over the sky, as places on a disc."""

from dataclasses import dataclass

import numpy as np

from linkbudget.decibels import Floats, Real
from linkbudget.orbit.geometry import Geometry


@dataclass(frozen=True, slots=True, eq=False)
class Track:
    """The way over the sky: float64[n] each, x to the east and y to the north in degrees from the zenith."""

    time_s: Floats
    x: Floats
    y: Floats

    @classmethod
    def of(cls, seen: Geometry) -> "Track":
        """Return the track of a satellite."""
        return cls(seen.time_s, *on_sky(seen.azimuth_deg, seen.elevation_deg))

    @property
    def length_deg(self) -> float:
        """How long the line on the picture is."""
        return float(np.hypot(np.diff(self.x), np.diff(self.y)).sum())

    def at(self, seconds: float) -> tuple[Floats, Floats, Floats]:
        """Return the place at a time, and the directions along and to the left, float64[2] each."""
        near_s = seconds + np.array([-0.01, 0.0, 0.01]) * self.time_s[-1]
        x, y = np.interp(near_s, self.time_s, self.x), np.interp(near_s, self.time_s, self.y)
        moved = np.array([x[2] - x[0], y[2] - y[0]])
        along = moved / np.hypot(*moved) if moved.any() else np.array([0.0, 1.0])
        return np.array([x[1], y[1]]), along, np.array([-along[1], along[0]])


def on_sky(azimuth_deg: Real, elevation_deg: Real) -> tuple[Floats, Floats]:
    """Return x, to the east, and y, to the north, in degrees of distance from the zenith.

    >>> [float(each.round(6)) for each in on_sky(azimuth_deg=90.0, elevation_deg=60.0)]
    [30.0, 0.0]
    """
    azimuth, distance_deg = np.radians(azimuth_deg), np.subtract(90.0, elevation_deg)
    return np.asarray(distance_deg * np.sin(azimuth)), np.asarray(distance_deg * np.cos(azimuth))
