import math
from typing import get_args

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError
from scipy import stats

from linkbudget.errors import LinkInputError
from linkbudget.fading import corazza_vatalaro, loo
from linkbudget.fading.fading import CorazzaVatalaroFading, Fading, LooFading, NoFading, RicianFading

IN_A_FILE = TypeAdapter(Fading)
ENVIRONMENTS = ["infrequent-light", "average", "frequent-heavy", "by-elevation"]
KINDS = [
    NoFading(),
    RicianFading(k_db=9.0),
    RicianFading(),
    CorazzaVatalaroFading(),
    *(LooFading(environment=environment) for environment in ENVIRONMENTS),
]
EVERY = pytest.mark.parametrize("fading", KINDS, ids=str)
ELEVATIONS_DEG = np.linspace(0.0, 90.0, 46)[:, np.newaxis]


@pytest.mark.parametrize(
    ("table", "made"),
    [
        ({"kind": "none"}, NoFading()),
        ({"kind": "rician", "k_db": 12}, RicianFading(k_db=12.0)),
        ({"kind": "rician"}, RicianFading()),
        ({"kind": "loo", "environment": "average"}, LooFading(environment="average")),
        ({"kind": "corazza-vatalaro"}, CorazzaVatalaroFading()),
    ],
)
def test_from_a_file(table, made) -> None:
    assert IN_A_FILE.validate_python(table) == made


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ({"kind": "raleigh"}, "'none', 'rician', 'loo', 'corazza-vatalaro'"),
        ({"kind": "loo"}, "environment"),
        ({"kind": "loo", "environment": "jungle"}, "by-elevation"),
        ({"kind": "rician", "k": 3}, "k"),
        ({"kind": "rician", "k_db": 1e9}, "k_db is 1000000000.0; accepted: -60 to 100"),
    ],
)
def test_a_file_s_mistakes_are_named(table, message) -> None:
    with pytest.raises(ValidationError, match=message):
        IN_A_FILE.validate_python(table)


@EVERY
def test_it_is_finite_at_every_elevation_and_probability(fading) -> None:
    probability = np.concatenate(([0.0, 1e-300], np.linspace(0.001, 0.999, 50), [1.0]))
    assert np.all(np.isfinite(fading.relative_power_db(ELEVATIONS_DEG, probability)))
    parameters = fading.parameters(ELEVATIONS_DEG)
    for each in (parameters.direct_db, parameters.shadowing_db, parameters.multipath_db):
        assert each.shape == ELEVATIONS_DEG.shape
        assert np.all(np.isfinite(each))


@EVERY
@given(elevation=st.floats(0, 90), probabilities=st.lists(st.floats(0, 1), min_size=2, max_size=8))
def test_it_rises_with_probability(fading, elevation, probabilities) -> None:
    level_db = np.atleast_1d(fading.relative_power_db(elevation, np.sort(probabilities)))
    assert np.all(np.diff(level_db) >= 0)


@EVERY
def test_it_is_continuous_in_elevation(fading) -> None:
    fine_deg = np.linspace(0.0, 90.0, 9001)[:, np.newaxis]
    level_db = np.atleast_2d(fading.relative_power_db(fine_deg, np.array([0.001, 0.1, 0.5])))
    assert np.all(np.abs(np.diff(level_db, axis=0)) < 0.015)  # in steps of 0.01 degree


@EVERY
def test_a_margin_is_the_fade_exceeded(fading) -> None:
    fade_db = fading.margin_db(30.0, np.array([50.0, 10.0, 1.0, 0.1]))
    assert np.all(np.diff(np.atleast_1d(fade_db)) >= 0)
    assert np.allclose(fade_db, -fading.relative_power_db(30.0, np.array([0.5, 0.1, 0.01, 0.001])))


@EVERY
def test_a_channel_of_its_parameters_has_its_distribution(fading) -> None:
    """What a simulation is given, and what the budget's draws are: samples of both, at one elevation."""
    given_, rng, size = fading.parameters(35.0), np.random.default_rng(2), 20_000
    shadowing = 10 ** (given_.shadowing_db * rng.standard_normal(size) / 20)
    scattered = (rng.standard_normal(size) + 1j * rng.standard_normal(size)) * np.sqrt(
        10 ** (given_.multipath_db / 10) / 2
    )
    direct = 10 ** (given_.direct_db / 20) * shadowing
    gain = direct + (shadowing if given_.multipath_shadowed else 1.0) * scattered
    drawn_db = fading.relative_power_db(35.0, rng.random(size)) + np.zeros(size)
    if isinstance(fading, NoFading):
        assert 20 * np.log10(np.abs(gain)) == pytest.approx(drawn_db, abs=1e-6)
    else:
        assert stats.ks_2samp(20 * np.log10(np.abs(gain)), drawn_db).pvalue > 0.01


def test_without_fading_there_is_none() -> None:
    assert NoFading().relative_power_db(10.0, 0.001) == 0.0
    assert str(NoFading().margin_db(10.0, 0.001)) == "0.0"


def test_a_rician_factor_by_elevation_is_corazza_and_vatalaro_s() -> None:
    by_elevation, fixed = RicianFading(), RicianFading(k_db=float(corazza_vatalaro.k_db(40.0)))
    assert by_elevation.margin_db(40.0, 1.0) == pytest.approx(float(fixed.margin_db(40.0, 1.0)))
    assert by_elevation.source.valid == corazza_vatalaro.CORAZZA_VATALARO.valid
    assert fixed.source.valid == ()


def test_a_known_margin() -> None:
    """Rayleigh fading stays less than 20 dB below its mean 99 % of the time (19.98)."""
    assert RicianFading(k_db=-60.0).margin_db(10.0, 1.0) == pytest.approx(19.98, abs=0.01)


def test_power_is_shared_between_the_rays() -> None:
    parameters = RicianFading(k_db=3.0).parameters(50.0)
    assert parameters.direct_db - parameters.multipath_db == pytest.approx(3.0)
    assert 10 ** (parameters.direct_db / 10) + 10 ** (parameters.multipath_db / 10) == pytest.approx(1.0)


def test_axes_that_do_not_matter_are_left_out() -> None:
    probability = np.full((1, 7), 0.5)
    assert RicianFading(k_db=9.0).relative_power_db(ELEVATIONS_DEG, probability).shape == (1, 7)
    assert RicianFading().relative_power_db(ELEVATIONS_DEG, probability).shape == (46, 7)
    assert LooFading(environment="average").relative_power_db(ELEVATIONS_DEG, probability).shape == (1, 7)
    assert LooFading(environment="by-elevation").relative_power_db(ELEVATIONS_DEG, probability).shape == (46, 7)
    assert CorazzaVatalaroFading().relative_power_db(ELEVATIONS_DEG, probability).shape == (46, 7)


def test_draws_of_the_rician_factor() -> None:
    k_db = np.array([5.0, 10.0, 15.0])
    drawn = RicianFading(k_db=k_db)
    assert np.all(np.diff(drawn.margin_db(30.0, 1.0)) < 0)
    assert drawn.parameters(30.0).direct_db.shape == (3,)


def test_every_environment_has_parameters() -> None:
    (hint,) = [hint for name, hint in LooFading.__annotations__.items() if name == "environment"]
    assert set(get_args(hint)) == {*loo.ENVIRONMENTS, loo.BY_ELEVATION} == set(ENVIRONMENTS)


@EVERY
@pytest.mark.parametrize("probability", [-0.1, 1.05, float("nan")])
def test_what_is_no_probability_is_refused(fading, probability: float) -> None:
    with pytest.raises(LinkInputError, match="probability"):
        fading.relative_power_db(30.0, probability)
    with pytest.raises(LinkInputError, match="exceeded_percent"):
        fading.margin_db(30.0, 100 * probability)


@pytest.mark.parametrize("fading", [RicianFading(), CorazzaVatalaroFading(), LooFading(environment="by-elevation")])
def test_an_elevation_that_is_no_number_is_refused(fading) -> None:
    for use in (lambda: fading.relative_power_db(math.nan, 0.5), lambda: fading.parameters(np.array([1.0, math.nan]))):
        with pytest.raises(LinkInputError, match="elevation_deg"):
            use()


@EVERY
def test_every_kind_says_where_it_comes_from(fading) -> None:
    assert fading.source.reference


def test_only_what_goes_by_elevation_holds_for_some_elevations() -> None:
    bounded = [fading for fading in KINDS if fading.source.valid]
    assert bounded == [RicianFading(), CorazzaVatalaroFading(), LooFading(environment="by-elevation")]


def test_only_corazza_and_vatalaro_shadow_the_scattered_rays() -> None:
    assert [fading for fading in KINDS if fading.parameters(30.0).multipath_shadowed] == [CorazzaVatalaroFading()]
    assert NoFading().parameters(30.0).multipath_db == -200.0
