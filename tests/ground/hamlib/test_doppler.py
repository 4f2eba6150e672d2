import pytest

from ground.hamlib.doppler import DopplerTuning
from tests.ground.hamlib.support import DOWN_HZ, LIGHT_KM_S, SPEED_KM_S, UP_HZ, fly_by

TUNING = DopplerTuning(fly_by(aside_km=0.0, los_s=600.0, begin_s=10.0), DOWN_HZ, UP_HZ)


def test_what_comes_nearer_is_heard_above_and_called_below_its_carrier() -> None:
    """300 s before the zenith, 2250 km along: the range rate is 7.5 km/s times 2250 over the range of 2305 km."""
    rate_km_s = -SPEED_KM_S * 2250 / (2250**2 + 500**2) ** 0.5
    receive_hz, transmit_hz = TUNING.at(10.0)
    assert receive_hz == pytest.approx(DOWN_HZ * (1 - rate_km_s / LIGHT_KM_S), abs=0.01)
    assert transmit_hz == pytest.approx(UP_HZ * (1 + rate_km_s / LIGHT_KM_S), abs=0.01)
    assert receive_hz > DOWN_HZ
    assert transmit_hz < UP_HZ


def test_at_the_closest_approach_there_is_no_shift() -> None:
    assert TUNING.at(310.0) == (DOWN_HZ, UP_HZ)


def test_between_two_moments() -> None:
    before_hz, after_hz = TUNING.at(300.0)[0], TUNING.at(301.0)[0]
    assert TUNING.at(300.5)[0] == pytest.approx((before_hz + after_hz) / 2)


@pytest.mark.parametrize("time_s", [0.0, 4.0, 617.0, 1e6])
def test_outside_of_the_pass_the_carriers(time_s: float) -> None:
    assert TUNING.at(time_s) == (DOWN_HZ, UP_HZ)
