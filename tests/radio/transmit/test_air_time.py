import pytest
from hypothesis import given
from hypothesis import strategies as st

from radio.transmit.air_time import AirTime


def test_only_what_is_in_the_window_counts():
    air_time = AirTime(10.0)
    air_time.begin(0.0)
    air_time.end(4.0)
    assert air_time.within_window_s(10.0) == 4.0
    assert air_time.within_window_s(12.0) == 2.0
    assert air_time.within_window_s(14.0) == 0.0


def test_what_is_not_over_counts_too():
    air_time = AirTime(10.0)
    air_time.begin(3.0)
    assert (air_time.unbroken_s(5.0), air_time.within_window_s(5.0)) == (2.0, 2.0)
    assert air_time.within_window_s(50.0) == 10.0
    air_time.end(50.0)
    assert air_time.unbroken_s(51.0) == 0.0


def test_what_is_on_goes_on_since_it_began():
    air_time = AirTime(10.0)
    air_time.begin(0.0)
    air_time.begin(5.0)
    assert air_time.unbroken_s(6.0) == 6.0
    air_time.end(7.0)
    air_time.end(9.0)
    assert air_time.within_window_s(10.0) == 7.0


@given(st.lists(st.integers(1, 40), min_size=1, max_size=40), st.integers(1, 100))
def test_it_is_the_overlap_with_the_window(steps, window):
    """Against a count of whole seconds."""
    air_time, seconds, now = AirTime(float(window)), [], 0
    for index, step in enumerate(steps):
        (air_time.end if index % 2 else air_time.begin)(float(now))
        seconds += [index % 2 == 0] * step
        now += step
        assert air_time.within_window_s(float(now)) == pytest.approx(sum(seconds[-window:]))
