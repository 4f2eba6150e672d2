"""Frames: SGP4's own (TEME), the one that turns with the Earth (ITRF), and the ellipsoid's coordinates.

Vectors are float64[3, n], metres; those of a single point are float64[3].
"""

import numpy as np

from linkbudget.decibels import Floats, Real

EQUATOR_RADIUS_M = 6_378_137.0  # WGS-84, equatorial
FLATTENING = 1.0 / 298.257223563  # WGS-84
EARTH_ROTATION_RAD_S = 7.292115146706979e-5  # AIAA 2006-6753 appendix C, for a day's length of 86400 s

_ECCENTRICITY_2 = FLATTENING * (2.0 - FLATTENING)
_POLAR_RADIUS_M = EQUATOR_RADIUS_M * (1.0 - FLATTENING)


def itrf_from_teme(
    position_m: Floats,
    velocity_m_s: Floats,
    sidereal_rad: Floats,
    pole_x_rad: float = 0.0,
    pole_y_rad: float = 0.0,
) -> tuple[Floats, Floats]:
    """Return position and velocity float64[3, n] as the turning Earth sees them (AIAA 2006-6753, appendix C).

    `sidereal_rad` is the Greenwich mean sidereal time of 1982, which suits TEME's mean equinox. The pole's
    coordinates (IERS: xp, yp) move a station by at most 18 m; leave them 0 where that does not matter.
    """
    cosine, sine = np.cos(sidereal_rad), np.sin(sidereal_rad)
    turned_m = _turned(position_m, cosine, sine)
    turning_m_s = _turned(velocity_m_s, cosine, sine)
    turning_m_s[0] += EARTH_ROTATION_RAD_S * turned_m[1]
    turning_m_s[1] -= EARTH_ROTATION_RAD_S * turned_m[0]
    if pole_x_rad == 0.0 == pole_y_rad:
        return turned_m, turning_m_s
    pole = _pole(pole_x_rad, pole_y_rad)
    return pole @ turned_m, pole @ turning_m_s


def itrf_from_geodetic(latitude_deg: float, longitude_deg: float, altitude_m: float) -> Floats:
    """Return the position float64[3] of a point given by its latitude, longitude and altitude over WGS-84."""
    latitude, longitude = np.radians(latitude_deg), np.radians(longitude_deg)
    normal_m = EQUATOR_RADIUS_M / np.sqrt(1.0 - _ECCENTRICITY_2 * np.sin(latitude) ** 2)
    axial_m = (normal_m + altitude_m) * np.cos(latitude)
    height_m = (normal_m * (1.0 - _ECCENTRICITY_2) + altitude_m) * np.sin(latitude)
    return np.array([axial_m * np.cos(longitude), axial_m * np.sin(longitude), height_m])


def geodetic_from_itrf(position_m: Floats) -> tuple[Floats, Floats, Floats]:
    """Return latitude and longitude in degrees and the altitude in metres over WGS-84, float64[n] each.

    B. R. Bowring, Survey Review 23/181 (1976): up to the geostationary orbit its one step errs by less than 6 cm along
    the ground, and not in altitude.
    """
    x, y, z = position_m
    axial_m = np.hypot(x, y)
    reduced = np.arctan2(z * EQUATOR_RADIUS_M, axial_m * _POLAR_RADIUS_M)
    second_eccentricity_2 = _ECCENTRICITY_2 / (1.0 - _ECCENTRICITY_2)
    latitude = np.arctan2(
        z + second_eccentricity_2 * _POLAR_RADIUS_M * np.sin(reduced) ** 3,
        axial_m - _ECCENTRICITY_2 * EQUATOR_RADIUS_M * np.cos(reduced) ** 3,
    )
    sine = np.sin(latitude)
    # this form of the altitude holds at the poles too
    altitude_m = axial_m * np.cos(latitude) + z * sine - EQUATOR_RADIUS_M * np.sqrt(1.0 - _ECCENTRICITY_2 * sine**2)
    return np.degrees(latitude), np.degrees(np.arctan2(y, x)), altitude_m


def east_north_up(latitude_deg: float, longitude_deg: float) -> Floats:
    """Return the unit vectors to the east, the north and up the ellipsoid's normal, as rows float64[3, 3]."""
    latitude, longitude = np.radians(latitude_deg), np.radians(longitude_deg)
    sin_lat, cos_lat, sin_lon, cos_lon = np.sin(latitude), np.cos(latitude), np.sin(longitude), np.cos(longitude)
    return np.array(
        [
            [-sin_lon, cos_lon, 0.0],
            [-sin_lat * cos_lon, -sin_lat * sin_lon, cos_lat],
            [cos_lat * cos_lon, cos_lat * sin_lon, sin_lat],
        ]
    )


def dot(one: Floats, other: Floats) -> Floats:
    """Return the scalar products float64[n] of vectors float64[3, n]."""
    return np.asarray(np.einsum("in,in->n", one, other))


def rotated(vector: Floats, angle_rad: Real) -> Floats:
    """Return vectors float64[3, n] as axes see them that were turned eastward about the pole."""
    return _turned(vector, np.cos(angle_rad), np.sin(angle_rad))


def _turned(vector: Floats, cosine: Real, sine: Real) -> Floats:
    x, y, z = vector
    return np.stack([cosine * x + sine * y, cosine * y - sine * x, z])


def _pole(x_rad: float, y_rad: float) -> Floats:
    """Return the rotation from the frame of the Earth's axis of rotation to that of the ITRF's pole."""
    cos_x, sin_x, cos_y, sin_y = np.cos(x_rad), np.sin(x_rad), np.cos(y_rad), np.sin(y_rad)
    return np.array(
        [
            [cos_x, 0.0, sin_x],
            [sin_x * sin_y, cos_y, -cos_x * sin_y],
            [-sin_x * cos_y, sin_y, cos_x * cos_y],
        ]
    )
