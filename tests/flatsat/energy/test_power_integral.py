import pytest
from hypothesis import given
from hypothesis import strategies as st

from flatsat.energy.power_integral import PowerIntegral

SAMPLES = st.lists(st.tuples(st.floats(0, 100), st.floats(0, 10)), min_size=1, max_size=20)


def test_a_ramp_is_half_its_height_times_its_length() -> None:
    integral = PowerIntegral()
    for power_w, now_s in ((0.0, 1.0), (10.0, 3.0), (10.0, 4.0)):
        integral.add(power_w, now_s)
    assert integral.energy_j == pytest.approx(10.0 + 10.0)


def test_a_time_of_which_nothing_is_known_counts_as_none() -> None:
    integral = PowerIntegral()
    integral.add(5.0, 0.0)
    integral.pause()
    integral.add(5.0, 100.0)
    integral.add(5.0, 101.0)
    assert integral.energy_j == pytest.approx(5.0)


@given(samples=SAMPLES)
def test_it_never_falls_whatever_the_clock_does(samples: list[tuple[float, float]]) -> None:
    integral, last_j = PowerIntegral(), 0.0
    for power_w, now_s in samples:
        integral.add(power_w, now_s)
        assert integral.energy_j >= last_j
        last_j = integral.energy_j
