"""Angles and range between a station and a satellite over a round Earth."""

import numpy as np

from linkbudget.checks import require_between, require_positive
from linkbudget.constants import EARTH_RADIUS_M
from linkbudget.decibels import Floats, Real
from linkbudget.errors import LinkInputError
from linkbudget.provenance import Range, Source

VIEW_ANGLES = Source(
    "G. Maral and M. Bousquet, Satellite Communications Systems, 2.1.6 (spherical Earth)",
    "d = sqrt((R + h)^2 - (R cos e)^2) - R sin e; sin(off-nadir) = R cos e / (R + h)",
    (Range("elevation_deg", 0.0, 90.0),),
)


def slant_range_m(elevation_deg: Real, altitude_m: Real, earth_radius_m: float = EARTH_RADIUS_M) -> Floats:
    """Return the distance from a station on the ground to a satellite; the arguments broadcast (VIEW_ANGLES).

    Raises LinkInputError for an elevation outside -90 to 90, or an altitude not above 0.

    >>> round(float(slant_range_m(90.0, 500e3)))
    500000
    """
    across_m, up_m = _station_m(elevation_deg, altitude_m, earth_radius_m)
    return np.asarray(np.sqrt(np.square(earth_radius_m + altitude_m) - np.square(across_m)) - up_m, dtype=np.float64)


def off_nadir_deg(elevation_deg: Real, altitude_m: Real, earth_radius_m: float = EARTH_RADIUS_M) -> Floats:
    """Return the angle at the satellite between its nadir and the station; the arguments broadcast (VIEW_ANGLES).

    Raises LinkInputError as `slant_range_m` does.
    """
    across_m, _ = _station_m(elevation_deg, altitude_m, earth_radius_m)
    return np.asarray(np.degrees(np.arcsin(across_m / (earth_radius_m + altitude_m))), dtype=np.float64)


def elevation_at_range_deg(range_m: Real, altitude_m: Real, earth_radius_m: float = EARTH_RADIUS_M) -> Floats:
    """Return the elevation at which a satellite is a distance away, the inverse of `slant_range_m`.

    Raises LinkInputError for a distance less than the altitude or beyond the far side of the orbit.
    """
    require_positive("range_m", range_m)
    require_positive("altitude_m", altitude_m)
    orbit_m = earth_radius_m + altitude_m
    sine = (np.square(orbit_m) - earth_radius_m**2 - np.square(range_m)) / (2.0 * earth_radius_m * range_m)
    return _arcsine_deg(sine, "range_m", range_m, "a distance from altitude_m to that of the orbit's far side")


def elevation_off_nadir_deg(angle_deg: Real, altitude_m: Real, earth_radius_m: float = EARTH_RADIUS_M) -> Floats:
    """Return the elevation of a satellite whose off-nadir angle to the station is `angle_deg`, 0 or more.

    Raises LinkInputError for an angle that looks past the Earth.
    """
    require_between("angle_deg", angle_deg, 0.0, 90.0)
    require_positive("altitude_m", altitude_m)
    cosine = np.sin(np.radians(angle_deg)) * (1.0 + np.divide(altitude_m, earth_radius_m))
    zenith_deg = _arcsine_deg(cosine, "angle_deg", angle_deg, "an off-nadir angle that meets the Earth")
    return np.asarray(90.0 - zenith_deg, dtype=np.float64)


def _station_m(elevation_deg: Real, altitude_m: Real, earth_radius_m: float) -> tuple[Floats, Floats]:
    """Return the Earth's centre as the station sees it: how far beside and how far below the line of sight."""
    require_between("elevation_deg", elevation_deg, -90.0, 90.0)
    require_positive("altitude_m", altitude_m)
    elevation_rad = np.radians(elevation_deg)
    return earth_radius_m * np.cos(elevation_rad), earth_radius_m * np.sin(elevation_rad)


def _arcsine_deg(sine: Floats, field: str, value: Real, accepted: str) -> Floats:
    outside = np.abs(sine) > 1.0 + 1e-12  # the last bits of a station right below or on the horizon
    if np.any(outside):
        offender = np.broadcast_to(value, np.shape(sine))[outside].flat[0]
        raise LinkInputError(field, float(offender), accepted)
    return np.asarray(np.degrees(np.arcsin(np.clip(sine, -1.0, 1.0))), dtype=np.float64)
