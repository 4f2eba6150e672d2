"""Where a satellite stands and moves as seen from a station, and when it passes over it."""

from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

import numpy as np
import numpy.typing as npt
from scipy.optimize import brentq, minimize_scalar
from skyfield.api import EarthSatellite, load, wgs84

from linkbudget.checks import require_aware, require_between
from linkbudget.errors import LinkInputError
from linkbudget.station import Station
from linkbudget.tle import Tle

Floats = npt.NDArray[np.float64]

MAX_AGE_DAYS = 30.0  # farther from its epoch SGP4 still answers, but no longer with where the satellite is

_DAY_S = 86_400.0
_GRID_S = 60.0  # the lowest orbit takes 5200 s: its elevation has one peak in any three steps
_TIME_TOLERANCE_S = 1e-6  # datetime resolves no more


@dataclass(frozen=True, slots=True, eq=False)
class Geometry:
    """A satellite as seen from a station: float64 arrays, one element per time.

    `range_rate_m_s` is positive while the range grows. Elevation is geometric, without refraction; azimuth
    is from north over east, 0 to 360 degrees.
    """

    time_s: Floats
    range_m: Floats
    range_rate_m_s: Floats
    elevation_deg: Floats
    azimuth_deg: Floats


@dataclass(frozen=True, slots=True)
class Pass:
    """A span at or above the least elevation: acquisition, closest approach and loss of signal, in UTC."""

    aos: datetime
    tca: datetime
    los: datetime
    max_elevation_deg: float


class Orbit:
    """The orbit that a TLE describes, propagated by SGP4 (AIAA 2006-6753, WGS72 constants)."""

    def __init__(self, tle: Tle) -> None:
        self.tle = tle
        self._timescale = load.timescale(builtin=True)  # the Earth-rotation data that skyfield ships
        self._satellite = EarthSatellite(tle.line1, tle.line2, tle.name, self._timescale)

    def age_days(self, at: datetime) -> float:
        """Return the age of the TLE in days at an aware time, negative before its epoch.

        SGP4 errs by about 1 km at the epoch and 1 to 3 km more with each day.
        """
        require_aware("at", at)
        return (at - self.tle.epoch) / timedelta(days=1)

    def geometry(self, station: Station, start: datetime, time_s: Floats) -> Geometry:
        """Return range, range rate, elevation and azimuth at `time_s` seconds (float64[n]) after `start`.

        Raises LinkInputError if `start` is not aware, `time_s` is not one-dimensional and finite, a time is
        more than 30 days from the TLE's epoch, or SGP4 has no position for it (the satellite would have
        decayed).
        """
        require_aware("start", start)
        _require_time_series(time_s)
        self._require_fresh(start, time_s)
        epoch = self._timescale.from_datetime(start)
        # Whole and fraction apart: one float64 Julian date resolves 40 microseconds only.
        at = self._timescale.tt_jd(epoch.whole, epoch.tt_fraction + time_s / _DAY_S)
        site = wgs84.latlon(station.latitude_deg, station.longitude_deg, station.altitude_m)
        topocentric = (self._satellite - site).at(at)
        position_m, velocity_m_s = topocentric.position.m, topocentric.velocity.m_per_s
        range_m = np.sqrt((position_m**2).sum(axis=0))
        _require_position(range_m, start, time_s)
        elevation, azimuth, _ = topocentric.altaz()
        return Geometry(
            time_s=time_s,
            range_m=range_m,
            range_rate_m_s=(position_m * velocity_m_s).sum(axis=0) / range_m,
            elevation_deg=elevation.degrees,
            azimuth_deg=azimuth.degrees,
        )

    def passes(self, station: Station, start: datetime, end: datetime, min_elevation_deg: float) -> list[Pass]:
        """Return the passes at or above `min_elevation_deg` between two aware times, in order.

        A pass under way at `start` or `end` is cut there, and its highest elevation is that of what is left.
        Raises LinkInputError if a time is not aware, `end` is not after `start`, the elevation is not
        between 0 and 90 degrees, or `geometry` would raise it for a time of the search.
        """
        require_aware("start", start)
        require_aware("end", end)
        require_between("min_elevation_deg", min_elevation_deg, 0.0, 90.0)
        if end <= start:
            raise LinkInputError("end", end.isoformat(), f"a time after the start, {start.isoformat()}")
        span_s = (end - start).total_seconds()
        return _PassSearch(self, station, start.astimezone(timezone.utc), span_s, min_elevation_deg).passes()

    def _require_fresh(self, start: datetime, time_s: Floats) -> None:
        ages_days = self.age_days(start) + time_s / _DAY_S
        for age_days in (ages_days.min(initial=0.0), ages_days.max(initial=0.0)):
            require_between("tle_age_days", float(age_days), -MAX_AGE_DAYS, MAX_AGE_DAYS)


@dataclass(frozen=True, slots=True)
class _PassSearch:
    """The search of one window: a grid of elevations, its peaks made exact, then the crossings between."""

    orbit: Orbit
    station: Station
    start: datetime
    span_s: float
    min_elevation_deg: float

    def passes(self) -> list[Pass]:
        time_s = self._grid_with_peaks()
        above = self._geometry(time_s).elevation_deg >= self.min_elevation_deg
        edges = np.flatnonzero(above[1:] != above[:-1])
        crossings_s = [self._crossing_s(time_s[i], time_s[i + 1]) for i in edges]
        # A window that begins or ends above the elevation cuts a pass there.
        bounds_s = [0.0] * int(above[0]) + crossings_s + [self.span_s] * int(above[-1])
        return [self._pass(aos_s, los_s, time_s) for aos_s, los_s in zip(bounds_s[::2], bounds_s[1::2], strict=True)]

    def _geometry(self, time_s: Floats) -> Geometry:
        return self.orbit.geometry(self.station, self.start, time_s)

    def _elevation_deg(self, time_s: float) -> float:
        return float(self._geometry(np.array([time_s])).elevation_deg[0])

    def _range_rate_m_s(self, time_s: float) -> float:
        return float(self._geometry(np.array([time_s])).range_rate_m_s[0])

    def _grid_with_peaks(self) -> Floats:
        """Return the grid with every elevation peak added, so that no short pass falls between its points."""
        # One step beyond each end, so that a peak in the first or last step has neighbours.
        grid_s = np.arange(-_GRID_S, self.span_s + 2.0 * _GRID_S, _GRID_S)
        rises = np.diff(self._geometry(grid_s).elevation_deg) > 0.0
        tops = np.flatnonzero(rises[:-1] & ~rises[1:]) + 1
        peaks_s = [self._peak_s(grid_s[i - 1], grid_s[i + 1]) for i in tops]
        time_s: Floats = np.unique(np.concatenate([grid_s, peaks_s, [self.span_s]]))
        return time_s[(time_s >= 0.0) & (time_s <= self.span_s)]

    def _peak_s(self, before_s: float, after_s: float) -> float:
        found = minimize_scalar(
            lambda time_s: -self._elevation_deg(time_s), bounds=(before_s, after_s), method="bounded"
        )
        return float(found.x)

    def _crossing_s(self, before_s: float, after_s: float) -> float:
        return float(
            brentq(
                lambda time_s: self._elevation_deg(time_s) - self.min_elevation_deg,
                before_s,
                after_s,
                xtol=_TIME_TOLERANCE_S,
            )
        )

    def _pass(self, aos_s: float, los_s: float, time_s: Floats) -> Pass:
        inside_s = time_s[(time_s > aos_s) & (time_s < los_s)]
        elevation_deg = self._geometry(np.concatenate([[aos_s], inside_s, [los_s]])).elevation_deg
        return Pass(
            aos=self._time(aos_s),
            tca=self._time(self._closest_approach_s(aos_s, los_s)),
            los=self._time(los_s),
            max_elevation_deg=float(elevation_deg.max()),
        )

    def _closest_approach_s(self, aos_s: float, los_s: float) -> float:
        if self._range_rate_m_s(aos_s) >= 0.0:
            return aos_s
        if self._range_rate_m_s(los_s) <= 0.0:
            return los_s
        return float(brentq(self._range_rate_m_s, aos_s, los_s, xtol=_TIME_TOLERANCE_S))

    def _time(self, time_s: float) -> datetime:
        return self.start + timedelta(seconds=time_s)


def _require_time_series(time_s: Floats) -> None:
    if time_s.ndim != 1:
        raise LinkInputError("time_s.ndim", time_s.ndim, "1")
    offenders = time_s[~np.isfinite(time_s)]
    if offenders.size:
        raise LinkInputError("time_s", float(offenders[0]), "finite seconds")


def _require_position(range_m: Floats, start: datetime, time_s: Floats) -> None:
    lost = np.flatnonzero(~np.isfinite(range_m))
    if lost.size:
        at = start + timedelta(seconds=float(time_s[lost[0]]))
        raise LinkInputError("time", at.isoformat(), "a time nearer the TLE's epoch: SGP4 has no position")
