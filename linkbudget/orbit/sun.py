"""Where the Sun stands, and whether it shines on a satellite."""

from datetime import datetime

import numpy as np
import numpy.typing as npt

from linkbudget.decibels import Floats
from linkbudget.orbit.earth_rotation import centuries_since_2000
from linkbudget.orbit.frames import EQUATOR_RADIUS_M, FLATTENING, dot
from linkbudget.provenance import Source

SUN = Source("Astronomical Almanac, low-precision Sun (Vallado, algorithm 29)", "within 0.01 deg, 1950 to 2050")

Bools = npt.NDArray[np.bool_]

_ASTRONOMICAL_UNIT_M = 149_597_870_700.0  # exact, IAU 2012
_TO_SPHERE = np.array([[1.0], [1.0], [1.0 / (1.0 - FLATTENING)]])


def sun_position_m(start: datetime, time_s: Floats) -> Floats:
    """Return the Sun's position float64[3, n] at `time_s` seconds after an aware time, within 0.01 deg, 1950-2050.

    In the mean equator and equinox of date, less than 0.005 deg (nutation) from TEME. D. A. Vallado, Fundamentals of
    Astrodynamics and Applications, algorithm 29, after the Astronomical Almanac.
    """
    centuries = centuries_since_2000(start, time_s)
    anomaly = np.radians(357.5277233 + 35_999.05034 * centuries)
    mean_deg = 280.460 + 36_000.770 * centuries
    longitude = np.radians(mean_deg + 1.914666471 * np.sin(anomaly) + 0.019994643 * np.sin(2.0 * anomaly))
    distance = 1.000140612 - 0.016708617 * np.cos(anomaly) - 0.000139589 * np.cos(2.0 * anomaly)
    obliquity = np.radians(23.439291 - 0.0130042 * centuries)
    sine = np.sin(longitude)
    direction = np.stack([np.cos(longitude), np.cos(obliquity) * sine, np.sin(obliquity) * sine])
    return np.asarray(distance * _ASTRONOMICAL_UNIT_M * direction)


def sunlit(position_m: Floats, sun_m: Floats) -> Bools:
    """Say, bool[n], whether the middle of the Sun's disc is seen past the WGS-84 ellipsoid from float64[3, n].

    Both are positions from the Earth's centre in one frame whose z axis is the pole. The edge lies in the middle of
    the penumbra, which a low orbit crosses in 8 s or more; refraction and the air are left out.
    """
    # squeezing the axes turns the ellipsoid into a sphere and keeps lines straight
    satellite, sun = position_m * _TO_SPHERE, sun_m * _TO_SPHERE
    ray = sun - satellite
    toward = dot(satellite, ray)
    nearest_2 = dot(satellite, satellite) - toward**2 / dot(ray, ray)
    return np.asarray((toward > 0.0) | (nearest_2 > EQUATOR_RADIUS_M**2))
