import doctest

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkbudget.errors import LinkInputError
from linkbudget.modes import shannon
from linkbudget.modes.ratios import eb_n0_db
from linkbudget.modes.shannon import SHANNON_LIMIT_DB, capacity_bit_s, shannon_eb_n0_db


def test_the_examples_of_the_docstrings() -> None:
    assert doctest.testmod(shannon).failed == 0


def test_the_limit_in_unlimited_bandwidth() -> None:
    """-1.59 dB, as printed in CCSDS 130.1-G and in any textbook."""
    assert pytest.approx(-1.59, abs=0.005) == SHANNON_LIMIT_DB
    assert shannon_eb_n0_db(1e-12) == pytest.approx(SHANNON_LIMIT_DB, abs=1e-9)
    assert eb_n0_db(60.0, capacity_bit_s(60.0, 1e15)) == pytest.approx(SHANNON_LIMIT_DB, abs=1e-6)


def test_known_points() -> None:
    """A signal as strong as the noise carries one bit a second in each hertz; 15 times as strong, four."""
    assert capacity_bit_s(60.0, 1e6) == pytest.approx(1e6)
    assert capacity_bit_s(60.0 + 10 * np.log10(15.0), 1e6) == pytest.approx(4e6)
    assert shannon_eb_n0_db(2.0) == pytest.approx(10 * np.log10(1.5))


@given(c_n0=st.floats(0, 120), bandwidth=st.floats(1e2, 1e10))
def test_at_capacity_eb_n0_is_the_least(c_n0: float, bandwidth: float) -> None:
    rate = capacity_bit_s(c_n0, bandwidth)
    assert eb_n0_db(c_n0, rate) == pytest.approx(shannon_eb_n0_db(rate / bandwidth), abs=1e-6)


def test_shapes_broadcast() -> None:
    assert capacity_bit_s(np.zeros((5, 1)), np.ones(3)).shape == (5, 3)


def test_impossible_input_is_refused_by_name() -> None:
    with pytest.raises(LinkInputError, match="bandwidth_hz"):
        capacity_bit_s(60.0, 0.0)
    with pytest.raises(LinkInputError, match="spectral_efficiency_bit_s_hz"):
        shannon_eb_n0_db(np.array([1.0, -1.0]))
