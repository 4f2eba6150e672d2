"""The simplest pass there is: a satellite on a straight line."""

import numpy as np

from radio.link_state import LinkStates

SPEED_M_S = 7590.0
"""Of a circular orbit 550 km up."""
DURATION_S = 1200


def straight_pass(closest_range_m: float, closest_s: float, c_n0_db_hz: float) -> LinkStates:
    """Return 20 minutes of a satellite that flies by at ``closest_range_m``, at the same level throughout."""
    time_s = np.arange(DURATION_S + 1.0)
    along_m = SPEED_M_S * (time_s - closest_s)
    range_m = np.hypot(closest_range_m, along_m)
    held = (np.full_like(time_s, value) for value in (90.0, c_n0_db_hz, 0.0, -200.0, 0.0))
    return LinkStates(time_s, range_m, SPEED_M_S * along_m / range_m, *held)
