"""An orbit: where a satellite is, what a station sees of it, and when it passes over."""

from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from functools import lru_cache
from math import pi, radians

import numpy as np
import numpy.typing as npt
from sgp4.api import WGS72, Satrec

from linkbudget.checks import require_aware, require_between
from linkbudget.decibels import Floats
from linkbudget.errors import LinkInputError
from linkbudget.orbit.earth_rotation import sidereal_rad
from linkbudget.orbit.elements import MeanElements
from linkbudget.orbit.frames import EARTH_ROTATION_RAD_S, itrf_from_teme, rotated
from linkbudget.orbit.geometry import Geometry, geometry
from linkbudget.orbit.gravity import acceleration_m_s2
from linkbudget.orbit.pass_search import PassTimes, find_passes
from linkbudget.orbit.passes import Pass
from linkbudget.orbit.sight import Motion, sight
from linkbudget.orbit.station import Station
from linkbudget.orbit.sun import sun_position_m
from linkbudget.provenance import Source

SGP4 = Source("SGP4, AIAA 2006-6753, WGS-72; TEME to ITRF, ibid. appendix C")

MAX_AGE_DAYS = 30.0  # farther from its epoch SGP4 still answers, but no longer with where the satellite is

_DAY_S = 86_400.0
_SGP4_ZERO = datetime(1949, 12, 31, tzinfo=timezone.utc)  # it counts an epoch's days from here
_SGP4_ZERO_JULIAN = 2_433_281.5
_STEPS_PER_TURN = 48
_SHORTEST_STEP_S = 60.0


@dataclass(frozen=True, slots=True)
class Orbit:
    """The orbit of mean elements, propagated by SGP4 (AIAA 2006-6753, WGS72 constants)."""

    elements: MeanElements

    def age_days(self, at: datetime) -> float:
        """Return the age of the elements in days at an aware time, negative before their epoch.

        SGP4 errs by about 1 km at the epoch and 1 to 3 km more with each day.
        """
        require_aware("at", at)
        age: timedelta = at - self.elements.epoch
        return age / timedelta(days=1)

    def teme(self, start: datetime, time_s: Floats) -> tuple[Floats, Floats]:
        """Return position and velocity float64[3, n] in TEME at `time_s` seconds after `start`, in metres.

        Raises LinkInputError as `geometry` does.
        """
        require_aware("start", start)
        _require_time_series(time_s)
        self._require_fresh(start, time_s)
        satellite = _satellite(self.elements)
        since_epoch_days = ((start - self.elements.epoch).total_seconds() + time_s) / _DAY_S
        whole = np.full(time_s.shape, satellite.jdsatepoch)
        error, position_km, velocity_km_s = satellite.sgp4_array(whole, satellite.jdsatepochF + since_epoch_days)
        _require_position(error, start, time_s)
        return position_km.T * 1e3, velocity_km_s.T * 1e3

    def motion(self, start: datetime, time_s: Floats) -> Motion:
        """Return position, velocity and acceleration in ITRF. Raises LinkInputError as `geometry` does."""
        position_m, velocity_m_s = itrf_from_teme(*self.teme(start, time_s), sidereal_rad(start, time_s))
        return Motion(position_m, velocity_m_s, acceleration_m_s2(position_m, velocity_m_s))

    def geometry(self, station: Station, start: datetime, time_s: Floats) -> Geometry:
        """Return what a station sees at `time_s` seconds (float64[n]) after `start`.

        Raises LinkInputError if `start` is not aware, `time_s` is not one-dimensional and finite, a time is
        more than 30 days from the elements' epoch, or SGP4 has no position for it (the satellite would have
        decayed).
        """
        motion = self.motion(start, time_s)
        sun_m = rotated(sun_position_m(start, time_s), sidereal_rad(start, time_s))
        return geometry(time_s, motion, station, sun_m)

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
        self._require_fresh(start, np.array([0.0, span_s]))  # before a grid of years is made
        found = find_passes(
            lambda time_s: sight(self.motion(start, time_s), station), span_s, self._step_s(), min_elevation_deg
        )
        return self._described(found, station, start.astimezone(timezone.utc))

    def _described(self, found: PassTimes, station: Station, start: datetime) -> list[Pass]:
        aos, tca, los = (self.geometry(station, start, time_s) for time_s in (found.aos_s, found.tca_s, found.los_s))
        return [
            Pass(
                aos=start + timedelta(seconds=float(aos.time_s[i])),
                tca=start + timedelta(seconds=float(tca.time_s[i])),
                los=start + timedelta(seconds=float(los.time_s[i])),
                max_elevation_deg=float(found.max_elevation_deg[i]),
                aos_azimuth_deg=float(aos.azimuth_deg[i]),
                tca_azimuth_deg=float(tca.azimuth_deg[i]),
                los_azimuth_deg=float(los.azimuth_deg[i]),
                sunlit=bool(tca.sunlit[i]),
            )
            for i in range(aos.time_s.size)
        ]

    def _step_s(self) -> float:
        """Return a step that divides the fastest turn seen from the Earth, that at perigee, into 48.

        Two turns of an elevation in view are 5 or more such steps apart, in orbits of any shape (tests).
        """
        eccentricity = self.elements.eccentricity
        mean_rad_s = self.elements.mean_motion_rev_day * 2.0 * pi / _DAY_S
        fastest_rad_s = mean_rad_s * (1.0 + eccentricity) ** 2 / (1.0 - eccentricity**2) ** 1.5
        step_s = 2.0 * pi / (fastest_rad_s + EARTH_ROTATION_RAD_S) / _STEPS_PER_TURN
        return max(float(step_s), _SHORTEST_STEP_S)  # nothing that stays above the ground turns faster

    def _require_fresh(self, start: datetime, time_s: Floats) -> None:
        ages_days = self.age_days(start) + time_s / _DAY_S
        require_between("tle_age_days", ages_days, -MAX_AGE_DAYS, MAX_AGE_DAYS)


@lru_cache(maxsize=1024)
def _satellite(elements: MeanElements) -> Satrec:
    days = (elements.epoch - _SGP4_ZERO) / timedelta(days=1)
    satellite = Satrec()
    satellite.sgp4init(
        WGS72,
        "i",
        0,  # it would refuse a catalogue number of six digits, and uses none
        (_SGP4_ZERO_JULIAN + days) - _SGP4_ZERO_JULIAN,  # rounded as in the published verification set
        elements.b_star,
        0.0,  # the two derivatives of the mean motion: SGP4 uses neither
        0.0,
        elements.eccentricity,
        radians(elements.argument_of_perigee_deg),
        radians(elements.inclination_deg),
        radians(elements.mean_anomaly_deg),
        elements.mean_motion_rev_day * 2.0 * pi / 1440.0,
        radians(elements.raan_deg),
    )
    return satellite


def _require_time_series(time_s: Floats) -> None:
    if time_s.ndim != 1:
        raise LinkInputError("time_s.ndim", time_s.ndim, "1")
    offenders = time_s[~np.isfinite(time_s)]
    if offenders.size:
        raise LinkInputError("time_s", float(offenders[0]), "finite seconds")


def _require_position(error: npt.NDArray[np.uint8], start: datetime, time_s: Floats) -> None:
    lost = np.flatnonzero(error)
    if lost.size:
        at = start + timedelta(seconds=float(time_s[lost[0]]))
        raise LinkInputError("time", at.isoformat(), "a time nearer the TLE's epoch: SGP4 has no position")
