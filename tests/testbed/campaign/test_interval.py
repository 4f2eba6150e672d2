import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom

from testbed.campaign.interval import clopper_pearson


@pytest.mark.parametrize(
    ("errors", "trials", "low", "high"),
    # as R 4's binom.test prints them, confidence 0.95
    [(5, 10, 0.1870860, 0.8129140), (0, 10, 0.0, 0.3084971), (10, 10, 0.6915029, 1.0), (1, 100, 0.0002531, 0.0544594)],
)
def test_as_r_has_it(errors: int, trials: int, low: float, high: float) -> None:
    found = clopper_pearson(errors, trials, 0.95)
    assert found.low == pytest.approx(low, abs=6e-8)
    assert found.high == pytest.approx(high, abs=6e-8)


@given(st.integers(1, 2000), st.data(), st.floats(0.5, 0.9999))
def test_what_is_outside_would_rarely_give_such_a_count(trials: int, data: st.DataObject, confidence: float) -> None:
    errors = data.draw(st.integers(0, trials))
    found, tail = clopper_pearson(errors, trials, confidence), (1 - confidence) / 2
    assert found.low <= errors / trials <= found.high
    if errors:
        assert binom.sf(errors - 1, trials, found.low) == pytest.approx(tail, rel=1e-4)
    if errors < trials:
        assert binom.cdf(errors, trials, found.high) == pytest.approx(tail, rel=1e-4)


def test_nothing_tried_says_nothing() -> None:
    found = clopper_pearson(0, 0, 0.999)
    assert (found.low, found.high) == (0.0, 1.0)


@pytest.mark.parametrize(("errors", "trials"), [(-1, 5), (6, 5)])
def test_a_count_that_cannot_be(errors: int, trials: int) -> None:
    with pytest.raises(ValueError, match="errors"):
        clopper_pearson(errors, trials, 0.9)
