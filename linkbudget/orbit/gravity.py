"""How a satellite accelerates, which SGP4 does not say."""

import numpy as np

from linkbudget.decibels import Floats
from linkbudget.orbit.frames import EARTH_ROTATION_RAD_S, dot

# SGP4's Earth, WGS-72
GM_M3_S2 = 398_600.8e9
WGS72_RADIUS_M = 6_378_135.0
J2 = 0.001082616


def acceleration_m_s2(position_m: Floats, velocity_m_s: Floats) -> Floats:
    """Return the acceleration float64[3, n] in ITRF, of position and velocity in ITRF: Earth's pull, J2, rotation.

    Left out are the higher harmonics, drag, Moon and Sun: together below 1e-4 m/s2 in a low orbit.
    """
    x, y, z = position_m
    distance_2 = dot(position_m, position_m)
    pull = -GM_M3_S2 / (distance_2 * np.sqrt(distance_2))
    bulge = 1.5 * J2 * WGS72_RADIUS_M**2 / distance_2
    across = pull * (1.0 + bulge * (1.0 - 5.0 * z**2 / distance_2))
    # Coriolis and centrifugal terms of axes that turn with the Earth
    turning = across + EARTH_ROTATION_RAD_S**2
    twice = 2.0 * EARTH_ROTATION_RAD_S
    return np.stack(
        [
            turning * x + twice * velocity_m_s[1],
            turning * y - twice * velocity_m_s[0],
            (across + 2.0 * pull * bulge) * z,
        ]
    )
