import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from linkbudget.errors import LinkInputError
from linkbudget.uncertainty.draws import MonteCarlo, draw
from linkbudget.uncertainty.tolerance import Tolerance

SHAPES = ("triangular", "uniform", "normal")
PROBABILITIES = np.linspace(0.001, 0.999, 999)


@pytest.mark.parametrize(
    ("shape", "peer"),
    [
        ("triangular", stats.triang(c=0.25, loc=-1.0, scale=4.0)),
        ("uniform", stats.uniform(loc=-1.0, scale=4.0)),
    ],
)
def test_quantiles_of_the_bounded_shapes(shape, peer):
    found = Tolerance(value=0.0, adverse=-1.0, favourable=3.0, shape=shape).quantile(PROBABILITIES)
    np.testing.assert_allclose(found, peer.ppf(PROBABILITIES), atol=1e-12)


def test_a_normal_tolerance_has_its_ends_at_three_standard_deviations():
    even = Tolerance(value=2.0, adverse=5.0, favourable=-1.0, shape="normal")
    np.testing.assert_allclose(even.quantile(PROBABILITIES), stats.norm(2.0, 1.0).ppf(PROBABILITIES), atol=1e-12)
    odd = Tolerance(value=2.0, adverse=2.6, favourable=-1.0, shape="normal")
    assert odd.quantile(np.array([0.5])) == pytest.approx(2.0)
    np.testing.assert_allclose(odd.quantile(stats.norm.cdf([-3.0, 3.0])), [-1.0, 2.6])


@given(
    value=st.floats(-100, 100),
    down=st.floats(0.01, 50),
    up=st.floats(0.01, 50),
    shape=st.sampled_from(SHAPES),
    flipped=st.booleans(),
)
def test_quantiles_rise_and_stay_inside(value, down, up, shape, flipped):
    ends = (value - down, value + up)
    tolerance = Tolerance(value=value, adverse=ends[flipped], favourable=ends[not flipped], shape=shape)
    found = tolerance.quantile(PROBABILITIES)
    assert np.all(np.diff(found) >= -1e-9)
    if shape != "normal":
        assert ends[0] - 1e-9 <= found.min() <= found.max() <= ends[1] + 1e-9


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"value": 3.0, "adverse": 0.0, "favourable": 1.0}, "value"),
        ({"value": np.nan, "adverse": 0.0, "favourable": 1.0}, "value"),
        ({"value": 0.0, "adverse": -np.inf, "favourable": 1.0}, "adverse"),
        ({"value": 1.0, "adverse": 1.0, "favourable": 1.0}, "favourable"),
    ],
)
def test_impossible_tolerances_are_told(values, field):
    with pytest.raises(LinkInputError) as caught:
        Tolerance(**values)
    assert caught.value.field == field


TWO = {
    "a": Tolerance(value=0.0, adverse=-1.0, favourable=1.0, shape="uniform"),
    "b": Tolerance(value=0.0, adverse=-3.0, favourable=3.0, shape="normal"),
}


def test_draws_follow_from_the_seed():
    first, same, other = (draw(TWO, MonteCarlo(draws=100, seed=seed)) for seed in (1, 1, 2))
    assert list(first) == ["a", "b"]
    for name in TWO:
        np.testing.assert_array_equal(first[name], same[name])
        assert not np.array_equal(first[name], other[name])


def test_a_latin_hypercube_takes_one_draw_of_each_stratum():
    found = draw(TWO, MonteCarlo(draws=200))["a"]
    strata = np.floor((found + 1.0) / 2.0 * 200).astype(int)
    assert sorted(strata) == list(range(200))


@pytest.mark.parametrize("method", ["latin-hypercube", "random"])
def test_draws_are_distributed_as_said_and_independent(method):
    found = draw(TWO, MonteCarlo(draws=4000, method=method))
    assert stats.kstest(found["a"], stats.uniform(-1.0, 2.0).cdf).pvalue > 1e-3
    assert stats.kstest(found["b"], stats.norm(0.0, 1.0).cdf).pvalue > 1e-3
    assert abs(stats.spearmanr(found["a"], found["b"]).statistic) < 0.06


def test_nothing_to_draw():
    assert draw({}, MonteCarlo(draws=3)) == {}
