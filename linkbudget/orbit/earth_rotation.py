"""How far the Earth has turned: UT1 from UTC, and Greenwich mean sidereal time.

`earth_rotation.csv` holds UT1 - TAI every 25 days: IERS finals2000A, its predictions at the end. It is smooth
where UT1 - UTC jumps with each leap second. Between its lines the tides make an error of up to 6 ms, 1.5 ms rms
(3 m and 0.7 m of a point on the equator). Before 1973 UT1 is taken as UTC (error up to 1 s, 470 m), after the end
the last value is held (0.1 to 0.3 s, 50 to 140 m, a year).
"""

from datetime import datetime, timezone
from functools import cache
from importlib.resources import files

import numpy as np

from linkbudget.decibels import Floats

_DAY_S = 86_400.0
_MJD_ORDINAL = 678_576  # of 17 November 1858 in datetime's count of days
_J2000_MJD = 51_544.5
_CENTURY_DAYS = 36_525.0

# The months that began after a leap second (IERS Bulletin C).
_LEAPS = (
    (1972, 7), (1973, 1), (1974, 1), (1975, 1), (1976, 1), (1977, 1), (1978, 1), (1979, 1), (1980, 1), (1981, 7),
    (1982, 7), (1983, 7), (1985, 7), (1988, 1), (1990, 1), (1991, 1), (1992, 7), (1993, 7), (1994, 7), (1996, 1),
    (1997, 7), (1999, 1), (2006, 1), (2009, 1), (2012, 7), (2015, 7), (2017, 1),
)  # fmt: skip
_FIRST_TAI_MINUS_UTC_S = 10.0  # before the first of them


def sidereal_rad(start: datetime, time_s: Floats) -> Floats:
    """Return the Greenwich mean sidereal time of 1982, 0 to 2 pi, at `time_s` seconds after an aware time.

    AIAA 2006-6753 appendix C (Aoki et al. 1982). A leap second after `start` does not count.
    """
    mjd, seconds = _mjd_and_seconds(start)
    ut1_days = (seconds + time_s + ut1_minus_utc_s(start, time_s)) / _DAY_S
    centuries = (mjd - _J2000_MJD + ut1_days) / _CENTURY_DAYS
    slow_s = 67_310.54841 + (8_640_184.812866 + (0.093104 - 6.2e-6 * centuries) * centuries) * centuries
    # the other term, 876600 h a century, is a turn a day; whole days are left out of it to keep its digits
    turns = ut1_days - _J2000_MJD % 1.0 + slow_s / _DAY_S
    return np.asarray(2.0 * np.pi * (turns % 1.0))


def ut1_minus_utc_s(start: datetime, time_s: Floats) -> Floats:
    """Return UT1 - UTC in seconds at `time_s` seconds after an aware time; the module says how well."""
    mjd, seconds = _mjd_and_seconds(start)
    table_mjd, ut1_minus_tai_s = _table()
    if mjd < table_mjd[0]:
        return np.zeros_like(time_s)
    at = mjd + (seconds + time_s) / _DAY_S
    return np.interp(at, table_mjd, ut1_minus_tai_s) + _tai_minus_utc_s(start)


def centuries_since_2000(start: datetime, time_s: Floats) -> Floats:
    """Return the Julian centuries from 2000 January 1, 12 h, to `time_s` seconds after an aware time."""
    mjd, seconds = _mjd_and_seconds(start)
    return (mjd - _J2000_MJD + (seconds + time_s) / _DAY_S) / _CENTURY_DAYS


def _tai_minus_utc_s(at: datetime) -> float:
    utc = at.astimezone(timezone.utc)
    return _FIRST_TAI_MINUS_UTC_S + sum((utc.year, utc.month) >= leap for leap in _LEAPS)


def _mjd_and_seconds(at: datetime) -> tuple[int, float]:
    """Return the modified Julian day that an aware time falls on, and the seconds of UTC in it."""
    utc = at.astimezone(timezone.utc)
    return utc.toordinal() - _MJD_ORDINAL, utc.hour * 3600 + utc.minute * 60 + utc.second + utc.microsecond * 1e-6


@cache
def _table() -> tuple[Floats, Floats]:
    """Return the columns of the data file: modified Julian day (UTC) and UT1 - TAI in seconds."""
    text = files("linkbudget.orbit").joinpath("earth_rotation.csv").read_text(encoding="ascii")
    rows = np.array([line.split(",") for line in text.splitlines()[1:]], dtype=np.float64)
    return rows[:, 0], rows[:, 1]
