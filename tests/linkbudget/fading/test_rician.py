import math

import numpy as np
import pytest
from scipy import stats

from linkbudget.fading import rician

FACTORS_DB = [-30.0, -7.3, 0.0, 6.1, 9.93, 13.9, 20.0, 31.7, 39.9]


@pytest.mark.parametrize("k_db", FACTORS_DB)
@pytest.mark.parametrize("probability", [1e-6, 1e-4, 0.01, 0.1, 0.5, 0.9, 0.999])
def test_quantiles_are_those_of_the_noncentral_chi_square(k_db: float, probability: float) -> None:
    k = 10 ** (k_db / 10)
    wanted = 10 * np.log10(stats.ncx2.ppf(probability, 2, 2 * k) / (2 * (k + 1)))
    assert rician.quantile_db(k_db, probability) == pytest.approx(wanted, abs=0.02)


@pytest.mark.parametrize("k_db", [-5.0, 3.0, 12.0, 25.0])
def test_the_cdf_is_scipy_s_rice(k_db: float) -> None:
    k, levels_db = 10 ** (k_db / 10), np.linspace(-20, 5, 26)
    scale = math.sqrt(0.5 / (k + 1))
    wanted = stats.rice.cdf(10 ** (levels_db / 20), math.sqrt(2 * k), scale=scale)
    assert rician.cdf(k_db, levels_db) == pytest.approx(wanted, rel=1e-6, abs=1e-12)


def test_without_a_steady_ray_it_is_rayleigh(published) -> None:
    case = published["rayleigh"]
    levels_db, probability = np.array(case["level_db"]), np.array(case["percent"]) / 100
    for k_db in (-100.0, -math.inf):
        assert rician.cdf(k_db, levels_db) == pytest.approx(probability, rel=1e-3)
        assert rician.quantile_db(k_db, probability) == pytest.approx(levels_db, abs=0.01)


def test_with_a_steady_ray_only_there_is_no_fading() -> None:
    probability = np.array([1e-6, 0.01, 0.5, 0.99])
    assert rician.quantile_db(math.inf, probability) == pytest.approx(np.zeros(4), abs=1e-12)
    spread_db = [float(np.ptp(rician.quantile_db(k_db, probability))) for k_db in (30.0, 40.0, 50.0, 60.0)]
    assert spread_db[1] / spread_db[2] == pytest.approx(10**0.5, rel=0.01)
    assert np.all(np.diff(spread_db) < 0)


def test_beyond_the_table_it_still_is_the_distribution() -> None:
    assert rician.cdf(52.0, rician.quantile_db(52.0, 0.01)) == pytest.approx(0.01, rel=0.05)


@pytest.mark.parametrize("k_db", [-10.0, 4.0, 18.0])
def test_samples_follow_the_cdf(k_db: float) -> None:
    drawn_db = rician.sample_db(k_db, 20_000, np.random.default_rng(7))
    assert stats.kstest(drawn_db, lambda level_db: rician.cdf(k_db, level_db)).pvalue > 0.01
    assert np.mean(10 ** (drawn_db / 10)) == pytest.approx(1.0, abs=0.02)
    looked_up_db = rician.quantile_db(k_db, np.random.default_rng(8).random(20_000))
    assert stats.kstest(looked_up_db, lambda level_db: rician.cdf(k_db, level_db)).pvalue > 0.01


def test_the_spread_of_samples_is_that_of_the_factor() -> None:
    """The mean of the squared power is 1 + (1 + 2 K) / (1 + K)^2 (Simon & Alouini, amount of fading, 2.2.1.2)."""
    power = 10 ** (rician.sample_db(0.0, 400_000, np.random.default_rng(3)) / 10)
    assert np.mean(power**2) == pytest.approx(1.75, abs=0.01)


def test_samples_follow_from_the_seed() -> None:
    first, again, other = (rician.sample_db(6.0, (3, 4), np.random.default_rng(seed)) for seed in (1, 1, 2))
    assert first.shape == (3, 4)
    assert np.array_equal(first, again)
    assert not np.any(first == other)
