import math

import numpy as np
import pytest
from scipy import integrate, stats

from linkbudget.fading import corazza_vatalaro, loo, rician
from linkbudget.fading.loo import ENVIRONMENTS, LooParameters, cdf, mean_power_db, quantile_db, sample_db

DB_PER_NP = 20 / math.log(10)
LEVELS_DB = np.linspace(-40, 6, 24)


@pytest.mark.parametrize("name", ENVIRONMENTS)
def test_environments_are_loo_s(name: str, published) -> None:
    case = published["loo_environments"][name]
    parameters = ENVIRONMENTS[name]
    assert parameters.mean_db == pytest.approx(DB_PER_NP * case["mu"])
    assert parameters.sigma_db == pytest.approx(DB_PER_NP * case["root_d0"])
    assert parameters.multipath_db == pytest.approx(10 * math.log10(2 * case["b0"]))


@pytest.mark.parametrize("name", ENVIRONMENTS)
def test_the_match_of_a_nakagami_ray_is_the_authors(name: str, published) -> None:
    """Abdi et al.'s m and Omega, put through the match that by-elevation parameters come from, give Loo's own."""
    case = published["loo_environments"][name]
    matched, own = loo.from_shadowed_rice(case["m"], case["omega"], case["b0"]), ENVIRONMENTS[name]
    assert matched.mean_db == pytest.approx(own.mean_db, abs=0.02)
    assert matched.sigma_db == pytest.approx(own.sigma_db, rel=0.005)
    assert matched.multipath_db == pytest.approx(own.multipath_db)


def test_by_elevation_the_parameters_are_the_published_cubics(published) -> None:
    case = published["abdi_by_elevation"]
    for elevation_deg in (20.0, 47.0, 80.0):
        b0, m, omega = (np.polynomial.polynomial.polyval(elevation_deg, case[name]) for name in ("b0", "m", "omega"))
        found, wanted = loo.parameters_by_elevation(elevation_deg), loo.from_shadowed_rice(m, omega, b0)
        assert found.mean_db == pytest.approx(wanted.mean_db)
        assert found.sigma_db == pytest.approx(wanted.sigma_db)
        assert found.multipath_db == pytest.approx(10 * np.log10(2 * b0))


def test_by_elevation_it_agrees_with_the_other_authors_measurements() -> None:
    """Corazza and Vatalaro's channel, fitted to the same kind of country: within 3 dB from the median to 1 %."""
    elevations_deg = np.linspace(20, 80, 13)[:, np.newaxis]
    probability = np.array([0.01, 0.1, 0.5])
    by_loo_db = quantile_db("by-elevation", elevations_deg, probability)
    assert by_loo_db == pytest.approx(corazza_vatalaro.quantile_db(elevations_deg, probability), abs=3.0)


def test_without_shadowing_it_is_rician() -> None:
    for k_db in (0.0, 8.0):
        share_db = 10 * math.log10(1 + 10 ** (-k_db / 10))  # mean power, for a direct ray of 0 dB
        unshadowed = LooParameters(mean_db=0.0, sigma_db=0.0, multipath_db=-k_db)
        assert cdf(unshadowed, LEVELS_DB) == pytest.approx(rician.cdf(k_db, LEVELS_DB - share_db), rel=1e-9)
        assert mean_power_db(unshadowed) == pytest.approx(share_db)


def test_without_multipath_it_is_log_normal() -> None:
    clear = LooParameters(mean_db=-2.0, sigma_db=4.0, multipath_db=-50.0)
    levels_db = np.linspace(-10.0, 6.0, 9)
    assert cdf(clear, levels_db) == pytest.approx(stats.norm.cdf(levels_db, -2.0, 4.0), abs=0.06)


def test_with_the_direct_ray_blocked_it_is_rayleigh() -> None:
    blocked = LooParameters(mean_db=-80.0, sigma_db=3.0, multipath_db=-9.0)
    assert cdf(blocked, LEVELS_DB) == pytest.approx(1 - np.exp(-(10 ** ((LEVELS_DB + 9) / 10))), rel=1e-4)


@pytest.mark.parametrize("name", ENVIRONMENTS)
@pytest.mark.parametrize("level_db", [-45.0, -20.0, -5.0, 2.0])
def test_the_cdf_is_the_integral_over_the_direct_ray(name: str, level_db: float) -> None:
    """Loo's density (eq 2), integrated: Rice given the direct ray, averaged over its log-normal level."""
    parameters = ENVIRONMENTS[name]
    scattered = 10 ** (float(parameters.multipath_db) / 10)

    def given_direct(z: float) -> float:
        direct = 10 ** ((parameters.mean_db + parameters.sigma_db * z) / 10)
        return float(stats.ncx2.cdf(2 * 10 ** (level_db / 10) / scattered, 2, 2 * direct / scattered))

    wanted, _ = integrate.quad(lambda z: stats.norm.pdf(z) * given_direct(z), -9, 9, epsabs=0, epsrel=1e-9)
    assert cdf(parameters, level_db) == pytest.approx(wanted, rel=1e-4)


@pytest.mark.parametrize("environment", [*ENVIRONMENTS, "by-elevation"])
@pytest.mark.parametrize("probability", [1e-6, 1e-3, 0.1, 0.5, 0.99, 0.99999])
def test_quantiles_invert_the_cdf(environment: str, probability: float) -> None:
    for elevation_deg in (20.0, 34.6, 77.0):
        level_db = quantile_db(environment, elevation_deg, probability)
        reached = cdf(loo.parameters(environment, elevation_deg), level_db)
        assert reached == pytest.approx(probability, rel=0.01)
        assert 1 - reached == pytest.approx(1 - probability, rel=0.03)


@pytest.mark.parametrize("environment", [*ENVIRONMENTS, "by-elevation"])
def test_samples_follow_the_cdf(environment: str) -> None:
    parameters = loo.parameters(environment, 30.0)
    drawn_db = sample_db(parameters, 20_000, np.random.default_rng(5))
    assert stats.kstest(drawn_db, lambda level_db: cdf(parameters, level_db)).pvalue > 0.01
    looked_up_db = quantile_db(environment, 30.0, np.random.default_rng(6).random(20_000))
    assert stats.kstest(looked_up_db, lambda level_db: cdf(parameters, level_db)).pvalue > 0.01


@pytest.mark.parametrize("name", ENVIRONMENTS)
def test_the_mean_power_is_that_of_the_samples(name: str) -> None:
    drawn_db = sample_db(ENVIRONMENTS[name], 200_000, np.random.default_rng(9))
    assert 10 * np.log10(np.mean(10 ** (drawn_db / 10))) == pytest.approx(mean_power_db(ENVIRONMENTS[name]), abs=0.03)


def test_the_mean_of_the_direct_ray_is_the_log_normal_s() -> None:
    clear = LooParameters(mean_db=-3.0, sigma_db=6.0, multipath_db=-200.0)
    assert mean_power_db(clear) == pytest.approx(-3.0 + 6.0**2 * math.log(10) / 20)


def test_samples_follow_from_the_seed() -> None:
    average = ENVIRONMENTS["average"]
    first, again, other = (sample_db(average, (2, 5), np.random.default_rng(seed)) for seed in (1, 1, 2))
    assert np.array_equal(first, again)
    assert not np.any(first == other)
