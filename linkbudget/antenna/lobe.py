"""A main lobe above a floor: the pattern of antennas of which little more than gain and beamwidth is known."""

import numpy as np

from linkbudget.decibels import Floats, Real


def gaussian_lobe_dbi(angle_deg: Real, peak_dbi: Real, beamwidth_deg: Real, floor_dbi: Real) -> Floats:
    """Return peak - 12 (angle / beamwidth)^2 dB, but not below the floor; the arguments broadcast.

    It is the main lobe of the ITU-R reference patterns. `beamwidth_deg` is the full width between half-power points.
    """
    return above_floor_dbi(peak_dbi - 12.0 * np.square(np.divide(angle_deg, beamwidth_deg)), peak_dbi, floor_dbi)


def above_floor_dbi(gain_dbi: Real, peak_dbi: Real, floor_dbi: Real) -> Floats:
    """Return the gain raised to the floor, which is itself held to the peak; the arguments broadcast."""
    return np.asarray(np.maximum(gain_dbi, np.minimum(floor_dbi, peak_dbi)), dtype=np.float64)
