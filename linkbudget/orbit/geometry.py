"""What a link needs to know of where a satellite is."""

from dataclasses import dataclass

import numpy as np

from linkbudget.decibels import Floats
from linkbudget.orbit.frames import dot, east_north_up, geodetic_from_itrf, itrf_from_geodetic
from linkbudget.orbit.sight import Motion, sight
from linkbudget.orbit.station import Station
from linkbudget.orbit.sun import Bools, sunlit


@dataclass(frozen=True, slots=True, eq=False)
class Geometry:
    """A satellite as seen from a station: arrays of one element per time, float64 but for `sunlit`.

    Rates are positive while the range grows. Elevations are geometric, without refraction; azimuth is from north over
    east, 0 to 360 degrees. `off_nadir_deg` is the angle at the satellite from the Earth's centre to the station.
    Latitude, longitude and altitude are those of the satellite over the WGS-84 ellipsoid. `sunlit` says whether the Sun
    shines on the satellite. `sun_elevation_deg` and `sun_separation_deg` are the Sun's elevation and its angle from
    the satellite as seen from the station.

    The range rate is that of SGP4's velocity: within 0.03 m/s of the derivative of its range in a low orbit, and within
    1.2 m/s at the perigee of a Molniya orbit. The acceleration is within 5e-4 m/s2 of the derivative of that rate, and
    within 7e-3 m/s2.
    """

    time_s: Floats
    range_m: Floats
    range_rate_m_s: Floats
    range_acceleration_m_s2: Floats
    elevation_deg: Floats
    azimuth_deg: Floats
    off_nadir_deg: Floats
    latitude_deg: Floats
    longitude_deg: Floats
    altitude_m: Floats
    sunlit: Bools
    sun_elevation_deg: Floats
    sun_separation_deg: Floats


def geometry(time_s: Floats, motion: Motion, station: Station, sun_m: Floats) -> Geometry:
    """Return what a station sees of a motion under a Sun at float64[3, n] in ITRF."""
    seen = sight(motion, station)
    east, north, up = seen.toward
    latitude_deg, longitude_deg, altitude_m = geodetic_from_itrf(motion.position_m)
    to_sun = east_north_up(station.latitude_deg, station.longitude_deg) @ (sun_m / np.sqrt(dot(sun_m, sun_m)))
    return Geometry(
        time_s=time_s,
        range_m=seen.range_m,
        range_rate_m_s=seen.range_rate_m_s,
        range_acceleration_m_s2=seen.range_acceleration_m_s2,
        elevation_deg=np.degrees(np.arctan2(up, np.hypot(east, north))),
        azimuth_deg=np.degrees(np.arctan2(east, north)) % 360.0,
        off_nadir_deg=_off_nadir_deg(motion.position_m, seen.range_m, station),
        latitude_deg=latitude_deg,
        longitude_deg=longitude_deg,
        altitude_m=altitude_m,
        sunlit=sunlit(motion.position_m, sun_m),
        sun_elevation_deg=np.degrees(np.arcsin(to_sun[2])),
        sun_separation_deg=_angle_deg(dot(seen.toward, to_sun)),
    )


def _off_nadir_deg(position_m: Floats, range_m: Floats, station: Station) -> Floats:
    """Return the angle at the satellite in the triangle of satellite, station and the Earth's centre."""
    place_m = itrf_from_geodetic(station.latitude_deg, station.longitude_deg, station.altitude_m)
    radius_2 = dot(position_m, position_m)
    return _angle_deg((radius_2 + range_m**2 - place_m @ place_m) / (2.0 * np.sqrt(radius_2) * range_m))


def _angle_deg(cosine: Floats) -> Floats:
    return np.asarray(np.degrees(np.arccos(np.clip(cosine, -1.0, 1.0))))
