"""The limits that no modulation and no code passes."""

import math

import numpy as np

from linkbudget.checks import require_positive
from linkbudget.decibels import Floats, Real, from_db, to_db
from linkbudget.provenance import Source

CAPACITY = Source("Shannon, Bell System Tech. J. 27 (1948), theorem 17", "C = B log2(1 + (C/N0) / B)")

SHANNON_LIMIT_DB = 10.0 * math.log10(math.log(2.0))
"""Least Eb/N0 at any rate, in unlimited bandwidth: -1.59 dB."""


def capacity_bit_s(c_n0_db_hz: Real, bandwidth_hz: Real) -> Floats:
    """Return the highest information rate in bit/s that white noise allows, of the broadcast shape.

    Raises LinkInputError if a bandwidth is not greater than 0.
    """
    require_positive("bandwidth_hz", bandwidth_hz)
    return np.asarray(bandwidth_hz * np.log1p(from_db(c_n0_db_hz) / bandwidth_hz) / math.log(2.0), dtype=np.float64)


def shannon_eb_n0_db(spectral_efficiency_bit_s_hz: Real) -> Floats:
    """Return the least Eb/N0 in dB at information rate over bandwidth, of its shape.

    Raises LinkInputError if an efficiency is not greater than 0.

    >>> float(shannon_eb_n0_db(1.0))
    0.0
    """
    require_positive("spectral_efficiency_bit_s_hz", spectral_efficiency_bit_s_hz)
    # expm1 keeps the digits of 2^x - 1 where x is small
    return to_db(np.expm1(np.multiply(spectral_efficiency_bit_s_hz, math.log(2.0))) / spectral_efficiency_bit_s_hz)
