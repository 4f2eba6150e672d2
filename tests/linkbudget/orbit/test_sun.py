from dataclasses import replace
from datetime import datetime, timedelta, timezone
from typing import Any

import numpy as np
import pytest

from linkbudget.orbit import sun
from linkbudget.orbit.orbit import Orbit
from linkbudget.orbit.station import Station
from linkbudget.orbit.sun import sun_position_m, sunlit
from linkbudget.orbit.tle import Tle

NOW = np.zeros(1)
AU_M = 149_597_870_700.0
NOON_SUN = np.array([[AU_M], [0.0], [0.0]])
DAYS_S = np.arange(0.0, 2 * 86_400.0, 2.0)


def direction(case: dict[str, Any]) -> np.ndarray:
    ra, dec = np.radians(case["right_ascension_deg"]), np.radians(case["declination_deg"])
    return np.array([np.cos(dec) * np.cos(ra), np.cos(dec) * np.sin(ra), np.sin(dec)])


def test_the_published_position(published) -> None:
    case = published["sun"]
    found = sun_position_m(datetime.fromisoformat(case["utc"]).replace(tzinfo=timezone.utc), NOW)
    np.testing.assert_allclose(found[:, 0] / AU_M, case["au"], rtol=0, atol=case["tolerance_au"])


def test_within_a_hundredth_of_a_degree_of_de421(sunlight) -> None:
    for case in sunlight["sun"]:
        found = sun_position_m(datetime.fromisoformat(case["utc"]), NOW)[:, 0]
        distance = np.linalg.norm(found)
        # DE421's direction is of the true equinox: up to 0.005 deg of nutation on top
        assert np.degrees(np.arccos(direction(case) @ found / distance)) < 0.0115
        assert distance / AU_M == pytest.approx(case["distance_au"], abs=1e-4)


def test_the_sun_as_a_station_sees_it(sunlight, orbit: Orbit, zurich: Station) -> None:
    for case in sunlight["sun"]:
        time = datetime.fromisoformat(case["utc"])
        seen = Orbit(replace(orbit.elements, epoch=time)).geometry(zurich, time, NOW)
        assert seen.sun_elevation_deg[0] == pytest.approx(case["zurich_altitude_deg"], abs=0.02)
        here = on_the_sky(seen.elevation_deg[0], seen.azimuth_deg[0])
        there = on_the_sky(case["zurich_altitude_deg"], case["zurich_azimuth_deg"])
        assert seen.sun_separation_deg[0] == pytest.approx(np.degrees(np.arccos(here @ there)), abs=0.02)


def on_the_sky(elevation_deg: float, azimuth_deg: float) -> np.ndarray:
    elevation, azimuth = np.radians(elevation_deg), np.radians(azimuth_deg)
    return np.array([np.cos(elevation) * np.sin(azimuth), np.cos(elevation) * np.cos(azimuth), np.sin(elevation)])


def light(case: dict[str, Any], zurich: Station) -> np.ndarray:
    return Orbit(Tle("", *case["tle"]).elements).geometry(zurich, datetime.fromisoformat(case["start"]), DAYS_S).sunlit


def lit_by_de421(case: dict[str, Any]) -> np.ndarray:
    states = np.array([case["lit_at_start"], *case["lit_after"]])
    return states[np.searchsorted(case["change_s"], DAYS_S)]


def near_a_change(case: dict[str, Any], seconds: float) -> np.ndarray:
    changes = np.array(case["change_s"])
    return np.abs(DAYS_S[:, None] - changes).min(axis=1) <= seconds


def test_on_a_spherical_earth_light_changes_when_it_does_with_de421(
    sunlight, zurich: Station, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sun, "_TO_SPHERE", np.ones((3, 1)))
    for case in sunlight["changes"].values():
        different = light(case, zurich) != lit_by_de421(case)
        assert not np.any(different & ~near_a_change(case, 0.6))


def test_the_flattened_earth_shadows_a_little_less(sunlight, zurich: Station) -> None:
    for case in sunlight["changes"].values():
        ours, theirs = light(case, zurich), lit_by_de421(case)
        assert not np.any((ours != theirs) & ~near_a_change(case, 9.0))
        assert ours.sum() > theirs.sum()


@pytest.mark.parametrize(
    ("x", "z", "lit"),
    [
        (7e6, 0.0, True),
        (-7e6, 0.0, False),
        (-7e6, 6.40e6, True),
        (-7e6, 6.345e6, False),  # under the pole's radius, 6357 km, but for the Sun's nearness
        (-7e6, 6.36e6, True),  # over it, though under the equator's
        (0.0, 7e6, True),
    ],
)
def test_shadow_behind_the_earth_only(x: float, z: float, lit: bool) -> None:
    assert sunlit(np.array([[x], [0.0], [z]]), NOON_SUN).tolist() == [lit]


def test_a_year_brings_the_sun_back() -> None:
    start = datetime(2024, 3, 20, 3, 6, tzinfo=timezone.utc)  # the equinox, by the Astronomical Almanac
    year_s = np.array([0.0, timedelta(days=365.2422).total_seconds()])
    place = sun_position_m(start, year_s)
    assert np.degrees(np.arctan2(place[1, 0], place[0, 0])) == pytest.approx(0.0, abs=0.012)
    np.testing.assert_allclose(place[:, 0], place[:, 1], rtol=0, atol=5e-4 * AU_M)
