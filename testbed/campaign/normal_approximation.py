"""How good a code of some length can be at best, with binary antipodal symbols in white noise.

Polyanskiy, Poor, Verdu, IEEE Trans. Inf. Theory 56 (2010): log2 M = n C - sqrt(n V) Qinv(e) + log2(n) / 2, with the
capacity C and the dispersion V of the channel (equations 1 and 223, with the term of half a logarithm).
"""

import numpy as np
from scipy.optimize import brentq
from scipy.special import ndtr

from linkbudget.decibels import Floats, Real, from_db

_LOWEST_DB, _HIGHEST_DB = -2.0, 30.0
_DEVIATIONS = np.linspace(-9.0, 9.0, 1201)
_DENSITY = np.exp(-(_DEVIATIONS**2) / 2)
_WEIGHTS = _DENSITY / _DENSITY.sum()


def capacity_and_dispersion(es_n0_db: Real) -> tuple[Floats, Floats]:
    """Return capacity in bits a symbol and dispersion in bits squared, each of the shape of `es_n0_db`.

    Mean and variance of the information density 1 - log2(1 + exp(-l)); the log-likelihood ratio l is normal of mean
    4 Es/N0 and twice that variance. The integrals are sums over evenly spaced deviations.
    """
    mean = 4.0 * np.asarray(from_db(es_n0_db))[..., None]
    information = 1.0 - np.logaddexp(0.0, -(mean + np.sqrt(2.0 * mean) * _DEVIATIONS)) / np.log(2.0)
    capacity = information @ _WEIGHTS
    dispersion = (information - capacity[..., None]) ** 2 @ _WEIGHTS
    return capacity, dispersion


def least_error_rate(eb_n0_db: Real, symbols: float, bits: float) -> Floats:
    """Return the approximate frame error rate of the best code of `bits` in `symbols`, of the shape of `eb_n0_db`."""
    capacity, dispersion = capacity_and_dispersion(eb_n0_db + 10.0 * np.log10(bits / symbols))
    spare_bits = symbols * capacity - bits + 0.5 * np.log2(symbols)
    # without noise nothing disperses
    return np.asarray(ndtr(-spare_bits / np.sqrt(symbols * np.maximum(dispersion, 1e-30))), dtype=np.float64)


def required_eb_n0_db(error_rate: float, symbols: float, bits: float) -> float:
    """Return the Eb/N0 in dB at which the best code has this frame error rate.

    >>> round(required_eb_n0_db(1e-4, symbols=2048, bits=1024), 2)
    1.01
    """
    return float(
        brentq(
            lambda eb_n0_db: float(np.log(least_error_rate(eb_n0_db, symbols, bits) + 1e-300)) - np.log(error_rate),
            _LOWEST_DB,
            _HIGHEST_DB,
        )
    )
