import doctest

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import linkbudget.bent_pipe
from linkbudget.bent_pipe import bent_pipe_c_n0_db_hz

LEVELS = st.floats(0.0, 150.0)


def test_the_example():
    assert doctest.testmod(linkbudget.bent_pipe).failed == 0


@pytest.mark.parametrize(
    ("links_db", "total_db", "tolerance_db"),
    [((100.0, 87.0), 86.79, 0.01), ((101.5, 93.2), 92.6, 0.05), ((23.0, 20.0, 24.0), 17.2, 0.1)],
    ids=["12.18", "12.19", "12.20, with intermodulation"],
)
def test_published_examples(links_db, total_db, tolerance_db):
    """D. Roddy, Satellite Communications, 4th ed., examples 12.18 to 12.20; the last rounds N/C to 0.0019."""
    assert bent_pipe_c_n0_db_hz(*links_db) == pytest.approx(total_db, abs=tolerance_db)


@given(LEVELS)
def test_two_equal_links_lose_half(level_db):
    assert bent_pipe_c_n0_db_hz(level_db, level_db) == pytest.approx(level_db - 10.0 * np.log10(2.0))


@given(LEVELS)
def test_a_much_better_link_does_not_matter_and_one_alone_is_itself(level_db):
    assert bent_pipe_c_n0_db_hz(level_db) == pytest.approx(level_db)
    assert bent_pipe_c_n0_db_hz(level_db, level_db + 60.0) == pytest.approx(level_db, abs=1e-5)


@given(st.lists(LEVELS, min_size=2, max_size=4))
def test_the_order_does_not_matter_and_no_link_gains(levels_db):
    total_db = bent_pipe_c_n0_db_hz(*levels_db)
    assert bent_pipe_c_n0_db_hz(*levels_db[::-1]) == pytest.approx(float(total_db))
    assert total_db <= min(levels_db) + 1e-9
    assert total_db >= min(levels_db) - 10.0 * np.log10(len(levels_db)) - 1e-9


def test_arrays_broadcast():
    up, down = np.array([[70.0], [80.0]]), np.array([60.0, 75.0, 90.0])
    total_db = bent_pipe_c_n0_db_hz(up, down, 95.0)
    assert total_db.shape == (2, 3)
    assert total_db[1, 2] == bent_pipe_c_n0_db_hz(80.0, 90.0, 95.0)
