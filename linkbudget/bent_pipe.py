"""Links in series through a transparent repeater."""

import numpy as np

from linkbudget.decibels import Floats, Real, from_db, to_db
from linkbudget.provenance import Source

BENT_PIPE = Source(
    "Maral, Bousquet, Satellite Communications Systems, 5th ed. (2009), chapter 5", "1/(C/N0) = sum of 1/(C/N0)i"
)


def bent_pipe_c_n0_db_hz(*c_n0_db_hz: Real) -> Floats:
    """Return C/N0 in dB-Hz after links in series, whose noises add; intermodulation counts as one more link.

    The repeater is linear and its noise is that of the link before it. float64 of the arguments' broadcast shape.

    >>> round(float(bent_pipe_c_n0_db_hz(60.0, 60.0)), 2)
    56.99
    """
    noise = sum((from_db(np.negative(each)) for each in c_n0_db_hz), start=np.asarray(0.0))
    return -to_db(noise)
