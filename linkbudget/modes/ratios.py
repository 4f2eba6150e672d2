"""From carrier-to-noise density to the energy of a bit, of a symbol, and to carrier-to-noise in a bandwidth."""

import numpy as np

from linkbudget.checks import require_positive
from linkbudget.decibels import Floats, Real, to_db
from linkbudget.provenance import Source

EB_N0 = Source("definition", "Eb/N0 = C/N0 - 10 log10(information rate)")
ES_N0 = Source("definition", "Es/N0 = C/N0 - 10 log10(symbol rate)")
C_OVER_N = Source("definition", "C/N = C/N0 - 10 log10(noise bandwidth)")


def eb_n0_db(c_n0_db_hz: Real, information_rate_bit_s: Real) -> Floats:
    """Return Eb/N0 in dB of the broadcast shape: the energy of one *information* bit.

    Raises LinkInputError if a rate is not greater than 0.

    >>> float(eb_n0_db(50.0, information_rate_bit_s=10_000))
    10.0
    """
    return _over(c_n0_db_hz, "information_rate_bit_s", information_rate_bit_s)


def es_n0_db(c_n0_db_hz: Real, symbol_rate_baud: Real) -> Floats:
    """Return Es/N0 in dB of the broadcast shape: the energy of one channel symbol.

    Raises LinkInputError if a rate is not greater than 0.
    """
    return _over(c_n0_db_hz, "symbol_rate_baud", symbol_rate_baud)


def c_over_n_db(c_n0_db_hz: Real, bandwidth_hz: Real) -> Floats:
    """Return C/N in dB of the broadcast shape, of the noise in a bandwidth.

    Raises LinkInputError if a bandwidth is not greater than 0.
    """
    return _over(c_n0_db_hz, "bandwidth_hz", bandwidth_hz)


def _over(c_n0_db_hz: Real, field: str, per_second: Real) -> Floats:
    require_positive(field, per_second)
    return np.asarray(c_n0_db_hz - to_db(per_second), dtype=np.float64)
