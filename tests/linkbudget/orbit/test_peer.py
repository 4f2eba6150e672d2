"""Our geometry and passes beside those of skyfield, which turns the same SGP4 into directions in its own way."""

from datetime import datetime, timedelta, timezone
from itertools import product

import numpy as np
import pytest
from skyfield.api import EarthSatellite, load, wgs84

from linkbudget.orbit.geometry import Geometry
from linkbudget.orbit.orbit import Orbit
from linkbudget.orbit.station import Station
from linkbudget.orbit.tle import Tle

SCALE = load.timescale(builtin=True)
TLES = {
    "sun-synchronous, 2024": (
        "1 43798U 18099AS  24021.70115283  .00014813  00000-0  98015-3 0  9997",
        "2 43798  97.5592  87.1577 0012401  79.5466 280.7158 15.07383665280634",
    ),
    "ISS, 2014": (
        "1 25544U 98067A   14020.93268519  .00009878  00000-0  18200-3 0  5082",
        "2 25544  51.6498 109.4756 0003572  55.9686 274.8005 15.49815350868473",
    ),
    "ISS, 2026": (
        "1 25544U 98067A   26211.86173118  .00009023  00000+0  17005-3 0  9996",
        "2 25544  51.6314  83.9591 0007096 355.3737   4.7185 15.49272805578527",
    ),
    "Molniya, 2006": (
        "1 08195U 75081A   06176.33215444  .00000099  00000-0  11873-3 0   813",
        "2 08195  64.1586 279.0717 6877146 264.7651  20.2257  2.00491383225656",
    ),
    "GPS, 2006": (
        "1 28129U 03058A   06175.57071136 -.00000104  00000-0  10000-3 0   459",
        "2 28129  54.7298 324.8098 0048506 266.2640  93.1663  2.00562768 18443",
    ),
}
STATIONS = {
    "Zurich": (47.3769, 8.5417, 408.0),
    "Svalbard": (78.23, 15.39, 450.0),
    "Quito": (-0.18, -78.47, 2850.0),
    "Punta Arenas": (-53.16, -70.91, 20.0),
}
WEEK_S = np.arange(0.0, 7 * 86_400.0, 211.0)


@pytest.fixture(params=product(TLES, STATIONS), ids=lambda names: " over ".join(names))
def scene(request):
    lines, place = TLES[request.param[0]], STATIONS[request.param[1]]
    station = Station(name="here", latitude_deg=place[0], longitude_deg=place[1], altitude_m=place[2])
    tle = Tle("", *lines)
    start = tle.epoch.replace(minute=0, second=0, microsecond=0, tzinfo=timezone.utc)
    return Orbit(tle.elements), station, start, EarthSatellite(*lines, "", SCALE), wgs84.latlon(*place)


def times(start: datetime):
    begin = SCALE.from_datetime(start)
    return SCALE.tt_jd(begin.whole, begin.tt_fraction + WEEK_S / 86_400.0)


def test_a_week_of_geometry(scene) -> None:
    orbit, station, start, satellite, site = scene
    seen = orbit.geometry(station, start, WEEK_S)
    topocentric = (satellite - site).at(times(start))
    elevation, azimuth, distance = topocentric.altaz()
    position, velocity = topocentric.position.m, topocentric.velocity.m_per_s
    range_rate = (position * velocity).sum(axis=0) / distance.m
    across = np.cos(np.radians(seen.elevation_deg))
    turned = (seen.azimuth_deg - azimuth.degrees + 180.0) % 360.0 - 180.0
    assert np.abs(seen.range_m - distance.m).max() < 5.0
    assert np.abs(seen.range_rate_m_s - range_rate).max() < 0.02
    assert np.abs(seen.elevation_deg - elevation.degrees).max() < 1e-3
    assert np.abs(turned * across).max() < 1e-3
    check_no_nan(seen)


def check_no_nan(seen: Geometry) -> None:
    for name in seen.__slots__:
        assert np.isfinite(getattr(seen, name)).all(), name


def test_the_point_below(scene) -> None:
    orbit, station, start, satellite, _ = scene
    seen = orbit.geometry(station, start, WEEK_S)
    below = wgs84.geographic_position_of(satellite.at(times(start)))
    turned = (seen.longitude_deg - below.longitude.degrees + 180.0) % 360.0 - 180.0
    # skyfield turns with the true equinox here
    assert np.abs(seen.latitude_deg - below.latitude.degrees).max() < 1e-5
    assert np.abs(turned * np.cos(np.radians(seen.latitude_deg))).max() < 1e-3
    assert np.abs(seen.altitude_m - below.elevation.m).max() < 1.0


def test_a_week_of_passes(scene) -> None:
    orbit, station, start, satellite, site = scene
    end = start + timedelta(days=7)
    found = orbit.passes(station, start, end, 10.0)
    events, kinds = satellite.find_events(site, SCALE.from_datetime(start), SCALE.from_datetime(end), 10.0)
    moments = np.array([(time - start).total_seconds() for time in events.utc_datetime()])
    rises, sets = (np.array([(each - start).total_seconds() for each in ends]) for ends in _ends(found, start, end))
    assert rises.shape == moments[kinds == 0].shape
    assert sets.shape == moments[kinds == 2].shape
    np.testing.assert_allclose(rises, moments[kinds == 0], rtol=0, atol=1.0)
    np.testing.assert_allclose(sets, moments[kinds == 2], rtol=0, atol=1.0)


def _ends(found, start: datetime, end: datetime):
    return [each.aos for each in found if each.aos > start], [each.los for each in found if each.los < end]
