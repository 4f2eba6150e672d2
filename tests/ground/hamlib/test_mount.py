import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ground.errors import RequestError
from ground.hamlib.mount import Mount, SimulatedRotator
from ground.hamlib.rotator import Pointing, RotatorLimits, SlewRates

NORTH = Pointing(0.0, 0.0)
LIMITS, RATES = RotatorLimits(), SlewRates(6.0, 3.0)
ANGLES = st.builds(Pointing, st.floats(-500, 800), st.floats(-200, 400))


def test_both_axes_turn_at_their_rates_and_stop_where_they_are_told() -> None:
    mount = Mount(LIMITS, RATES, NORTH)
    mount.point(Pointing(60.0, 60.0), 100.0)
    assert mount.position(100.0) == NORTH
    assert mount.position(105.0) == Pointing(30.0, 15.0)
    assert mount.position(110.0) == Pointing(60.0, 30.0)
    assert mount.position(120.0) == mount.position(1e6) == Pointing(60.0, 60.0)


def test_it_turns_the_way_round_that_its_azimuth_says() -> None:
    mount = Mount(RotatorLimits(0.0, 450.0), RATES, Pointing(350.0, 0.0))
    mount.point(Pointing(10.0, 0.0), 0.0)
    assert mount.position(10.0).azimuth_deg == 290.0


def test_an_order_on_the_way_begins_from_there() -> None:
    mount = Mount(LIMITS, RATES, NORTH)
    mount.point(Pointing(90.0, 0.0), 0.0)
    mount.point(NORTH, 5.0)
    assert mount.position(8.0) == Pointing(12.0, 0.0)


def test_stopped_it_stays() -> None:
    mount = Mount(LIMITS, RATES, NORTH)
    mount.point(Pointing(90.0, 30.0), 0.0)
    mount.stop(5.0)
    assert mount.position(100.0) == Pointing(30.0, 15.0)


@given(st.lists(st.tuples(ANGLES, st.floats(0, 100))))
def test_it_never_leaves_its_limits_nor_exceeds_its_rates(orders: list[tuple[Pointing, float]]) -> None:
    mount, now_s = Mount(LIMITS, RATES, NORTH), 0.0
    for target, wait_s in orders:
        before = mount.position(now_s)
        mount.point(target, now_s)
        now_s += wait_s
        at = mount.position(now_s)
        assert at in LIMITS
        assert abs(at.azimuth_deg - before.azimuth_deg) <= 6.0 * wait_s + 1e-6
        assert abs(at.elevation_deg - before.elevation_deg) <= 3.0 * wait_s + 1e-6


def test_it_parks_where_it_is_kept() -> None:
    async def parked() -> Pointing:
        now_s = 0.0
        rotator = SimulatedRotator(Mount(LIMITS, RATES, NORTH), Pointing(180.0, 90.0), lambda: now_s)
        await rotator.park()
        now_s = 60.0
        return await rotator.position()

    assert asyncio.run(parked()) == Pointing(180.0, 90.0)


@pytest.mark.parametrize(
    ("one", "other", "apart_deg"),
    [
        (Pointing(0, 0), Pointing(90, 0), 90.0),
        (Pointing(10, 90), Pointing(200, 90), 0.0),
        (Pointing(0, 60), Pointing(180, 60), 60.0),
        (Pointing(30, 120), Pointing(210, 60), 0.0),  # over the zenith
        (Pointing(-90, 0), Pointing(270, 0), 0.0),
        (Pointing(0, 45), Pointing(90, 45), 60.0),  # cos = sin^2 45 = 1/2
        (Pointing(0, 0), Pointing(0, 1e-6), 1e-6),
    ],
)
def test_the_angle_between_two_directions(one: Pointing, other: Pointing, apart_deg: float) -> None:
    assert one.separation_deg(other) == pytest.approx(apart_deg, abs=1e-9)
    assert other.separation_deg(one) == pytest.approx(apart_deg, abs=1e-9)


def test_how_long_a_turn_takes() -> None:
    assert RATES.time_s(NORTH, Pointing(60.0, 6.0)) == 10.0
    assert RATES.time_s(Pointing(60.0, 60.0), NORTH) == 20.0


@pytest.mark.parametrize("limits", [(10.0, 370.0), (0.0, 300.0), (-361.0, 0.0), (0.0, 721.0), (float("nan"), 360.0)])
def test_an_azimuth_has_a_full_turn(limits: tuple[float, float]) -> None:
    with pytest.raises(RequestError, match=r"azimuth_deg is .* accepted: a full turn or more"):
        RotatorLimits(*limits)


@pytest.mark.parametrize("limits", [(5.0, 90.0), (0.0, 80.0), (-91.0, 90.0), (0.0, 181.0)])
def test_an_elevation_has_horizon_and_zenith(limits: tuple[float, float]) -> None:
    with pytest.raises(RequestError, match=r"elevation_deg is .* accepted: from -90 to 0"):
        RotatorLimits(0.0, 360.0, *limits)


@pytest.mark.parametrize("rates", [(0.0, 1.0), (1.0, -1.0), (float("nan"), 1.0)])
def test_a_mount_turns(rates: tuple[float, float]) -> None:
    with pytest.raises(RequestError, match="slew_deg_per_s is"):
        SlewRates(*rates)
