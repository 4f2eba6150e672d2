import pytest
from hypothesis import given
from hypothesis import strategies as st

from testbed.campaign.count import EVENTS, Count
from testbed.campaign.tally import StopRule, Tally

UNITS = st.lists(st.integers(0, 10), min_size=1, max_size=30)


def unit(errors: int) -> Count:
    return Count(frames=10, acquired=10, right=10 - errors)


def prefix(errors: list[int], wanted: int) -> list[int]:
    """The units that count, the plain way."""
    counted: list[int] = []
    for each in errors:
        if sum(counted) >= wanted:
            break
        counted.append(each)
    return counted


@given(UNITS, st.integers(1, 40), st.randoms(use_true_random=False))
def test_what_counts_does_not_depend_on_which_unit_ends_first(errors, wanted, random):
    order = list(range(len(errors)))
    random.shuffle(order)
    tally = Tally(StopRule("frames", wanted, most_units=len(errors)))
    for k in order:
        tally.add(k, unit(errors[k]))
    counted = prefix(errors, wanted)
    assert tally.is_over
    assert tally.units == len(counted)
    assert tally.count == sum(map(unit, counted), Count())


def test_a_unit_after_a_gap_waits():
    tally = Tally(StopRule("frames", 5, most_units=10))
    tally.add(1, unit(9))
    assert (tally.units, tally.errors, tally.is_over) == (0, 0, False)
    tally.add(0, unit(1))
    assert (tally.units, tally.errors, tally.is_over) == (2, 10, True)


def test_a_point_is_over_at_its_most_units():
    tally = Tally(StopRule("frames", 100, most_units=2))
    tally.add(0, unit(1))
    assert tally.fraction == pytest.approx(0.5)
    tally.add(1, unit(1))
    tally.add(2, unit(1))
    assert (tally.units, tally.errors, tally.fraction) == (2, 2, 1.0)


@pytest.mark.parametrize(("errors", "most_units"), [(0, 1), (1, 0)])
def test_a_rule_that_never_measures(errors, most_units):
    with pytest.raises(ValueError, match="1 or more"):
        StopRule("frames", errors, most_units)


def test_each_measure_has_its_trials_and_errors():
    count = Count(frames=50, acquired=45, right=40, caught=3, wrong=1, symbols=9000, symbol_errors=70, alarms=2)
    assert [(count.errors(m), count.trials(m)) for m in ("frames", "symbols", "acquisition", "alarms")] == [
        (10, 50),
        (70, 9000),
        (5, 50),
        (2, 9000),
    ]
    assert [getattr(count + count, name) for name in EVENTS] == [100, 90, 80, 6, 2, 18_000, 140, 4]
