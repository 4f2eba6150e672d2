"""What the motion between the two ends does to a signal: Doppler shift, its rate, and delay."""

import numpy as np

from linkbudget.checks import require_positive
from linkbudget.constants import SPEED_OF_LIGHT_M_S
from linkbudget.decibels import Floats, Real


def doppler_hz(range_rate_m_s: Real, frequency_hz: Real) -> Floats:
    """Return the one-way Doppler shift to first order, -v/c f, in Hz: negative while the range grows.

    At orbital speed the terms left out are below 3e-5 of the shift. Given a range *acceleration* in m/s2 the
    result is the Doppler rate in Hz/s, which is never positive around closest approach.
    Raises LinkInputError if a frequency is not greater than 0.

    >>> round(float(doppler_hz(range_rate_m_s=-6900.0, frequency_hz=437.05e6)))
    10059
    """
    require_positive("frequency_hz", frequency_hz)
    return np.asarray(-np.asarray(range_rate_m_s) / SPEED_OF_LIGHT_M_S * frequency_hz, dtype=np.float64)


def propagation_delay_s(range_m: Real) -> Floats:
    """Return the time that a signal takes over `range_m`, in seconds.

    Raises LinkInputError if a range is not greater than 0.
    """
    require_positive("range_m", range_m)
    return np.asarray(np.asarray(range_m) / SPEED_OF_LIGHT_M_S, dtype=np.float64)
