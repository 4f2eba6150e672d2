"""Error rates that follow from a code and its decoder in white noise, over Eb/N0."""

from collections.abc import Callable
from functools import cache
from math import comb

import numpy as np
from scipy import special
from scipy.optimize import brentq
from scipy.stats import binom

from linkbudget.decibels import Floats, from_db
from linkbudget.modes.error_rate import bit_error_rate
from testbed.campaign.weight_spectrum import wrong_ways

Curve = Callable[[Floats], Floats]
"""An error rate at each Eb/N0 in dB, of its shape; it falls as Eb/N0 rises."""
_FURTHEST_DB = 10.0
_BCH_BITS = 63
_OCTET_BITS = 8


def channel_symbols(modulation: str, code_rate: float) -> Curve:
    """Return the rate of wrong channel symbols, each decided by itself: the closed form of the modulation's bits.

    Raises LinkInputError if none is known for the modulation.
    """
    rate_db = 10 * np.log10(code_rate)
    bit_error_rate(modulation, 0.0)  # tells at once if there is none
    return lambda eb_n0_db: bit_error_rate(modulation, eb_n0_db + rate_db)


def reed_solomon(codeword_octets: int, corrects: int, codewords: int, code_rate: float) -> Curve:
    """Return the rate of frames with a codeword of more wrong octets than are corrected, bits decided one by one."""

    def rate(eb_n0_db: Floats) -> Floats:
        octet = _any_of(_OCTET_BITS, channel_symbols("bpsk", code_rate)(eb_n0_db))
        return _any_of(codewords, np.asarray(binom.sf(corrects, codeword_octets, octet)))

    return rate


def bch(codeblocks: int, code_rate: float) -> Curve:
    """Return the union bound on the rate of frames with a BCH(63,56) codeblock that the likeliest decision gets wrong.

    The code is the even half of the Hamming code (63,57), whose weights are known in closed form (MacWilliams, Sloane,
    The Theory of Error-Correcting Codes, chapter 1).
    """

    def rate(eb_n0_db: Floats) -> Floats:
        es_n0 = code_rate * from_db(eb_n0_db)[..., None]
        wrong = special.ndtr(-np.sqrt(2 * np.arange(_BCH_BITS + 1) * es_n0)) @ _bch_weights()
        return _any_of(codeblocks, np.minimum(wrong, 1.0))

    return rate


def convolutional(puncturing: str, bits: int, code_rate: float) -> Curve:
    """Return the union bound on the rate of wrong frames of `bits` after the K = 7 Viterbi decoder.

    Each wrong way at distance d from the right one is taken with Q(sqrt(2 d Es/N0)) (Viterbi, IEEE Trans. Commun.
    Technol. 19, 1971). It is close below 1e-2 and far too high above 0.1.
    """
    ways = wrong_ways(puncturing)
    distances = np.arange(len(ways))

    def rate(eb_n0_db: Floats) -> Floats:
        es_n0 = code_rate * from_db(eb_n0_db)[..., None]
        leaves = special.ndtr(-np.sqrt(2 * distances * es_n0)) @ ways
        return _any_of(bits, np.minimum(leaves, 1.0))

    return rate


def through_points(points: list[list[float]]) -> Curve:
    """Return the curve through pairs of Eb/N0 in dB, rising, and rate.

    Straight lines in the logarithm of the rate, which go on beyond the ends.
    """
    at_db, log_rate = np.asarray([p[0] for p in points]), np.log([p[1] for p in points])
    slopes = np.diff(log_rate) / np.diff(at_db)

    def rate(eb_n0_db: Floats) -> Floats:
        k = np.clip(np.searchsorted(at_db, eb_n0_db) - 1, 0, len(slopes) - 1)
        return np.asarray(np.exp(np.minimum(log_rate[k] + slopes[k] * (eb_n0_db - at_db[k]), 0.0)))

    return rate


def any_of(count: int, curve: Curve) -> Curve:
    """Return the rate at which one or more of `count` independent events of a rate happen."""
    return lambda eb_n0_db: _any_of(count, curve(eb_n0_db))


def faded(curve: Curve, levels_db: Floats, shares: Floats) -> Curve:
    """Return the mean of a curve over received levels about the unfaded one's and the share of each, float64[levels].

    That is the rate of frames that each see one level from end to end.
    """
    return lambda eb_n0_db: np.asarray(curve(np.asarray(eb_n0_db)[..., None] + levels_db) @ shares)


def lost_db(curve: Curve, eb_n0_db: float, rate: float) -> float | None:
    """Return how much less Eb/N0 would give a rate by theory; None where the curve has no such rate within 10 dB."""

    def apart(loss_db: float) -> float:
        return float(np.log(curve(np.asarray(eb_n0_db - loss_db)) + 1e-300)) - float(np.log(rate + 1e-300))

    if apart(-_FURTHEST_DB) >= 0 or apart(_FURTHEST_DB) <= 0:
        return None
    return float(brentq(apart, -_FURTHEST_DB, _FURTHEST_DB))


def _any_of(count: int, rate: Floats) -> Floats:
    """Return the probability that one or more of `count` independent events of a rate happen."""
    with np.errstate(divide="ignore"):
        return np.asarray(-np.expm1(count * np.log1p(-rate)))


@cache
def _bch_weights() -> Floats:
    """Return how many codewords of each weight there are beside that of zeros, float64[64]: none of odd weight."""
    weights = np.zeros(_BCH_BITS + 1)
    for half in range(1, 32):
        weights[2 * half] = (comb(63, 2 * half) + 63 * (-1) ** half * comb(31, half)) // 64
    return weights
