"""The ground, as a part of what an antenna sees."""

import numpy as np
from scipy.special import erfc

from linkbudget.checks import require_between, require_positive
from linkbudget.constants import EARTH_RADIUS_M, REFERENCE_TEMPERATURE_K
from linkbudget.decibels import Floats, Real
from linkbudget.provenance import Range, Source

GROUND_TEMPERATURE_K = REFERENCE_TEMPERATURE_K

GROUND = Source("black ground at 290 K (upper bound)", "T = g 290 K, g = share of the pattern's power on the ground")
BEAM_ON_GROUND = Source(
    "black ground at 290 K (upper bound); Gaussian beam over a flat horizon",
    "g = 1/2 erfc(2 sqrt(ln 2) elevation / beamwidth)",
    (Range("elevation_deg", -90.0, 90.0),),
)

_HALF_POWER = 2.0 * np.sqrt(np.log(2.0))


def beam_on_ground(elevation_deg: Real, beamwidth_deg: Real) -> Floats:
    """Return the share of a main beam's power that falls below a flat horizon: 0.5 for a beam at 0 degrees.

    The beam is a Gaussian of half-power width `beamwidth_deg`, both sides together.
    Raises LinkInputError for an elevation beyond 90 degrees and a width that is not greater than 0.
    """
    require_between("elevation_deg", elevation_deg, -90.0, 90.0)
    require_positive("beamwidth_deg", beamwidth_deg)
    return np.asarray(0.5 * erfc(np.multiply(elevation_deg, _HALF_POWER / np.asarray(beamwidth_deg))))


def earth_in_view(altitude_m: Real) -> Floats:
    """Return the share of the sphere around a spacecraft that the Earth fills: that of an isotropic antenna's power.

    >>> float(earth_in_view(500e3).round(3))
    0.313
    """
    require_positive("altitude_m", altitude_m)
    sine = EARTH_RADIUS_M / (EARTH_RADIUS_M + np.asarray(altitude_m))
    return np.asarray(0.5 * (1.0 - np.sqrt(1.0 - sine * sine)))
