"""What the motion between the two ends does to a signal: Doppler shift and delay."""

from typing import TypeVar

import numpy as np
import numpy.typing as npt

from linkbudget.checks import require_positive

SPEED_OF_LIGHT_M_S = 299_792_458.0  # exact, SI

Reals = TypeVar("Reals", float, npt.NDArray[np.float64])


def doppler_hz(range_rate_m_s: Reals, frequency_hz: float) -> Reals:
    """Return the one-way Doppler shift to first order, -v/c f, in Hz: negative while the range grows.

    `range_rate_m_s` is a number or a float64 array of any shape, and so is the result.
    At orbital speed the terms left out are below 3e-5 of the shift.
    Raises LinkInputError if the frequency is not greater than 0.

    >>> round(doppler_hz(range_rate_m_s=-6900.0, frequency_hz=437.05e6))
    10059
    """
    require_positive("frequency_hz", frequency_hz)
    return -range_rate_m_s / SPEED_OF_LIGHT_M_S * frequency_hz


def propagation_delay_s(range_m: Reals) -> Reals:
    """Return the time that a signal takes over `range_m` (a number or a float64 array), in seconds.

    Raises LinkInputError if a range is not greater than 0.
    """
    require_positive("range_m", range_m)
    return range_m / SPEED_OF_LIGHT_M_S
