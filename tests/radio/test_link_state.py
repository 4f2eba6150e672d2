import numpy as np
import pytest

from radio.link_state import SPEED_OF_LIGHT_M_S, LinkStates

EARTH_M, ORBIT_M, MU = 6.371e6, 6.921e6, 3.986004418e14
ANGULAR_RATE = np.sqrt(MU / ORBIT_M**3)


def overhead_pass(time_s, middle_s=300.0):
    """Range and range rate of a circular orbit over a station on a globe that stands still: the law of cosines."""
    angle = ANGULAR_RATE * (time_s - middle_s)
    range_m = np.sqrt(EARTH_M**2 + ORBIT_M**2 - 2 * EARTH_M * ORBIT_M * np.cos(angle))
    return range_m, EARTH_M * ORBIT_M * np.sin(angle) * ANGULAR_RATE / range_m


def states(time_s, **changed):
    range_m, range_rate_m_s = overhead_pass(time_s)
    fields = {"time_s": time_s, "range_m": range_m, "range_rate_m_s": range_rate_m_s}
    fields |= {"elevation_deg": np.full_like(time_s, 20.0), "c_n0_db_hz": np.full_like(time_s, 60.0)}
    fields |= {"direct_db": np.zeros_like(time_s), "multipath_db": np.full_like(time_s, -200.0)}
    fields |= {"shadowing_db": np.zeros_like(time_s)}
    return LinkStates(**{**fields, **changed})


def test_the_light_time_between_states_is_that_of_the_orbit():
    at = np.linspace(0, 600, 100_003)
    error_m = states(np.arange(601.0)).delay_s(at) * SPEED_OF_LIGHT_M_S - overhead_pass(at)[0]
    assert np.abs(error_m).max() < 2e-4


def test_of_a_fourth_derivative_a_384th_is_left():
    """The remainder of cubic Hermite interpolation over 1 s, in the middle between two states."""
    time_s, at = np.arange(0.0, 5.0), np.linspace(0, 4, 4001)
    of_range = np.polynomial.Polynomial([6e5, -2e3, 45.0, 0.2, -0.06 / 24])
    series = states(time_s, range_m=of_range(time_s), range_rate_m_s=of_range.deriv()(time_s))
    error_m = series.delay_s(at) * SPEED_OF_LIGHT_M_S - of_range(at)
    assert np.abs(error_m).max() == pytest.approx(0.06 / 384, rel=1e-3)
    assert at[np.argmax(np.abs(error_m))] % 1 == pytest.approx(0.5, abs=0.01)


def test_outside_the_series_the_range_goes_on_at_its_last_rate():
    series = states(np.arange(100.0, 201.0))
    for at, end in ((40.0, 0), (260.0, -1)):
        wanted_m = series.range_m[end] + series.range_rate_m_s[end] * (at - series.time_s[end])
        assert series.delay_s(np.array([at]))[0] * SPEED_OF_LIGHT_M_S == pytest.approx(wanted_m)


def test_at_the_states_the_range_is_theirs():
    series = states(np.arange(0.0, 11.0))
    np.testing.assert_allclose(series.delay_s(series.time_s) * SPEED_OF_LIGHT_M_S, series.range_m, rtol=1e-14)


def test_fields_are_interpolated_and_held_at_the_ends():
    series = states(np.arange(3.0), c_n0_db_hz=np.array([50.0, 60.0, 80.0]))
    assert [series.at("c_n0_db_hz", t) for t in (-5.0, 0.5, 1.25, 9.0)] == [50.0, 55.0, 65.0, 80.0]


@pytest.mark.parametrize("time_s", [[0.0], [0.0, 1.0, 3.0], [1.0, 0.0], [0.0, 0.0], [0.0, np.nan, 2.0]])
def test_times_must_rise_evenly(time_s):
    with pytest.raises(ValueError, match="time_s: wants at least two evenly spaced"):
        states(np.array(time_s))


def test_fields_must_be_as_long_as_the_times():
    with pytest.raises(ValueError, match="c_n0_db_hz: wants as many values"):
        states(np.arange(5.0), c_n0_db_hz=np.zeros(4))


def test_fields_must_be_finite():
    with pytest.raises(ValueError, match="elevation_deg: wants finite"):
        states(np.arange(3.0), elevation_deg=np.array([0, np.nan, 1]))
