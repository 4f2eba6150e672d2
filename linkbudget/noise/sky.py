"""The cosmic background, and what the atmosphere lets through of what is behind it."""

import math

import numpy as np

from linkbudget.checks import require_between
from linkbudget.decibels import Floats, Real
from linkbudget.provenance import Source

COSMIC_BACKGROUND_K = 2.725
MEAN_RADIATING_TEMPERATURE_K = 275.0
"""Of the atmosphere, clear or rainy, where nothing is known (ITU-R P.618-14 clause 3)."""

COSMIC_BACKGROUND = Source("Fixsen, Astrophys. J. 707 (2009)", "T = 2.725 K 10^(-A / 10)")
ATMOSPHERE = Source("ITU-R P.618-14 3, eq 69", "T = T_mr (1 - 10^(-A / 10))")

_NEPERS_PER_DB = math.log(10.0) / 10.0


def transmission(attenuation_db: Real) -> Floats:
    """Return the share of power that passes the atmosphere. Raises LinkInputError for a negative attenuation."""
    require_between("attenuation_db", attenuation_db, 0.0, np.inf)
    return np.asarray(np.exp(np.multiply(attenuation_db, -_NEPERS_PER_DB)))
