"""A week's passes over one station, searched by linkbudget and by skyfield."""

import math
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import numpy as np
from skyfield.api import EarthSatellite, load, wgs84

from bench.figures import Figure, times_s
from linkbudget.orbit.orbit import Orbit
from linkbudget.orbit.passes import Pass
from linkbudget.orbit.station import Station
from linkbudget.orbit.tle import Tle

_MS_A_STATION = 50.0
_AGREEMENT_S = 1.0
_DAYS = 7
_RISE, _SET = 0, 2  # as skyfield counts its events
_LEAST_ELEVATION_DEG = 5.0
_STATION = Station(name="Zurich", latitude_deg=47.3769, longitude_deg=8.5417, altitude_m=408.0)
_TLES = {
    "ISS": (
        "1 25544U 98067A   26211.86173118  .00009023  00000+0  17005-3 0  9996",
        "2 25544  51.6314  83.9591 0007096 355.3737   4.7185 15.49272805578527",
    ),
    "sun-synchronous": (
        "1 43798U 18099AS  24021.70115283  .00014813  00000-0  98015-3 0  9997",
        "2 43798  97.5592  87.1577 0012401  79.5466 280.7158 15.07383665280634",
    ),
}


def figures(repetitions: int) -> list[Figure]:
    """Return the times of both for each orbit, and by how much their rises and sets differ."""
    return [each for name, lines in _TLES.items() for each in _of_orbit(name, lines, repetitions)]


def _of_orbit(name: str, lines: tuple[str, str], repetitions: int) -> list[Figure]:
    tle, scale = Tle(name, *lines), load.timescale(builtin=True)
    start = tle.epoch.replace(minute=0, second=0, microsecond=0)
    end = start + timedelta(days=_DAYS)
    orbit, satellite = Orbit(tle.elements), EarthSatellite(*lines, name, scale)
    site = wgs84.latlon(_STATION.latitude_deg, _STATION.longitude_deg, _STATION.altitude_m)

    def ours() -> list[Pass]:
        return orbit.passes(_STATION, start, end, _LEAST_ELEVATION_DEG)

    def theirs() -> tuple[Any, Any]:
        span = scale.from_datetime(start), scale.from_datetime(end)
        events: tuple[Any, Any] = satellite.find_events(site, *span, _LEAST_ELEVATION_DEG)
        return events

    ours_s, theirs_s = times_s(ours, theirs, repetitions=repetitions)
    found, (events, kinds) = ours(), theirs()
    differ_s = (
        _difference_s([each.aos for each in found if each.aos > start], events[kinds == _RISE].utc_datetime()),
        _difference_s([each.los for each in found if each.los < end], events[kinds == _SET].utc_datetime()),
    )
    ratio = np.median(theirs_s) / np.median(ours_s)
    what = f"{len(found)} passes of at least {_LEAST_ELEVATION_DEG:g} deg"
    return [
        Figure(f"passes of 7 days, {name}", "ms", tuple(1e3 * ours_s), _MS_A_STATION, what),
        Figure(f"passes of 7 days, {name}, skyfield", "ms", tuple(1e3 * theirs_s), note=f"{ratio:.1f} times ours"),
        Figure("rises and sets, largest difference of each", "s", differ_s, _AGREEMENT_S, vital=True),
    ]


def _difference_s(ours: Sequence[datetime], theirs: Sequence[datetime]) -> float:
    """Return the largest difference of times; infinite if one has found more than the other."""
    if len(ours) != len(theirs):
        return math.inf
    return max(abs((one - other).total_seconds()) for one, other in zip(ours, theirs, strict=True))
