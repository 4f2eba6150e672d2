import doctest

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import linkbudget.doppler
from linkbudget.constants import SPEED_OF_LIGHT_M_S
from linkbudget.doppler import doppler_hz, propagation_delay_s
from linkbudget.errors import LinkInputError

SPEEDS = st.floats(-8000.0, 8000.0)
FREQUENCIES = st.floats(1e6, 1e11)


@given(SPEEDS, FREQUENCIES)
def test_doppler_is_odd_and_negative_when_receding(speed: float, frequency: float) -> None:
    shift = doppler_hz(speed, frequency)
    assert shift == -doppler_hz(-speed, frequency)
    assert shift * speed <= 0.0
    assert shift == pytest.approx(-speed / SPEED_OF_LIGHT_M_S * frequency)


def test_arrays_keep_their_shape() -> None:
    speed = np.array([[-7000.0, 0.0], [3500.0, 7000.0]])
    shift = doppler_hz(speed, 437.05e6)
    assert shift.shape == (2, 2)
    assert shift[1, 1] == doppler_hz(7000.0, 437.05e6)


def test_the_result_is_an_array_even_of_numbers() -> None:
    for result in (doppler_hz(7000.0, 437.05e6), propagation_delay_s(1e6)):
        assert isinstance(result, np.ndarray)
        assert (result.shape, result.dtype) == ((), np.float64)


def test_delay_of_a_light_second() -> None:
    assert propagation_delay_s(SPEED_OF_LIGHT_M_S) == 1.0
    np.testing.assert_allclose(propagation_delay_s(np.array([299_792.458, 1e6])), [1e-3, 3.33564095e-3])


def test_mistakes_are_named() -> None:
    with pytest.raises(LinkInputError, match=r"^frequency_hz is 0\.0;"):
        doppler_hz(7000.0, 0.0)
    with pytest.raises(LinkInputError, match=r"^range_m is -1\.0;"):
        propagation_delay_s(np.array([1.0, -1.0]))


def test_the_examples_in_the_docstrings() -> None:
    assert doctest.testmod(linkbudget.doppler).failed == 0
