import numpy as np
import pytest

from testbed.campaign.interval import Interval
from testbed.campaign.prediction import Verdict, around, at_most
from testbed.campaign.theory import channel_symbols


def decade_a_db(eb_n0_db):
    return np.asarray(10.0 ** -np.asarray(eb_n0_db))


def much_lower(eb_n0_db):
    return decade_a_db(eb_n0_db) * 1e-5


@pytest.mark.parametrize(
    ("low", "high", "verdict"),
    [
        (0.9e-3, 1.1e-3, Verdict.WITHIN),
        (1.7e-3, 1.9e-3, Verdict.WITHIN),  # lost 0.25 dB of 0.3
        (1.9e-3, 2.1e-3, Verdict.WITHIN),  # the interval reaches into the band
        (2.1e-3, 2.5e-3, Verdict.WORSE),
        (0.1e-3, 0.7e-3, Verdict.BETTER),  # better by 0.15 dB where 0.1 are allowed
        (0.1e-3, 0.9e-3, Verdict.WITHIN),
        (0.0, 1.0, Verdict.WITHIN),
    ],
)
def test_an_interval_passes_if_it_meets_the_band(low, high, verdict):
    prediction = around(decade_a_db, 0.3, 0.1, None, 0.0)
    assert prediction.judge(3.0, Interval(low, high)) is verdict


def test_nothing_is_better_than_the_bound():
    """Theory and its margin would let through what no code can do."""
    prediction = around(much_lower, 0.5, 0.5, bound=decade_a_db, bound_margin_db=0.1)
    assert prediction.judge(3.0, Interval(1e-9, 7e-4)) is Verdict.BETTER
    assert prediction.judge(3.0, Interval(1e-9, 9e-4)) is Verdict.WITHIN  # 10^-3.1 is the bound and its margin
    lowest, highest = prediction.band(np.asarray([3.0, 4.0]))
    assert np.all(lowest <= highest)


def test_a_bound_far_below_changes_nothing():
    with_it, without = (around(decade_a_db, 0.3, 0.1, bound, 0.0) for bound in (much_lower, None))
    at_db = np.linspace(0, 5, 11)
    assert np.array_equal(with_it.band(at_db), without.band(at_db))


def test_a_limit_lets_through_what_is_lower():
    prediction = at_most(1e-3)
    assert prediction.theory is None
    assert prediction.judge(-1.5, Interval(0.0, 1e-5)) is Verdict.WITHIN
    assert prediction.judge(-1.5, Interval(0.5e-3, 2e-3)) is Verdict.WITHIN
    assert prediction.judge(-1.5, Interval(1.1e-3, 2e-3)) is Verdict.WORSE


def test_bands_are_arrays_where_eb_n0_is_one():
    for prediction in (at_most(0.1), around(channel_symbols("bpsk", 1.0), 0.1, 0.1, None, 0.0)):
        assert [edge.shape for edge in prediction.band(np.zeros(7))] == [(7,), (7,)]
