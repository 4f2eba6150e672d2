"""The length of a slant path through the atmosphere of a round Earth."""

import numpy as np

from linkbudget.checks import require_between
from linkbudget.decibels import Floats, Real

EFFECTIVE_EARTH_RADIUS_KM = 8500.0  # ITU-R P.618, P.676: the Earth's, times 4/3 for refraction


def sin_elevation(elevation_deg: Real) -> Floats:
    """Return the sine of the elevation, of its shape; an elevation below 0 counts as 0.

    Raises LinkInputError unless the elevation is -90 to 90 deg.

    >>> sin_elevation(-1.0)
    array(0.)
    """
    require_between("elevation_deg", elevation_deg, -90.0, 90.0)
    return np.asarray(np.sin(np.deg2rad(np.maximum(elevation_deg, 0.0))))


def air_mass(sine: Real, scale_height_km: float) -> Floats:
    """Return the attenuation of a slant path from the ground to space, relative to that of the zenith.

    For an atmosphere whose attenuation falls exponentially with height (ITU-R P.676-12, F(x) of the inclined paths,
    without its tangent): 1 at 90 deg, the cosecant at high elevations, finite at 0 deg. Result of the shape of `sine`,
    that of the elevation.

    >>> round(float(air_mass(0.0, 2.0)), 1)
    81.9
    """
    square = np.square(sine)
    bend = 5.51 * scale_height_km / EFFECTIVE_EARTH_RADIUS_KM
    return np.asarray(1.0 / (0.661 * np.asarray(sine) + 0.339 * np.sqrt(square + bend * (1.0 - square))))
