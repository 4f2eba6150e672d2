"""Bit error rates of uncoded bits in white noise, and the Eb/N0 that they ask for: closed forms, both ways."""

import numpy as np
from scipy import special

from linkbudget.checks import require_between
from linkbudget.decibels import Floats, Real, from_db, to_db
from linkbudget.errors import LinkInputError
from linkbudget.modes.modulation import MODULATIONS, ErrorLaw, Modulation, modulation

_LEAST_BER = 1e-300


def bit_error_rate(modulation_name: str, eb_n0_db: Real) -> Floats:
    """Return the bit error rate at an Eb/N0, of its shape (`Modulation.source` gives the equation).

    Raises LinkInputError if no closed form is known for the modulation, or it has no such name.

    >>> round(float(bit_error_rate("bpsk", 9.6)) * 1e6, 1)
    9.7
    """
    kind = _with_law(modulation_name)
    x = kind.efficiency * from_db(eb_n0_db)
    if kind.law is ErrorLaw.NONCOHERENT:
        return np.asarray(0.5 * np.exp(-x), dtype=np.float64)
    return np.asarray(kind.errors_per_tail * special.erfc(np.sqrt(x)), dtype=np.float64)


def required_eb_n0_db(modulation_name: str, ber: Real) -> Floats:
    """Return the Eb/N0 in dB at which the bit error rate is `ber`, of its shape.

    Raises LinkInputError if no closed form is known for the modulation, or the rate is not above 0 and at most
    the formula's value without a signal: 0.5, and 1/3 for 8PSK.

    >>> round(float(required_eb_n0_db("bpsk", 1e-5)), 3)
    9.588
    """
    kind = _with_law(modulation_name)
    if kind.law is ErrorLaw.NONCOHERENT:
        require_between("ber", ber, _LEAST_BER, 0.5)
        return to_db(-np.log(np.multiply(ber, 2.0)) / kind.efficiency)
    require_between("ber", ber, _LEAST_BER, kind.errors_per_tail)
    return to_db(special.erfcinv(np.divide(ber, kind.errors_per_tail)) ** 2 / kind.efficiency)


def _with_law(name: str) -> Modulation:
    if modulation(name).law is None:
        raise LinkInputError("modulation", name, ", ".join(n for n, each in MODULATIONS.items() if each.law))
    return MODULATIONS[name]
