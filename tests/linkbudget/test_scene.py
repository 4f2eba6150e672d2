from dataclasses import replace
from datetime import datetime, timezone

import numpy as np
import pytest

from linkbudget.errors import LinkInputError
from linkbudget.link import Link, StatedReceiver, StatedTransmitter
from linkbudget.propagation.climate import Climate
from linkbudget.propagation.local_climate import LocalClimate
from linkbudget.scene import link_budget, link_of, site_of, view_of
from linkbudget.study import GeometryTable, OrbitTable, PassTable, Study
from linkbudget.study_passes import orbit_of, passes_of, search, station_of
from linkbudget.view import View

LINK = Link(frequency_hz=8e9, transmitter=StatedTransmitter(eirp_dbw=10.0), receiver=StatedReceiver(g_over_t_db_k=20.0))
EPOCH = datetime(2024, 1, 22, tzinfo=timezone.utc)
STUDY = Study(name="", links={"down": LINK}, geometry=GeometryTable(elevation_deg=30.0, altitude_m=550e3))


@pytest.fixture
def in_orbit(tle_text, zurich) -> Study:
    wanted = PassTable(start=EPOCH, min_elevation_deg=7.0)
    return Study(name="", links={"down": LINK}, orbit=OrbitTable(elements=tle_text), station=zurich, passes=wanted)


def test_the_view_is_that_of_the_geometry_by_altitude_or_by_range():
    assert view_of(STUDY).range_m == View.of_altitude(30.0, 550e3).range_m
    far = replace(STUDY, geometry=GeometryTable(elevation_deg=30.0, range_m=2e6))
    assert view_of(far).range_m == 2e6
    assert view_of(far).off_nadir_deg == View.of_range(30.0, 2e6).off_nadir_deg


@pytest.mark.parametrize("missing", ["station", "passes"])
def test_without_geometry_the_orbit_needs_a_station_and_passes(in_orbit, missing):
    with pytest.raises(LinkInputError) as caught:
        view_of(replace(in_orbit, **{missing: None}))
    assert caught.value.field == missing


def test_without_geometry_the_view_is_that_at_aos_of_the_highest_pass(in_orbit):
    view = view_of(in_orbit)
    orbit, station = orbit_of(in_orbit), station_of(in_orbit)
    aos = max(search(in_orbit, orbit), key=lambda each: each.max_elevation_deg).aos
    seen = orbit.geometry(station, aos, np.zeros(1))
    assert view.range_m == seen.range_m[0]
    assert view.off_nadir_deg == seen.off_nadir_deg[0]
    assert view.elevation_deg == pytest.approx(7.0, abs=1e-4)
    assert view.source.reference.startswith("SGP4")
    assert view_of(replace(in_orbit, geometry=STUDY.geometry)).elevation_deg == 30.0


@pytest.mark.parametrize(
    ("rev_day", "semi_major_axis_km"),
    [(1.00273790935, 42_164.2), (2.0 * 1.00273790935, 26_561.8)],  # any textbook; the other is GPS's
    ids=["geostationary", "half a sidereal day"],
)
def test_the_altitude_follows_from_the_mean_motion(in_orbit, rev_day, semi_major_axis_km):
    elements = replace(orbit_of(in_orbit).elements, mean_motion_rev_day=rev_day)
    assert (elements.mean_altitude_m + 6_371_008.8) / 1e3 == pytest.approx(semi_major_axis_km, abs=0.5)


def test_a_preset_needs_no_elements():
    study = replace(STUDY, orbit=OrbitTable(preset="sso-550-1030", epoch=EPOCH))
    elements = orbit_of(study).elements
    assert elements.epoch == EPOCH
    # 7 km more than the preset's, which is above the equator; and 3 km, as the mean motion is Kozai's
    assert elements.mean_altitude_m == pytest.approx(560e3, abs=1e3)


def test_the_climate_is_that_of_the_station(zurich):
    assert site_of(STUDY) is None
    assert site_of(replace(STUDY, station=zurich)) is None
    known = LocalClimate(rain_rate_mm_h=33.0)
    site = site_of(replace(STUDY, station=zurich, climate=known))
    assert site is not None
    assert site.rain_rate_source == known.rain_rate_source
    assert (site.latitude_deg, site.altitude_m) == (zurich.latitude_deg, zurich.altitude_m)
    assert site.climate == replace(Climate.by_latitude(zurich.latitude_deg, zurich.altitude_m), rain_rate_mm_h=33.0)


def test_a_budget_takes_numbers_in_place_of_those_of_the_study():
    base = link_budget(STUDY, "down")
    drawn = link_budget(STUDY, "down", {"links.down.transmitter.eirp_dbw": np.array([10.0, 12.5])})
    np.testing.assert_allclose(drawn["c_n0_db_hz"] - base["c_n0_db_hz"], [0.0, 2.5], atol=1e-9)
    higher = link_budget(STUDY, "down", {"geometry.elevation_deg": 60.0})
    assert higher["range_m"] == View.of_altitude(60.0, 550e3).range_m
    assert STUDY.geometry is not None
    assert STUDY.geometry.elevation_deg == 30.0


def test_a_budget_takes_another_view():
    view = View.of_altitude(np.array([10.0, 80.0])[:, None, None], 700e3)
    assert link_budget(STUDY, "down", view=view)["c_n0_db_hz"].shape == (2, 1, 1)


def test_a_budget_draws_the_climate_too(zurich):
    study = replace(STUDY, station=zurich, climate=LocalClimate(rain_rate_mm_h=30.0))
    rain_db = link_budget(study, "down", {"climate.rain_rate_mm_h": np.array([10.0, 30.0, 60.0])})["rain_db"]
    assert rain_db[0] < rain_db[1] == link_budget(study, "down")["rain_db"] < rain_db[2]


@pytest.mark.parametrize(
    ("ask", "field", "accepted"),
    [
        (lambda: link_of(STUDY, "up"), "link", "one of down"),
        (lambda: orbit_of(STUDY), "orbit", "a table [orbit], or [geometry] in its place"),
        (lambda: station_of(STUDY), "station", "a table [station]"),
        (lambda: passes_of(STUDY), "passes", "a table [passes] with the start of the search"),
        (lambda: site_of(replace(STUDY, climate=LocalClimate())), "station", "a table [station]"),
        (lambda: view_of(replace(STUDY, geometry=None)), "orbit", "a table [orbit], or [geometry] in its place"),
        (lambda: link_budget(STUDY, "down", {"geometry.range_m": 1.0}), "geometry.range_m", "the place of a number"),
        (lambda: link_budget(STUDY, "down", {"geometry.elevation_deg": 91.0}), "geometry.elevation_deg", "0 to 90"),
        (
            lambda: link_budget(STUDY, "down", {"links.down.frequency_hz": np.ones(2) * 1e9}),
            "links.down.frequency_hz",
            "one number",
        ),
    ],
)
def test_what_a_study_lacks_is_told(ask, field, accepted):
    with pytest.raises(LinkInputError) as caught:
        ask()
    assert caught.value.field == field
    assert accepted in caught.value.accepted
