"""Orbits to begin with, where no element set is at hand: circular, low, without drag.

The satellite stands at its ascending node at the epoch. `altitude_km` is that of the mean semi-major axis over the
equator's radius; the flattened Earth moves the satellite up to 20 km about both.
"""

import re
from datetime import datetime, timezone
from math import acos, cos, degrees, pi, radians, sqrt

import numpy as np

from linkbudget.checks import require_between
from linkbudget.errors import LinkInputError
from linkbudget.orbit.earth_rotation import sidereal_rad
from linkbudget.orbit.elements import MeanElements
from linkbudget.orbit.gravity import GM_M3_S2, J2, WGS72_RADIUS_M

LOWEST_KM, HIGHEST_KM = 500.0, 1000.0
DAWN_DUSK_H = 6.0

_DAY_S = 86_400.0
_SUN_RAD_S = 2.0 * pi / (365.2422 * _DAY_S)  # the mean Sun's way along the equator, 0.9856 deg a day
_SUN_SYNCHRONOUS = re.compile(r"sso-(\d+(?:\.\d+)?)-(?:([01]\d|2[0-3])([0-5]\d)|dawn-dusk)", re.ASCII)
_INCLINED = re.compile(r"leo-(\d+(?:\.\d+)?)-(\d+(?:\.\d+)?)", re.ASCII)
_ACCEPTED = (
    f"sso-550-1030 (altitude {LOWEST_KM:g} to {HIGHEST_KM:g} km, local time of the ascending node), sso-550-dawn-dusk, "
    "or leo-550-51.6 (altitude, inclination)"
)


def preset(name: str, epoch: datetime) -> MeanElements:
    """Return the elements that a name like "sso-550-1030", "sso-550-dawn-dusk" or "leo-550-51.6" stands for.

    The numbers are the altitude in km, and the mean local time HHMM of the ascending node (a satellite that descends
    at 10:30 is "2230"; dawn-dusk ascends at 06:00) or the inclination in degrees. Raises LinkInputError for another
    form, an altitude that is not 500 to 1000 km, and an epoch that is not aware.
    """
    if found := _SUN_SYNCHRONOUS.fullmatch(name):
        altitude_km, hours, minutes = found.groups()
        local_time_h = DAWN_DUSK_H if hours is None else int(hours) + int(minutes) / 60.0
        return sun_synchronous(float(altitude_km), local_time_h, epoch, name)
    if found := _INCLINED.fullmatch(name):
        return inclined(float(found[1]), float(found[2]), epoch, name)
    raise LinkInputError("preset", name, _ACCEPTED)


def sun_synchronous(
    altitude_km: float, local_time_of_ascending_node_h: float, epoch: datetime, name: str
) -> MeanElements:
    """Return an orbit whose plane keeps its angle to the mean Sun, by the inclination that J2 asks for.

    D. A. Vallado, Fundamentals of Astrodynamics and Applications, section 11.4.1. Raises LinkInputError as `preset`
    does, and for a local time that is not 0 to 24 hours.
    """
    require_between("local_time_of_ascending_node_h", local_time_of_ascending_node_h, 0.0, 24.0)
    _require_altitude(altitude_km)
    inclination_deg = degrees(acos(-_SUN_RAD_S / (1.5 * _bulge(altitude_km) * _mean_motion_rad_s(altitude_km))))
    east_of_greenwich_deg = 15.0 * (local_time_of_ascending_node_h - _utc_h(epoch))
    return _circular(altitude_km, inclination_deg, east_of_greenwich_deg, epoch, name)


def inclined(altitude_km: float, inclination_deg: float, epoch: datetime, name: str) -> MeanElements:
    """Return an orbit that crosses the equator northward on the meridian of Greenwich at the epoch.

    Raises LinkInputError as `preset` does, and for an inclination that is not 0 to 180 degrees.
    """
    _require_altitude(altitude_km)
    return _circular(altitude_km, inclination_deg, 0.0, epoch, name)


def _circular(
    altitude_km: float, inclination_deg: float, node_longitude_deg: float, epoch: datetime, name: str
) -> MeanElements:
    # the mean motion of element sets is Kozai's; SGP4 undoes this factor (Spacetrack Report 3, section 6)
    kozai = 1.0 + 0.75 * _bulge(altitude_km) * (3.0 * cos(radians(inclination_deg)) ** 2 - 1.0)
    sidereal_deg = degrees(float(sidereal_rad(epoch, np.zeros(1))[0]))
    return MeanElements(
        name=name,
        catalogue_number=0,
        epoch=epoch,
        inclination_deg=inclination_deg,
        raan_deg=(sidereal_deg + node_longitude_deg) % 360.0,
        eccentricity=0.0,
        argument_of_perigee_deg=0.0,
        mean_anomaly_deg=0.0,
        mean_motion_rev_day=_mean_motion_rad_s(altitude_km) * kozai * _DAY_S / (2.0 * pi),
    )


def _mean_motion_rad_s(altitude_km: float) -> float:
    return sqrt(GM_M3_S2 / (WGS72_RADIUS_M + altitude_km * 1e3) ** 3)


def _bulge(altitude_km: float) -> float:
    return J2 * (WGS72_RADIUS_M / (WGS72_RADIUS_M + altitude_km * 1e3)) ** 2


def _utc_h(at: datetime) -> float:
    utc = at.astimezone(timezone.utc)
    return utc.hour + utc.minute / 60.0 + (utc.second + utc.microsecond * 1e-6) / 3600.0


def _require_altitude(altitude_km: float) -> None:
    require_between("altitude_km", altitude_km, LOWEST_KM, HIGHEST_KM)
