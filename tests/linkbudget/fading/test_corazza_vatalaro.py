import math

import numpy as np
import pytest
from scipy import integrate, stats

from linkbudget.fading import corazza_vatalaro, loo, rician
from linkbudget.fading.corazza_vatalaro import cdf, k_db, quantile_db, sample_db, shadowing_mean_db, shadowing_sigma_db

DB_PER_NP = 20 / math.log(10)


def at(elevation_deg: float) -> tuple[float, float, float]:
    return tuple(float(of(elevation_deg)) for of in (k_db, shadowing_mean_db, shadowing_sigma_db))


@pytest.mark.parametrize("environment", ["infrequent-light", "frequent-heavy"])
def test_the_authors_fits_to_loo_s_measurements_give_loo_s_distribution(environment: str, published) -> None:
    """Two papers' parameters, two formulas, one distribution: it settles that K is a ratio, mu in Np, sigma in dB."""
    fit = published["corazza_vatalaro_fits"][environment]
    levels_db = np.arange(-30.0, 3.0, 3.0)
    wanted = loo.cdf(loo.ENVIRONMENTS[environment], levels_db)
    fitted = cdf(10 * math.log10(fit["k"]), DB_PER_NP * fit["mu"], fit["sigma"], levels_db)
    assert np.log10(fitted) == pytest.approx(np.log10(wanted), abs=0.14)


def test_shadowing_is_negligible_where_the_authors_say(published) -> None:
    case = published["corazza_vatalaro_shadowing"]
    elevations_deg = np.linspace(case["elevation_deg"], 80.0, 21)
    assert np.all(np.abs(shadowing_mean_db(elevations_deg)) < 1.0)
    assert np.all(shadowing_sigma_db(elevations_deg) <= 1.5)


def test_parameters_at_the_ends_of_the_measurements() -> None:
    """Worked out by hand from table I."""
    assert at(20.0) == pytest.approx((10 * math.log10(1.6926), DB_PER_NP * -0.73508, 3.5), abs=1e-3)
    assert at(80.0) == pytest.approx((10 * math.log10(11.8926), DB_PER_NP * -0.00332, 0.5), abs=1e-3)


def test_a_higher_satellite_is_less_shadowed_and_steadier() -> None:
    elevations_deg = np.linspace(20.0, 80.0, 61)
    assert np.all(np.diff(k_db(elevations_deg)) > 0)
    assert np.all(np.diff(shadowing_sigma_db(elevations_deg)) < 0)
    assert np.all(np.diff(quantile_db(elevations_deg, 0.01)) > 0)


def test_without_shadowing_it_is_rician() -> None:
    levels_db = np.linspace(-30, 6, 13)
    assert cdf(7.0, 0.0, 0.0, levels_db) == pytest.approx(rician.cdf(7.0, levels_db), rel=1e-9)
    assert cdf(7.0, -3.0, 0.0, levels_db) == pytest.approx(rician.cdf(7.0, levels_db + 3.0), rel=1e-9)


def test_without_fading_it_is_log_normal() -> None:
    levels_db = np.linspace(-12.0, 8.0, 9)
    assert cdf(45.0, -2.0, 4.0, levels_db) == pytest.approx(stats.norm.cdf(levels_db, -2.0, 4.0), abs=0.06)


@pytest.mark.parametrize("elevation_deg", [20.0, 41.0, 80.0])
@pytest.mark.parametrize("level_db", [-45.0, -20.0, -5.0, 2.0])
def test_the_cdf_is_the_integral_over_the_shadowing(elevation_deg: float, level_db: float) -> None:
    k, mean_db, sigma_db = at(elevation_deg)
    wanted, _ = integrate.quad(
        lambda z: stats.norm.pdf(z) * rician.cdf(k, level_db - mean_db - sigma_db * z), -9, 9, epsabs=0, epsrel=1e-9
    )
    assert cdf(k, mean_db, sigma_db, level_db) == pytest.approx(wanted, rel=1e-4)


@pytest.mark.parametrize("elevation_deg", [20.0, 27.3, 55.5, 80.0])
@pytest.mark.parametrize("probability", [1e-6, 1e-3, 0.1, 0.5, 0.99, 0.99999])
def test_quantiles_invert_the_cdf(elevation_deg: float, probability: float) -> None:
    level_db = quantile_db(elevation_deg, probability)
    reached = cdf(*at(elevation_deg), level_db)
    assert reached == pytest.approx(probability, rel=0.01)
    assert 1 - reached == pytest.approx(1 - probability, rel=0.01)


@pytest.mark.parametrize("elevation_deg", [20.0, 50.0])
def test_samples_follow_the_cdf(elevation_deg: float) -> None:
    parameters = at(elevation_deg)
    drawn_db = sample_db(*parameters, 20_000, np.random.default_rng(3))
    assert stats.kstest(drawn_db, lambda level_db: cdf(*parameters, level_db)).pvalue > 0.01
    looked_up_db = quantile_db(elevation_deg, np.random.default_rng(4).random(20_000))
    assert stats.kstest(looked_up_db, lambda level_db: cdf(*parameters, level_db)).pvalue > 0.01


def test_samples_follow_from_the_seed() -> None:
    first, again, other = (sample_db(6.0, -1.0, 2.0, (2, 5), np.random.default_rng(seed)) for seed in (1, 1, 2))
    assert np.array_equal(first, again)
    assert not np.any(first == other)


def test_the_method_says_where_it_holds() -> None:
    (elevation,) = corazza_vatalaro.CORAZZA_VATALARO.valid
    assert (elevation.quantity, elevation.lowest, elevation.highest) == ("elevation_deg", 20.0, 80.0)
