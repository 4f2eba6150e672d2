import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkbudget.errors import LinkInputError
from linkbudget.propagation.free_space import free_space_loss_db


def test_published_loss() -> None:
    # MathWorks, satelliteCNR, example "Calculate CNR and Link Margin": 40215 km, 11 GHz
    assert free_space_loss_db(40_215e3, 11e9) == pytest.approx(205.3634, abs=1e-4)


@given(st.floats(1.0, 1e12), st.floats(1e6, 1e12))
def test_twice_the_range_or_the_frequency_costs_6_db(range_m: float, frequency_hz: float) -> None:
    loss_db = free_space_loss_db(range_m, frequency_hz)
    assert free_space_loss_db(2 * range_m, frequency_hz) - loss_db == pytest.approx(6.0206, abs=1e-4)
    assert free_space_loss_db(range_m, 2 * frequency_hz) - loss_db == pytest.approx(6.0206, abs=1e-4)


def test_axes_broadcast() -> None:
    loss_db = free_space_loss_db(np.array([[1e6], [2e6]]), np.array([437e6, 2.2e9, 8.2e9]))
    assert loss_db.shape == (2, 3)
    assert loss_db[1, 2] == free_space_loss_db(2e6, 8.2e9)


@pytest.mark.parametrize(("range_m", "frequency_hz", "field"), [(0.0, 1e9, "range_m"), (1e6, -1.0, "frequency_hz")])
def test_impossible_input_is_named(range_m: float, frequency_hz: float, field: str) -> None:
    with pytest.raises(LinkInputError) as error:
        free_space_loss_db(range_m, frequency_hz)
    assert error.value.field == field
