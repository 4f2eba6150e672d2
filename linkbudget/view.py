"""What the two ends of a link see of each other."""

from dataclasses import dataclass

import numpy as np

from linkbudget.antenna.view_angles import VIEW_ANGLES, off_nadir_deg, slant_range_m
from linkbudget.constants import EARTH_RADIUS_M
from linkbudget.decibels import Floats, Real
from linkbudget.orbit.geometry import Geometry
from linkbudget.orbit.orbit import SGP4
from linkbudget.provenance import GIVEN, Source


@dataclass(frozen=True, slots=True, eq=False)
class View:
    """Distance and directions: float64 arrays of one shape, or of shapes that broadcast.

    `elevation_deg` is the satellite's above the station's horizon, `off_nadir_deg` the station's from the point
    below the satellite, as the satellite sees it.
    """

    range_m: Floats
    elevation_deg: Floats
    off_nadir_deg: Floats
    source: Source = GIVEN

    @classmethod
    def of_altitude(cls, elevation_deg: Real, altitude_m: Real) -> "View":
        """Return the view of a satellite at an altitude over a spherical Earth."""
        return cls(
            slant_range_m(elevation_deg, altitude_m),
            np.asarray(elevation_deg, dtype=np.float64),
            off_nadir_deg(elevation_deg, altitude_m),
            VIEW_ANGLES,
        )

    @classmethod
    def of_range(cls, elevation_deg: Real, range_m: Real) -> "View":
        """Return the view of a satellite at a distance over a spherical Earth."""
        elevation_rad = np.radians(elevation_deg)
        across_m = EARTH_RADIUS_M * np.cos(elevation_rad)
        along_m = range_m + EARTH_RADIUS_M * np.sin(elevation_rad)  # from below the station, along the line of sight
        return cls(
            np.asarray(range_m, dtype=np.float64),
            np.asarray(elevation_deg, dtype=np.float64),
            np.degrees(np.arctan2(across_m, along_m)),
        )

    @classmethod
    def over_time(cls, geometry: Geometry) -> "View":
        """Return the views along a pass on the time axis: float64[time, 1, 1]."""
        seen = (geometry.range_m, geometry.elevation_deg, geometry.off_nadir_deg)
        range_m, elevation_deg, nadir_deg = (each[:, None, None] for each in seen)
        return cls(range_m, elevation_deg, nadir_deg, SGP4)

    @classmethod
    def at_once(cls, geometry: Geometry) -> "View":
        """Return the view of a geometry of one time, as numbers."""
        seen = (geometry.range_m, geometry.elevation_deg, geometry.off_nadir_deg)
        range_m, elevation_deg, nadir_deg = (each.reshape(()) for each in seen)
        return cls(range_m, elevation_deg, nadir_deg, SGP4)
