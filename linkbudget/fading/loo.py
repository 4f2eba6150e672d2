"""Loo's land mobile satellite channel: a log-normally shadowed direct ray and Rayleigh multipath."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

import numpy as np
from scipy import special

from linkbudget.decibels import Floats, Real, from_db, to_db
from linkbudget.fading import normal
from linkbudget.fading.elevation import MEASURED, fitted, tabulated
from linkbudget.fading.quantiles import QuantileTable, quantiles_db
from linkbudget.provenance import Source

LOO = Source(
    "Loo, IEEE Trans. Veh. Technol. 34 (1985), eq 1-4 and table of parameters",
    "r e^(j theta) = z e^(j phi) + w: ln z normal(mu, d0), w complex normal of power 2 b0; L band, rural",
)
LOO_BY_ELEVATION = Source(
    "Abdi, Lau, Alouini & Kaveh, IEEE Trans. Wireless Commun. 2 (2003), eq 18 and 19",
    "as Loo, ln z of the mean and variance of ln Nakagami(m, Omega); b0, m, Omega cubic in elevation",
    (MEASURED,),
)

BY_ELEVATION = "by-elevation"

_DB_PER_NP = 20.0 * np.log10(np.e)

# Abdi et al. eq 19, in falling powers of the elevation in degrees
_B0 = (-4.7943e-8, 5.5784e-6, -2.1344e-4, 3.2710e-2)
_M = (6.3739e-5, 5.8533e-4, -1.5973e-1, 3.5156)
_OMEGA = (1.4428e-5, -2.3798e-3, 1.2702e-1, -1.4864)


@dataclass(frozen=True, slots=True, eq=False)
class LooParameters:
    """Loo's parameters, relative to the unshadowed line of sight; numbers, or arrays of one shape."""

    mean_db: Real
    """Mean of the direct ray's level 20 log10 z."""
    sigma_db: Real
    """Standard deviation of that level."""
    multipath_db: Real
    """Mean power of the scattered rays, 10 log10(2 b0)."""


def _from_loo(mu: Real, root_d0: Real, b0: Real) -> LooParameters:
    return LooParameters(_DB_PER_NP * mu, _DB_PER_NP * root_d0, to_db(2.0 * b0))


ENVIRONMENTS: Mapping[str, LooParameters] = MappingProxyType(
    {
        "infrequent-light": _from_loo(0.115, 0.115, 0.158),
        "average": _from_loo(-0.115, 0.161, 0.126),
        "frequent-heavy": _from_loo(-3.914, 0.806, 0.063),
    }
)


def parameters(environment: str, elevation_deg: Real) -> LooParameters:
    """Return the parameters of an environment, or "by-elevation" those of `parameters_by_elevation`."""
    return parameters_by_elevation(elevation_deg) if environment == BY_ELEVATION else ENVIRONMENTS[environment]


def parameters_by_elevation(elevation_deg: Real) -> LooParameters:
    """Return parameters by elevation (Abdi et al. 2003), of its shape; below 20 and above 80 degrees those of the end.

    Abdi's Nakagami and Loo's log-normal ray agree in the deep fades that a margin is for; Loo's rises higher, rarely.
    """
    b0, m, omega = (fitted(each, elevation_deg) for each in (_B0, _M, _OMEGA))
    return from_shadowed_rice(m, omega, b0)


def from_shadowed_rice(m: Real, omega: Real, b0: Real) -> LooParameters:
    """Return Loo's parameters whose ln z has the mean and variance of the log of a Nakagami amplitude (eq 18)."""
    mu = 0.5 * (special.digamma(m) + np.log(omega / np.asarray(m)))
    return _from_loo(mu, 0.5 * np.sqrt(special.polygamma(1, m)), b0)


def mean_power_db(parameters: LooParameters) -> Floats:
    """Return the mean power in dB of direct ray and multipath together, relative to the unshadowed line of sight."""
    mu, root_d0 = parameters.mean_db / _DB_PER_NP, parameters.sigma_db / _DB_PER_NP
    return to_db(np.exp(2.0 * mu + 2.0 * root_d0**2) + from_db(parameters.multipath_db))


def cdf(parameters: LooParameters, level_db: Real) -> Floats:
    """Return the probability that the level is not above `level_db`, of the broadcast shape (eq 2, integrated)."""
    multipath = from_db(parameters.multipath_db)[..., np.newaxis]
    direct = from_db(normal.at_nodes(parameters.mean_db, parameters.sigma_db))
    level = from_db(level_db)[..., np.newaxis]
    return normal.average(special.chndtr(2.0 * level / multipath, 2.0, 2.0 * direct / multipath))


def quantile_db(environment: str, elevation_deg: Real, probability: Real) -> Floats:
    """Return the level in dB, relative to the unshadowed line of sight, not exceeded with a probability.

    Of the shape of the probability, broadcast with the elevation's where the environment is "by-elevation". Raises
    LinkInputError unless each probability is from 0 to 1.
    """
    return _table(environment).level_db(elevation_deg if environment == BY_ELEVATION else 0.0, probability)


def sample_db(parameters: LooParameters, size: int | tuple[int, ...], rng: np.random.Generator) -> Floats:
    """Return independent levels in dB, float64[size], of parameters that broadcast to it."""
    direct = np.sqrt(from_db(parameters.mean_db + parameters.sigma_db * rng.standard_normal(size)))
    deviation = np.sqrt(0.5 * from_db(parameters.multipath_db))
    in_phase, quadrature = rng.standard_normal((2, *np.atleast_1d(size))) * deviation
    return to_db((direct + in_phase) ** 2 + quadrature**2).reshape(size)


@cache
def _table(environment: str) -> QuantileTable:
    if environment == BY_ELEVATION:
        return tabulated(lambda elevation_deg: _quantiles_db(parameters_by_elevation(elevation_deg)))
    return QuantileTable(0.0, 1.0, [_quantiles_db(ENVIRONMENTS[environment])])


def _quantiles_db(parameters: LooParameters) -> Floats:
    level_db = np.linspace(-130.0, 35.0, 551)
    return quantiles_db(level_db, cdf(parameters, level_db))
