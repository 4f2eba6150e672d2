import numpy as np
import pytest

from radio.gnuradio_blocks.straight_pass import DURATION_S, SPEED_M_S, straight_pass
from radio.link_state import SPEED_OF_LIGHT_M_S


def test_it_is_closest_when_told() -> None:
    states = straight_pass(550e3, 300.0, 55.0)
    assert states.time_s[np.argmin(states.range_m)] == 300.0
    assert states.range_m.min() == 550e3
    assert states.at("range_rate_m_s", 300.0) == 0.0
    assert np.all(states.c_n0_db_hz == 55.0)


def test_the_range_rate_is_the_slope_of_the_range() -> None:
    states = straight_pass(550e3, 200.0, 55.0)
    assert np.gradient(states.range_m)[1:-1] == pytest.approx(states.range_rate_m_s[1:-1], abs=20)
    assert np.abs(states.range_rate_m_s).max() < SPEED_M_S
    assert states.range_rate_m_s[-1] == pytest.approx(SPEED_M_S, rel=0.01)


def test_light_takes_as_long_as_the_range_says_between_the_seconds_too() -> None:
    t = np.array([100.5, 199.3, 777.7])
    exact_m = np.hypot(550e3, SPEED_M_S * (t - 200.0))
    assert straight_pass(550e3, 200.0, 55.0).delay_s(t) * SPEED_OF_LIGHT_M_S == pytest.approx(exact_m, abs=0.01)
    assert len(straight_pass(550e3, 200.0, 55.0).time_s) == DURATION_S + 1
