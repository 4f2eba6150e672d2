"""Loss of a wave that spreads in free space (ITU-R P.525)."""

import math

import numpy as np

from linkbudget.checks import require_positive
from linkbudget.constants import SPEED_OF_LIGHT_M_S
from linkbudget.decibels import Floats, Real
from linkbudget.provenance import Source

FREE_SPACE = Source("ITU-R P.525-4 2, free-space basic transmission loss", "L = 20 log10(4 pi d f / c)")


def free_space_loss_db(range_m: Real, frequency_hz: Real) -> Floats:
    """Return the free-space basic transmission loss; the arguments broadcast.

    Raises LinkInputError if a range or a frequency is not greater than 0.

    >>> round(float(free_space_loss_db(range_m=1e6, frequency_hz=437e6)), 2)
    145.26
    """
    require_positive("range_m", range_m)
    require_positive("frequency_hz", frequency_hz)
    # one logarithm an axis, not one a link
    at_1_m_db = 20.0 * np.log10(4.0 * math.pi / SPEED_OF_LIGHT_M_S * np.asarray(frequency_hz))
    return np.asarray(20.0 * np.log10(range_m) + at_1_m_db)
