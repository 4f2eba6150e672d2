"""Rician fading: a steady ray and many scattered ones, of unit mean power together."""

from functools import cache

import numpy as np
from scipy import special

from linkbudget.decibels import Floats, Real, from_db, to_db
from linkbudget.fading.quantiles import QuantileTable, quantiles_db
from linkbudget.provenance import Source

RICIAN = Source(
    "Rice, Bell System Tech. J. 27 (1948); Simon & Alouini, Digital Communication over Fading Channels, 2.2.1.2",
    "2 (K + 1) P noncentral chi-square, 2 degrees of freedom, noncentrality 2 K",
)

_K_LOWEST_DB, _K_HIGHEST_DB, _K_STEP_DB = -20.0, 40.0, 0.25


def cdf(k_db: Real, level_db: Real) -> Floats:
    """Return the probability that the level is not above `level_db`, of the broadcast shape."""
    k = from_db(k_db)
    return np.asarray(special.chndtr(2.0 * (k + 1.0) * from_db(level_db), 2.0, 2.0 * k), dtype=np.float64)


def quantile_db(k_db: Real, probability: Real) -> Floats:
    """Return the level in dB, relative to the mean power, not exceeded with a probability, of the broadcast shape.

    Below -20 dB the Rician factor makes no difference to Rayleigh fading; above 40 dB the scatter shrinks as the
    scattered rays' amplitude. Raises LinkInputError unless each probability is from 0 to 1.
    """
    shrunk = np.power(10.0, np.minimum(_K_HIGHEST_DB - np.asarray(k_db), 0.0) / 20.0)
    return np.asarray(shrunk * _table().level_db(k_db, probability), dtype=np.float64)


def sample_db(k_db: Real, size: int | tuple[int, ...], rng: np.random.Generator) -> Floats:
    """Return independent levels in dB relative to the mean power, float64[size]; `k_db` broadcasts to it."""
    scattered = 1.0 / (1.0 + from_db(k_db))
    in_phase, quadrature = rng.standard_normal((2, *np.atleast_1d(size))) * np.sqrt(scattered / 2.0)
    return to_db((np.sqrt(1.0 - scattered) + in_phase) ** 2 + quadrature**2).reshape(size)


@cache
def _table() -> QuantileTable:
    rows_db = np.arange(_K_LOWEST_DB, _K_HIGHEST_DB + _K_STEP_DB, _K_STEP_DB)
    return QuantileTable(_K_LOWEST_DB, _K_STEP_DB, map(_row, rows_db))


def _row(k_db: float) -> Floats:
    """Return the quantiles at a Rician factor, from levels that are dense where the distribution is."""
    k = float(from_db(k_db))
    steady, deviation = np.sqrt(k / (k + 1.0)), np.sqrt(0.5 / (k + 1.0))
    lowest = max(steady - 7.0 * deviation, 2e-5 * deviation)
    level_db = 20.0 * np.log10(np.geomspace(lowest, steady + 7.0 * deviation, 400))
    return quantiles_db(level_db, cdf(k_db, level_db))
