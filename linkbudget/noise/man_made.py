"""Noise that people make: engines, power lines, switching supplies, lamps.

The figures are for a short vertical lossless monopole over ground, outdoors. How much less of it an antenna collects
that looks up is for its user to say; no source was found.
"""

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np

from linkbudget.checks import require_finite, require_positive
from linkbudget.constants import REFERENCE_TEMPERATURE_K
from linkbudget.decibels import Floats, Real, from_db
from linkbudget.errors import LinkInputError
from linkbudget.provenance import Range, Source

Environment = Literal["none", "quiet-rural", "rural", "residential", "city"]
ENVIRONMENTS: tuple[str, ...] = get_args(Environment)

# Beyond 250 MHz the line is continued. Medians measured at 401 MHz were higher, but within one standard deviation (NTIA
# TR-11-478). Until P.372-8 business areas had 44.3 - 12.3 log10 f from 200 to 900 MHz: 8 dB more at 435 MHz.
MAN_MADE = Source(
    "ITU-R P.372-17 6.1.1, eq 17, Table 1 (unchanged since P.372-8)",
    "Fam = c - d log10 f_MHz, T = 290 K 10^(Fam / 10)",
    (Range("frequency_hz", 0.3e6, 250e6),),
)
MAN_MADE_DEVIATION = Source(
    "ITU-R P.372-17 Table 2 and Part 7; of quiet rural none is tabulated: that of rural, as ITU-R's own software does",
    "deviation = z D_u / 1.282 above the median, z D_l / 1.282 below",
    (Range("frequency_hz", 0.3e6, 250e6),),
)

_DECILE = 1.282  # standard deviations to a decile, as P.372 Part 7 rounds it


@dataclass(frozen=True, slots=True)
class _Row:
    c: float
    d: float
    upper_decile_db: float  # over time
    lower_decile_db: float
    location_decile_db: float  # both ways


_TABLE = {
    "none": _Row(-np.inf, 0.0, 0.0, 0.0, 0.0),
    "quiet-rural": _Row(53.6, 28.6, 9.2, 4.6, 6.8),
    "rural": _Row(67.2, 27.7, 9.2, 4.6, 6.8),
    "residential": _Row(72.5, 27.7, 10.6, 5.3, 5.8),
    "city": _Row(76.8, 27.7, 11.0, 6.7, 8.4),
}


def man_made_figure_db(environment: Environment, frequency_hz: Real) -> Floats:
    """Return the median external noise figure Fam in dB above k 290 K b; minus infinity for "none".

    Raises LinkInputError for a frequency that is not greater than 0.

    >>> float(man_made_figure_db("rural", 10e6).round(2))
    39.5
    """
    require_positive("frequency_hz", frequency_hz)
    row = _row(environment)
    return np.asarray(row.c - row.d * np.log10(np.divide(frequency_hz, 1e6)))


def man_made_temperature_k(environment: Environment, frequency_hz: Real, deviation_db: Real = 0.0) -> Floats:
    """Return the noise temperature, `deviation_db` above the median. Raises LinkInputError as `man_made_figure_db`."""
    require_finite("deviation_db", deviation_db)
    return np.asarray(REFERENCE_TEMPERATURE_K * from_db(man_made_figure_db(environment, frequency_hz) + deviation_db))


def man_made_deviation_db(environment: Environment, time_normal: Real, location_normal: Real = 0.0) -> Floats:
    """Return how far above its median a level is, for standard normal draws of the hour and of the place."""
    row = _row(environment)
    time_db = np.where(np.asarray(time_normal) > 0.0, row.upper_decile_db, row.lower_decile_db) * time_normal
    return np.asarray((time_db + np.multiply(row.location_decile_db, location_normal)) / _DECILE)


def _row(environment: str) -> _Row:
    if environment not in _TABLE:
        raise LinkInputError("environment", environment, ", ".join(ENVIRONMENTS))
    return _TABLE[environment]
