import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ground.hamlib.rotator import Pointing, RotatorLimits, SlewRates
from ground.hamlib.rotator_path import RotatorPath, SkyTrack, plan_path
from ground.hamlib.rotator_steering import sky_track
from tests.ground.hamlib.support import fly_by

FULL, OVERLAP, SOUTH = RotatorLimits(0, 360), RotatorLimits(0, 450), RotatorLimits(-180, 180)
OVER = RotatorLimits(0, 360, 0, 180)
RATES, FAST = SlewRates(6.0, 3.0), SlewRates(1000.0, 1000.0)
NORTH = Pointing(0.0, 0.0)


def track(aside_km: float, heading_deg: float, los_s: float = 400.0) -> SkyTrack:
    forecast = fly_by(aside_km, heading_deg, los_s)
    return sky_track(forecast, forecast.passes[0].aos_s, forecast.passes[0].los_s)


def between(first_deg: float, last_deg: float, elevation_deg: float = 20.0) -> SkyTrack:
    """Return a track from one azimuth to another, 1 degree a second; they may be beyond a turn."""
    count = round(abs(last_deg - first_deg)) + 1
    azimuth_deg = np.linspace(first_deg, last_deg, count) % 360
    return SkyTrack(np.arange(float(count)), azimuth_deg, np.full(count, elevation_deg))


def ends(path: RotatorPath) -> tuple[float, float]:
    return float(path.azimuth_deg[0]), float(path.azimuth_deg[-1])


def test_a_pass_within_the_stops_is_followed_as_it_is() -> None:
    sky = between(100, 200)
    path = plan_path(sky, FULL, RATES, NORTH)
    np.testing.assert_allclose(path.azimuth_deg, sky.azimuth_deg)
    np.testing.assert_allclose(path.elevation_deg, sky.elevation_deg)
    assert not path.flipped
    assert path.error_deg == pytest.approx(0.0, abs=1e-6)
    assert (path.begin_s, path.end_s) == (0.0, 100.0)


def test_a_pass_through_north_uses_the_overlap() -> None:
    assert ends(plan_path(between(300, 420), OVERLAP, RATES, NORTH)) == (300.0, 420.0)


def test_a_pass_through_north_is_no_matter_to_a_stop_in_the_south() -> None:
    assert ends(plan_path(between(300, 420), SOUTH, RATES, NORTH)) == (-60.0, 60.0)


def test_a_pass_through_south_turns_the_other_way_round_from_a_stop_in_the_south() -> None:
    """-180 to 180 cannot have it; 30 degrees beyond the stop are held, which is better than to turn right round."""
    path = plan_path(between(100, 210), SOUTH, RATES, NORTH)
    assert ends(path) == (100.0, 180.0)


def test_the_side_to_begin_on_is_that_on_which_the_whole_pass_fits() -> None:
    """From 80 on down through north: only 440 to 340 has room, though 80 is nearer."""
    assert ends(plan_path(between(440, 340), OVERLAP, RATES, NORTH)) == (440.0, 340.0)


def test_of_two_sides_that_fit_the_nearer_is_taken() -> None:
    sky = between(20, 80)
    assert ends(plan_path(sky, OVERLAP, RATES, NORTH)) == (20.0, 80.0)
    assert ends(plan_path(sky, OVERLAP, RATES, Pointing(440.0, 0.0))) == (380.0, 440.0)


def test_no_spin_in_mid_pass_for_a_little_beyond_the_stop() -> None:
    path = plan_path(between(350, 450), FULL, RATES, NORTH)
    assert np.abs(np.diff(path.azimuth_deg)).max() <= 6.0
    assert ends(path) == (0.0, 90.0)  # waits at the stop for the first ten seconds
    assert path.error_deg < 1.0


def test_a_spin_where_half_of_the_pass_would_be_lost_without() -> None:
    """It begins before north and ends after, and is no faster than the motor: 60 s at 6 deg/s."""
    path = plan_path(between(200, 520), FULL, RATES, NORTH)
    assert ends(path) == pytest.approx((200.0, 160.0))
    turning = np.diff(path.azimuth_deg) < -1
    assert 50 <= turning.sum() <= 62
    assert np.abs(np.diff(path.azimuth_deg)).max() <= 6.0 + 1e-9


def test_lost_is_lost_however_far_beside() -> None:
    """Held at the stop it would be lost for 50 s of 160, by up to 80 degrees; spun, for less, by up to 180."""
    assert ends(plan_path(between(280, 440), FULL, RATES, NORTH)) == pytest.approx((280.0, 80.0))


def test_a_mount_that_goes_over_the_zenith_is_turned_round_where_that_saves_the_spin() -> None:
    path = plan_path(between(300, 420), OVER, RATES, NORTH)
    assert path.flipped
    assert ends(path) == (120.0, 240.0)
    np.testing.assert_allclose(path.elevation_deg, 160.0)
    assert path.error_deg == pytest.approx(0.0, abs=1e-6)


@pytest.mark.parametrize("start", [NORTH, Pointing(280.0, 160.0)])
def test_a_mount_that_goes_over_the_zenith_is_not_turned_round_for_nothing(start: Pointing) -> None:
    assert not plan_path(between(100, 150), OVER, RATES, start).flipped


def test_through_the_zenith_the_motor_begins_to_turn_before_it_must() -> None:
    """At 1 km beside the zenith the azimuth turns by half a turn within a second; the motor needs 30 s, 15 before."""
    sky = track(1.0, 90.0)
    path = plan_path(sky, FULL, RATES, NORTH)
    nearest = int(sky.elevation_deg.argmax())
    moved = np.abs(path.azimuth_deg - path.azimuth_deg[0])
    assert moved[nearest - 16] < 4.0
    assert moved[nearest] == pytest.approx(90.0, abs=4.0)
    assert moved[nearest + 16] > 176.0
    apart = [
        Pointing(*each).separation_deg(Pointing(*there))
        for *each, there in zip(
            path.azimuth_deg, path.elevation_deg, zip(sky.azimuth_deg, sky.elevation_deg, strict=True), strict=True
        )
    ]
    assert max(apart) < 9.0  # 90 degrees of azimuth, near the zenith, are little


@pytest.mark.parametrize("start", [Pointing(270.0, 18.0), Pointing(90.0, 162.0)])
def test_over_the_zenith_nothing_is_lost(start: Pointing) -> None:
    """From west to east: tilted over from the zenith on, or up to it, by what is nearer."""
    sky = track(1.0, 90.0)
    path = plan_path(sky, OVER, RATES, start)
    assert path.at(path.begin_s).turn_to(start) < 1.0
    assert path.flipped
    assert path.error_deg < 0.02 < 0.1 < plan_path(sky, FULL, RATES, NORTH).error_deg
    assert np.ptp(path.azimuth_deg) < 15.0
    first, last = path.elevation_deg[[0, -1]]
    assert min(first, last) < 30.0
    assert max(first, last) > 150.0


@pytest.mark.parametrize("heading_deg", [0.0, 180.0])
def test_over_the_zenith_along_the_stop_there_is_no_spin(heading_deg: float) -> None:
    path = plan_path(track(1.0, heading_deg), OVER, RATES, NORTH)
    assert path.error_deg < 0.05
    assert np.ptp(path.azimuth_deg) < 15.0


def test_below_the_horizon_the_mount_stays_at_its_stop() -> None:
    path = plan_path(between(100, 110, -2.0), FULL, RATES, NORTH)
    np.testing.assert_allclose(path.elevation_deg, 0.0)


@given(
    aside_km=st.floats(-1500, 1500),
    heading_deg=st.floats(0, 360),
    limits=st.sampled_from([FULL, OVERLAP, SOUTH, OVER, RotatorLimits(-180, 450, -10, 190 - 10)]),
    start_deg=st.floats(0, 360),
)
def test_every_path_is_one_that_the_mount_can_go(
    aside_km: float, heading_deg: float, limits: RotatorLimits, start_deg: float
) -> None:
    sky = track(aside_km, heading_deg, los_s=200.0)
    path = plan_path(sky, limits, RATES, Pointing(start_deg, 0.0))
    slack = 1e-9
    assert path.azimuth_deg.min() >= limits.lowest_azimuth_deg - slack
    assert path.azimuth_deg.max() <= limits.highest_azimuth_deg + slack
    assert path.elevation_deg.min() >= limits.lowest_elevation_deg - slack
    assert path.elevation_deg.max() <= limits.highest_elevation_deg + slack
    assert np.abs(np.diff(path.azimuth_deg)).max() <= 6.0 + slack
    assert np.abs(np.diff(path.elevation_deg)).max() <= 3.0 + slack


@given(aside_km=st.floats(20, 1500), heading_deg=st.floats(0, 360))
def test_with_an_overlap_of_half_a_turn_and_fast_motors_nothing_is_lost(aside_km: float, heading_deg: float) -> None:
    path = plan_path(track(aside_km, heading_deg, los_s=200.0), RotatorLimits(0, 540), FAST, NORTH)
    assert path.error_deg < 0.05


def test_between_moments_and_beyond_them() -> None:
    path = plan_path(between(100, 110), FULL, RATES, NORTH)
    assert path.at(2.5).azimuth_deg == pytest.approx(102.5)
    assert path.at(-50.0).azimuth_deg == 100.0
    assert path.at(50.0).azimuth_deg == 110.0


def test_as_far_ahead_as_the_dead_band() -> None:
    path = plan_path(between(100, 110), FULL, RATES, NORTH)
    assert path.ahead(2.0, 3.0).azimuth_deg == pytest.approx(105.0)
    assert path.ahead(2.0, 0.0).azimuth_deg == pytest.approx(102.0)
    assert path.ahead(9.0, 30.0).azimuth_deg == pytest.approx(110.0)
    assert math.isclose(path.ahead(99.0, 3.0).azimuth_deg, 110.0)
