import numpy as np
import pytest

from ground.errors import RequestError
from ground.hamlib.rotator import Pointing, RotatorLimits, SlewRates
from ground.hamlib.rotator_path import RotatorPath, SkyTrack, plan_path
from ground.hamlib.tracker import MARGIN_S, Tracker, TrackSettings

RATES, PARK = SlewRates(5.0, 2.5), Pointing(180.0, 0.0)


def passing(begin_s: float, first_deg: float = 100.0) -> RotatorPath:
    """Return a path of 100 s, 1 degree of azimuth a second, at 30 degrees of elevation."""
    sky = SkyTrack(begin_s + np.arange(101.0), first_deg + np.arange(101.0), np.full(101, 30.0))
    return plan_path(sky, RotatorLimits(), RATES, PARK)


def orders(tracker: Tracker, first_s: int, last_s: int) -> dict[int, Pointing]:
    """Return what is ordered, by time, of a mount that is where it was sent."""
    found, at = {}, PARK
    for now_s in range(first_s, last_s):
        if (aim := tracker.order(now_s, at)) is not None:
            found[now_s] = at = aim
    return found


def test_parked_then_ahead_of_the_pass_then_along_it_then_parked() -> None:
    tracker = Tracker([passing(1000.0)], TrackSettings(PARK, 10.0, RATES))
    found = orders(tracker, 0, 1200)
    turn_s = 80 / 5.0  # from 180 to 100 degrees: longer than the 30 degrees of elevation
    early = round(1000 - MARGIN_S - turn_s)
    assert list(found) == [0, early, 1011, 1032, 1053, 1074, 1095, 1101]
    assert [round(each.azimuth_deg) for each in found.values()] == [180, 100, 121, 142, 163, 184, 200, 180]
    assert [each.elevation_deg for each in found.values()] == [0.0, *[30.0] * 6, 0.0]


@pytest.mark.parametrize("dead_band_deg", [0.5, 1.0, 3.0, 10.0])
def test_a_mount_is_never_farther_beside_than_the_dead_band_and_moves_once_in_two(dead_band_deg: float) -> None:
    path = passing(0.0)
    tracker = Tracker([path], TrackSettings(None, dead_band_deg, RATES))
    ordered = 0
    for now_s in np.arange(0.0, 100.0, 0.1):
        ordered += tracker.order(now_s, PARK) is not None
        assert tracker.aim is not None
        assert tracker.aim.turn_to(path.at(now_s)) <= dead_band_deg + 1e-9
    assert ordered <= 100 / max(1.0, dead_band_deg) + 1


def test_without_a_dead_band_it_is_moved_each_time() -> None:
    assert len(orders(Tracker([passing(0.0)], TrackSettings(None, 0.0, RATES)), 0, 100)) == 100


def test_without_a_place_to_park_it_stays_where_the_pass_left_it() -> None:
    found = orders(Tracker([passing(1000.0)], TrackSettings(None, 10.0, RATES)), 0, 1300)
    assert min(found) > 900
    assert max(found) < 1100


def test_between_two_passes_that_are_close_it_goes_on_without_parking() -> None:
    tracker = Tracker([passing(0.0), passing(120.0, 250.0)], TrackSettings(PARK, 10.0, RATES))
    found = orders(tracker, 90, 130)
    assert PARK not in found.values()
    assert found[101].azimuth_deg == 250.0


def test_what_was_ordered_is_not_ordered_again() -> None:
    tracker = Tracker([], TrackSettings(PARK))
    assert tracker.order(0.0, Pointing(0.0, 0.0)) == PARK
    assert tracker.order(1.0, Pointing(90.0, 0.0)) is None


def test_begun_in_mid_pass_it_goes_there_at_once() -> None:
    aim = Tracker([passing(0.0)], TrackSettings(PARK, 1.0, RATES)).order(50.5, PARK)
    assert aim is not None
    assert aim.azimuth_deg == pytest.approx(151.0)


@pytest.mark.parametrize("dead_band_deg", [-1.0, 46.0, float("nan")])
def test_a_dead_band_is_some_degrees(dead_band_deg: float) -> None:
    with pytest.raises(RequestError, match="dead_band_deg"):
        TrackSettings(dead_band_deg=dead_band_deg)


@pytest.mark.parametrize("azimuth_deg", [float("nan"), float("inf"), 721.0])
def test_a_park_is_a_place_where_a_mount_can_point(azimuth_deg: float) -> None:
    with pytest.raises(RequestError, match="park_deg"):
        TrackSettings(park=Pointing(azimuth_deg, 0.0))
