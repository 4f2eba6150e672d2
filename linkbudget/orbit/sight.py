"""A satellite as a station sees it move."""

from dataclasses import dataclass

import numpy as np

from linkbudget.decibels import Floats
from linkbudget.orbit.frames import dot, east_north_up, itrf_from_geodetic
from linkbudget.orbit.station import Station


@dataclass(frozen=True, slots=True, eq=False)
class Motion:
    """Where a satellite is and how it moves: float64[3, n] in ITRF, metres and seconds."""

    position_m: Floats
    velocity_m_s: Floats
    acceleration_m_s2: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Sight:
    """The line of sight from a station, float64[n]: range, the sine of the elevation, and two derivatives of each.

    The sine is smooth where the elevation is not, through the zenith. `toward` is the unit vector from the
    station, float64[3, n]: east, north, up.
    """

    toward: Floats
    range_m: Floats
    range_rate_m_s: Floats
    range_acceleration_m_s2: Floats
    sine: Floats
    sine_rate_s: Floats
    sine_acceleration_s2: Floats


def sight(motion: Motion, station: Station) -> Sight:
    """Return what a station sees of a motion."""
    place_m = itrf_from_geodetic(station.latitude_deg, station.longitude_deg, station.altitude_m)
    axes = east_north_up(station.latitude_deg, station.longitude_deg)
    from_station_m = axes @ (motion.position_m - place_m[:, np.newaxis])
    velocity, acceleration = axes @ motion.velocity_m_s, axes @ motion.acceleration_m_s2
    range_m = np.sqrt(dot(from_station_m, from_station_m))
    toward = from_station_m / range_m
    range_rate = dot(toward, velocity)
    range_acceleration = dot(toward, acceleration) + (dot(velocity, velocity) - range_rate**2) / range_m
    # the derivatives of: sine * range = height over the station's horizon
    sine = toward[2]
    sine_rate = (velocity[2] - sine * range_rate) / range_m
    sine_acceleration = (acceleration[2] - 2.0 * sine_rate * range_rate - sine * range_acceleration) / range_m
    return Sight(toward, range_m, range_rate, range_acceleration, sine, sine_rate, sine_acceleration)
