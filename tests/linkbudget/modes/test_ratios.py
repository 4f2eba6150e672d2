import doctest

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkbudget.errors import LinkInputError
from linkbudget.modes import ratios
from linkbudget.modes.ratios import c_over_n_db, eb_n0_db, es_n0_db

RATES = st.floats(1.0, 1e10)


def test_the_examples_of_the_docstrings() -> None:
    assert doctest.testmod(ratios).failed == 0


def test_a_published_downlink() -> None:
    """MathWorks documentation of satelliteCNR, "Calculate CNR and Link Margin": 10 Mbit/s in 6 MHz."""
    assert eb_n0_db(86.2255, 10e6) == pytest.approx(16.2255, abs=1e-4)
    assert es_n0_db(86.2255, 10e6) == pytest.approx(16.2255, abs=1e-4)
    assert c_over_n_db(86.2255, 6e6) == pytest.approx(18.444, abs=1e-4)


@given(c_n0=st.floats(0, 150), rate=RATES, factor=st.floats(1.0, 100.0))
def test_a_rate_times_a_factor_costs_that_factor_in_db(c_n0: float, rate: float, factor: float) -> None:
    assert eb_n0_db(c_n0, rate) - eb_n0_db(c_n0, rate * factor) == pytest.approx(10 * np.log10(factor), abs=1e-9)


def test_shapes_broadcast() -> None:
    assert eb_n0_db(np.zeros((5, 1, 3)), np.ones((2, 1))).shape == (5, 2, 3)
    assert es_n0_db(50.0, 100.0).shape == ()


@pytest.mark.parametrize(
    ("function", "field"),
    [(eb_n0_db, "information_rate_bit_s"), (es_n0_db, "symbol_rate_baud"), (c_over_n_db, "bandwidth_hz")],
)
@pytest.mark.parametrize("rate", [0.0, -1.0, float("nan"), float("inf"), np.array([1.0, 0.0])])
def test_an_impossible_rate_is_refused_by_name(function, field, rate) -> None:
    with pytest.raises(LinkInputError) as error:
        function(50.0, rate)
    assert error.value.field == field
