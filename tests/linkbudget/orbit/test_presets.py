from datetime import datetime, timedelta, timezone

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkbudget.errors import LinkInputError
from linkbudget.orbit.orbit import Orbit, _satellite
from linkbudget.orbit.presets import inclined, preset, sun_synchronous

EPOCH = datetime(2026, 11, 22, 7, 30, tzinfo=timezone.utc)
MONTH_S = np.arange(0.0, 29.5 * 86_400.0, 20.0)


def nodes(orbit: Orbit) -> tuple[np.ndarray, np.ndarray]:
    """Return the times of the ascending nodes of a month and the local mean solar time at each, in hours."""
    place = orbit.motion(orbit.elements.epoch, MONTH_S).position_m
    before = np.flatnonzero((place[2, :-1] < 0.0) & (place[2, 1:] >= 0.0))
    part = place[2, before] / (place[2, before] - place[2, before + 1])
    x, y, _ = place[:, before] + part * (place[:, before + 1] - place[:, before])
    time_s = MONTH_S[before] + part * 20.0
    utc_h = EPOCH.hour + EPOCH.minute / 60.0 + time_s / 3600.0
    return time_s, (utc_h + np.degrees(np.arctan2(y, x)) / 15.0) % 24.0


def test_published_sun_synchronous_inclinations(published) -> None:
    case = published["sun_synchronous"]
    for altitude_km, inclination_deg in zip(case["altitude_km"], case["inclination_deg"], strict=True):
        found = sun_synchronous(altitude_km, 10.5, EPOCH, "x").inclination_deg
        assert found == pytest.approx(inclination_deg, abs=case["tolerance_deg"])


@pytest.mark.parametrize(
    ("name", "local_time_h"),
    [("sso-500-1030", 10.5), ("sso-550-dawn-dusk", 6.0), ("sso-1000-2215", 22.25), ("sso-787.5-0930", 9.5)],
)
def test_the_local_time_of_the_node_stays_within_a_minute_for_a_month(name: str, local_time_h: float) -> None:
    time_s, local_h = nodes(Orbit(preset(name, EPOCH)))
    assert time_s.size > 400
    assert np.abs(local_h - local_time_h).max() < 1.0 / 60.0


def test_the_node_turns_with_the_sun() -> None:
    orbit = Orbit(preset("sso-600-1030", EPOCH))
    time_s, local_h = nodes(orbit)
    node_deg = np.unwrap(15.0 * (local_h + time_s / 3600.0), period=360.0)  # up to a constant: the mean Sun's way
    turned_deg_day = (node_deg[-1] - node_deg[0]) / (time_s[-1] - time_s[0]) * 86_400.0 - 360.0
    assert turned_deg_day + 0.9856 == pytest.approx(0.9856, abs=0.004)  # SGP4's terms beyond J2


@pytest.mark.parametrize(
    ("name", "altitude_km"), [("sso-500-1030", 500.0), ("leo-550-51.6", 550.0), ("leo-1000-0", 1e3)]
)
def test_the_altitude_is_what_was_asked_for(name: str, altitude_km: float) -> None:
    orbit = Orbit(preset(name, EPOCH))
    place, _ = orbit.teme(EPOCH, np.arange(0.0, 86_400.0, 30.0))
    radius_km = np.linalg.norm(place, axis=0) / 1e3
    assert radius_km.mean() - 6378.135 == pytest.approx(altitude_km, abs=9.5)
    assert np.ptp(radius_km) < 40.0
    assert _satellite(orbit.elements).a * 6378.135 - 6378.135 == pytest.approx(altitude_km, abs=0.02)


def test_the_satellite_starts_at_its_ascending_node() -> None:
    for name in ("sso-500-1030", "leo-550-51.6"):
        motion = Orbit(preset(name, EPOCH)).motion(EPOCH, np.zeros(1))
        assert abs(motion.position_m[2, 0]) < 20e3
        assert motion.velocity_m_s[2, 0] > 5e3
    longitude = np.degrees(np.arctan2(motion.position_m[1, 0], motion.position_m[0, 0]))
    assert longitude == pytest.approx(0.0, abs=0.2)
    assert inclined(550.0, 51.6, EPOCH, "leo-550-51.6") == preset("leo-550-51.6", EPOCH)


def test_dawn_and_dusk_are_mostly_in_the_light(zurich) -> None:
    day_s = np.arange(0.0, 86_400.0, 30.0)
    light = [
        Orbit(preset(name, EPOCH)).geometry(zurich, EPOCH, day_s).sunlit.mean()
        for name in ("sso-550-dawn-dusk", "sso-550-1030")
    ]
    assert light[0] > 0.75
    assert 0.55 < light[1] < 0.68


@pytest.mark.parametrize(
    "name",
    ["", "sso", "sso-550", "sso-550-10:30", "sso-550-2430", "sso-550-1060", "leo-550", "leo-550--1", "SSO-550-1030"],
)
def test_unknown_names_are_told_the_accepted_forms(name: str) -> None:
    with pytest.raises(LinkInputError, match=r"accepted: sso-550-1030 .*sso-550-dawn-dusk, or leo-550-51.6") as caught:
        preset(name, EPOCH)
    assert caught.value.field == "preset"


@pytest.mark.parametrize(
    ("name", "epoch", "message"),
    [
        ("sso-499-1030", EPOCH, "altitude_km is 499.0; accepted: 500 to 1000"),
        ("leo-1001-51.6", EPOCH, "altitude_km is 1001.0; accepted: 500 to 1000"),
        ("leo-550-181", EPOCH, "inclination_deg is 181.0; accepted: 0 to 180"),
        ("leo-550-51.6", datetime(2026, 1, 1), "epoch is '2026-01-01T00:00:00'; accepted: a time with its UTC offset"),
        ("sso-550-1030", datetime(2026, 1, 1), "epoch is '2026-01-01T00:00:00'; accepted: a time with its UTC offset"),
    ],
)
def test_mistakes_are_named(name: str, epoch: datetime, message: str) -> None:
    with pytest.raises(LinkInputError) as caught:
        preset(name, epoch)
    assert str(caught.value) == message
    with pytest.raises(LinkInputError, match=r"^local_time_of_ascending_node_h is 25"):
        sun_synchronous(550.0, 25.0, EPOCH, "x")


@given(st.text(max_size=30))
def test_any_other_name_is_refused(name: str) -> None:
    with pytest.raises(LinkInputError):
        preset(name, EPOCH)


@given(st.integers(0, 365), st.floats(0.0, 23.99))
def test_noon_orbits_have_the_sun_in_their_plane_all_year(day: int, hour: float) -> None:
    epoch = datetime(2026, 1, 1, tzinfo=timezone.utc) + timedelta(days=day, hours=hour)
    ours = sun_synchronous(700.0, 12.0, epoch, "noon").raan_deg
    mean_sun_deg = 280.460 + 0.9856474 * ((epoch - datetime(2000, 1, 1, 12, tzinfo=timezone.utc)) / timedelta(days=1))
    assert (ours - mean_sun_deg + 180.0) % 360.0 - 180.0 == pytest.approx(0.0, abs=0.03)
