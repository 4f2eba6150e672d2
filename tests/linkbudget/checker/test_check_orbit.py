from datetime import datetime, timedelta, timezone

import pytest

from linkbudget.checker import check
from linkbudget.checker.geometries import orbit_heights_km

EPOCH = datetime(2024, 1, 21, 16, 49, tzinfo=timezone.utc)
ELEMENTS = """\
ASTROCAST 0.1
1 43798U 18099AS  24021.70115283  .00014813  00000-0  98015-3 0  9997
2 43798  97.5592  87.1577 0012401  79.5466 280.7158 15.07383665280634
"""
# of the verification set of AIAA 2006-6753
MOLNIYA = """\
1 08195U 75081A   06176.33215444  .00000099  00000-0  11873-3 0   813
2 08195  64.1586 279.0717 6877146 264.7651  20.2257  2.00491383225656
"""


def orbit(start, **orbit_table):
    return {
        "geometry": None,
        "orbit": orbit_table or {"elements": ELEMENTS},
        "passes": {"start": start, "hours": 24.0},
    }


@pytest.mark.parametrize(
    ("days", "severity"),
    [(-25.0, "warning"), (-3.5, "warning"), (-2.0, None), (0.0, None), (1.9, None), (2.1, "warning"), (29.5, "error")],
)
def test_elements_that_are_too_old(study_of, days, severity):
    findings = check(study_of(orbit(EPOCH + timedelta(days=days))))
    assert [(finding.place, finding.severity) for finding in findings] == (
        [("passes.start", severity)] if severity else []
    )


def test_the_hint_says_how_far_off_the_satellite_may_be(study_of):
    (finding,) = check(study_of(orbit(EPOCH + timedelta(days=9))))  # and a day of search
    assert "10 to 30 km" in finding.hint
    assert "10.0 days after" in finding.suspicion


def test_a_start_without_an_offset_is_utc(study_of):
    assert check(study_of(orbit(datetime(2024, 1, 22)))) == []


def test_a_preset_does_not_age(study_of):
    preset = {"preset": "sso-500-1030", "epoch": EPOCH}
    assert check(study_of(orbit(EPOCH + timedelta(days=20), **preset))) == []
    (finding,) = check(study_of(orbit(EPOCH + timedelta(days=40), **preset)))
    assert finding.severity == "error"


def test_elements_that_cannot_be_read(study_of):
    (finding,) = check(study_of(orbit(EPOCH, elements="no elements")))
    assert (finding.place.split(".")[0], finding.severity) == ("orbit", "error")


@pytest.mark.parametrize(
    ("geometry", "place"),
    [
        ({"elevation_deg": 10.0, "range_m": 1700.0}, "geometry.range_m"),  # km
        ({"elevation_deg": 10.0, "range_m": 1.7e6}, None),
        ({"elevation_deg": 10.0, "altitude_m": 120e3}, "geometry.altitude_m"),
        ({"elevation_deg": 10.0, "altitude_m": 500e6}, "geometry.altitude_m"),  # 500 km a thousand times too high
        ({"elevation_deg": 10.0, "altitude_m": 70e6}, "geometry.altitude_m"),
        ({"elevation_deg": 10.0, "altitude_m": 50e6}, None),
        ({"elevation_deg": 10.0, "altitude_m": 33e7}, "geometry.altitude_m"),
        ({"elevation_deg": 10.0, "altitude_m": 38e7}, None),  # the Moon
        ({"elevation_deg": 10.0, "altitude_m": 35_786e3}, None),
        ({"elevation_deg": 10.0, "range_m": 1.7e8}, "geometry.range_m"),
        ({"elevation_deg": 10.0, "range_m": 1.7e11}, None),
    ],
)
def test_altitudes_a_thousand_times_too_large_or_small(found, geometry, place):
    findings = found({"transmitter": {"eirp_dbw": 0.0}, "modes": []}, geometry=geometry)
    assert [finding.place for finding in findings] == ([place] if place else [])


@pytest.mark.parametrize(("altitude_m", "is_wrong"), [(540e3, False), (600e3, False), (300e3, True), (800e3, True)])
def test_a_geometry_that_is_not_of_the_orbit(study_of, altitude_m, is_wrong):
    both = {**orbit(EPOCH), "geometry": {"elevation_deg": 10.0, "altitude_m": altitude_m}}
    findings = check(study_of(both))
    assert [finding.place for finding in findings] == (["geometry.altitude_m"] if is_wrong else [])


def test_an_eccentric_orbit_has_all_its_altitudes(study_of):
    start = datetime(2006, 6, 25, 12, tzinfo=timezone.utc)
    molniya = {**orbit(start, elements=MOLNIYA), "links.downlink.transmitter": {"eirp_dbw": 0.0}}
    molniya["links.downlink.modes"] = []
    # a = (GM / n^2)^(1/3) = 26,564 km; a (1 -+ 0.6877) - 6371 km = 1925 and 38,462 km
    assert orbit_heights_km(study_of(molniya)) == pytest.approx((1925.0, 38462.0), abs=15.0)
    for altitude_m, is_wrong in ((1.6e6, False), (1.5e6, True), (20e6, False), (45e6, False), (47e6, True)):
        both = {**molniya, "geometry": {"elevation_deg": 30.0, "altitude_m": altitude_m}}
        places = [finding.place for finding in check(study_of(both))]
        assert ("geometry.altitude_m" in places) == is_wrong


def test_a_range_beyond_the_orbits_horizon(study_of):
    # of the orbit's 560 km the horizon is 2.7e6 m away
    both = {**orbit(EPOCH), "geometry": {"elevation_deg": 5.0, "range_m": 4e6}}
    assert [finding.place for finding in check(study_of(both))] == ["geometry.range_m"]
    both["geometry"]["range_m"] = 2.1e6
    assert check(study_of(both)) == []


@pytest.mark.parametrize(
    ("frequency_hz", "is_wrong"),
    [(18e6, True), (21.2e6, False), (86e9, False), (145e9, True)],
)
def test_carriers(found, frequency_hz, is_wrong):
    findings = found({"transmitter": {"eirp_dbw": 0.0}, "modes": [], "frequency_hz": frequency_hz})
    places = [finding.place for finding in findings]
    assert ("links.downlink.frequency_hz" in places) == is_wrong


def test_a_budget_that_cannot_be_worked_out(study_of):
    wet = {"climate": {"rain_zone": "K"}, "station": None}
    (finding,) = check(study_of(wet))
    assert finding.severity == "error"
    assert finding.place == "station"


def test_a_study_without_a_geometry_is_checked_as_far_as_it_goes(study_of):
    nowhere = {"geometry": None, "links.downlink.transmitter.power_w": 500.0}
    assert [finding.place for finding in check(study_of(nowhere))] == ["links.downlink.transmitter.power_w"]
