"""Corazza and Vatalaro's land mobile satellite channel: Rician fading times log-normal shadowing, by elevation."""

from functools import cache

import numpy as np

from linkbudget.decibels import Floats, Real, to_db
from linkbudget.fading import normal, rician
from linkbudget.fading.elevation import MEASURED, fitted, tabulated
from linkbudget.fading.quantiles import QuantileTable, quantiles_db
from linkbudget.provenance import Source

CORAZZA_VATALARO = Source(
    "Corazza & Vatalaro, IEEE Trans. Veh. Technol. 43 (1994), eq 3-7, table I",
    "r = R S: R Rician of unit mean power, ln S normal; rural, tree-shadowed, L band",
    (MEASURED,),
)

# table I, in falling powers of the elevation in degrees
_K = (2.774e-3, -1.074e-1, 2.731)  # a ratio of powers
_MEAN_NP = (1.094e-5, -1.939e-3, 1.142e-1, -2.331)  # of ln S
_SIGMA_DB = (-0.05, 4.5)  # of 20 log10 S
_DB_PER_NP = 20.0 * np.log10(np.e)


def k_db(elevation_deg: Real) -> Floats:
    """Return the Rician factor in dB, of the elevation's shape; below 20 and above 80 degrees that of the end."""
    return to_db(fitted(_K, elevation_deg))


def shadowing_mean_db(elevation_deg: Real) -> Floats:
    """Return the mean of the shadowing 20 log10 S in dB, of the elevation's shape, held as `k_db` is."""
    return np.asarray(_DB_PER_NP * fitted(_MEAN_NP, elevation_deg))


def shadowing_sigma_db(elevation_deg: Real) -> Floats:
    """Return the standard deviation of 20 log10 S in dB, of the elevation's shape, held as `k_db` is."""
    return fitted(_SIGMA_DB, elevation_deg)


def cdf(rician_k_db: Real, mean_db: Real, sigma_db: Real, level_db: Real) -> Floats:
    """Return the probability that the level is not above `level_db`, of the broadcast shape (eq 7)."""
    unshadowed_db = np.asarray(level_db)[..., np.newaxis] - normal.at_nodes(mean_db, sigma_db)
    return normal.average(rician.cdf(np.asarray(rician_k_db)[..., np.newaxis], unshadowed_db))


def quantile_db(elevation_deg: Real, probability: Real) -> Floats:
    """Return the level in dB, relative to the unshadowed line of sight, not exceeded with a probability.

    Of the broadcast shape. Raises LinkInputError unless each probability is from 0 to 1.
    """
    return _table().level_db(elevation_deg, probability)


def sample_db(
    rician_k_db: Real, mean_db: Real, sigma_db: Real, size: int | tuple[int, ...], rng: np.random.Generator
) -> Floats:
    """Return independent levels in dB, float64[size], of parameters that broadcast to it."""
    rician_db = rician.sample_db(rician_k_db, size, rng)
    return np.asarray(rician_db + mean_db + sigma_db * rng.standard_normal(size), dtype=np.float64)


@cache
def _table() -> QuantileTable:
    return tabulated(_quantiles_at)


def _quantiles_at(elevation_deg: float) -> Floats:
    level_db = np.linspace(-130.0, 30.0, 641)
    k, mean_db, sigma_db = (of(elevation_deg) for of in (k_db, shadowing_mean_db, shadowing_sigma_db))
    return quantiles_db(level_db, cdf(k, mean_db, sigma_db, level_db))
