"""Median and tail."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from testbed.compare.summary import Summary, summarise

samples = st.lists(st.floats(0, 1e6), min_size=1, max_size=250)


def test_nothing_has_no_figures() -> None:
    assert summarise([]) == Summary(0, None, None)
    assert summarise([]).to_json() == {"n": 0, "median": None, "p99": None}


@pytest.mark.parametrize(("n", "p99"), [(1, 1), (2, 2), (99, 99), (100, 99), (101, 100), (200, 198), (201, 199)])
def test_the_percentile_is_the_nearest_rank(n: int, p99: int) -> None:
    assert summarise(range(1, n + 1)).p99 == p99


@pytest.mark.parametrize(("n", "p99"), [(1, 1), (99, 1), (100, 2), (200, 3)])
def test_where_more_is_better_the_tail_is_the_low_one(n: int, p99: int) -> None:
    assert summarise(range(1, n + 1), more_is_better=True).p99 == p99


@given(samples)
def test_the_figures_are_what_they_are_called(values: list[float]) -> None:
    found = summarise(values)
    assert found.median == pytest.approx(np.median(values))
    assert found.p99 in values
    assert sum(value <= found.p99 for value in values) * 100 >= 99 * len(values)
    assert sum(value < found.p99 for value in values) * 100 < 99 * len(values)


@pytest.mark.parametrize(("n", "is_worst"), [(1, True), (99, True), (100, False)])
def test_a_hundred_samples_have_more_than_a_worst(n: int, is_worst: bool) -> None:
    assert summarise(range(n)).p99_is_worst is is_worst


@given(samples)
def test_of_fewer_than_a_hundred_it_is_the_worst(values: list[float]) -> None:
    found = summarise(values)
    assert not found.p99_is_worst or found.p99 == max(values)
    assert summarise(values, more_is_better=True).p99 == min(values) or len(values) >= 100


def test_figures_are_told_to_the_microsecond() -> None:
    assert summarise([1 / 3]).to_json() == {"n": 1, "median": 0.333333, "p99": 0.333333}
