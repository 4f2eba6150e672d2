import numpy as np
import pytest
from scipy.integrate import trapezoid
from scipy.special import i0, j0
from scipy.stats import kstest, norm, rice

from radio.channel.fading import Fading, ScatteredRays, Shadowing


def rays(spread_hz=10.0, seed=1):
    return ScatteredRays(spread_hz, np.random.default_rng(seed))


def test_mean_power_is_one():
    power = np.mean([np.abs(rays(seed=s).gain(np.arange(0, 100, 0.05))) ** 2 for s in range(20)])
    assert power == pytest.approx(1, abs=0.04)


@pytest.mark.parametrize("k_db", [-100.0, 0.0, 6.0, 12.0])
def test_the_envelope_is_rician_beside_a_direct_ray(k_db):
    """One independent draw from each of many fadings; K = nu^2 / (2 sigma^2), Rayleigh without the direct ray."""
    k = 10 ** (k_db / 10)
    direct, multipath = np.sqrt(k / (k + 1)), np.sqrt(1 / (k + 1))
    envelope = [float(np.abs(direct + multipath * rays(seed=s).gain(np.array([7.0]))[0])) for s in range(800)]
    assert kstest(envelope, rice(np.sqrt(2 * k), scale=multipath / np.sqrt(2)).cdf).pvalue > 0.05


def test_the_spectrum_ends_at_the_doppler_spread():
    rate_hz = 200.0
    gain = rays(spread_hz=10.0).gain(np.arange(40_000) / rate_hz)
    spectrum = np.abs(np.fft.fft((gain - gain.mean()) * np.hanning(len(gain)))) ** 2
    frequency = np.abs(np.fft.fftfreq(len(gain), 1 / rate_hz))
    assert spectrum[frequency > 10.1].sum() < 1e-6 * spectrum.sum()
    assert spectrum[frequency > 7].sum() > 0.3 * spectrum.sum()  # Clarke's spectrum piles up at its edges: 0.51


def test_the_gain_is_correlated_as_clarke_says():
    """J0(2 pi spread lag)."""
    lags_s, starts_s = np.array([0.0, 0.01, 0.02, 0.0383, 0.06, 0.1]), 3.7 * np.arange(20)[:, None]
    products = []
    for seed in range(400):
        gain = rays(10.0, seed).gain((starts_s + lags_s).ravel()).reshape(20, -1)
        products.append(np.mean(gain * np.conj(gain[:, :1]), axis=0))
    np.testing.assert_allclose(np.mean(products, axis=0), j0(2 * np.pi * 10.0 * lags_s), atol=0.03)


@pytest.mark.parametrize("k", [0.0, 4.0])
@pytest.mark.parametrize("level", [0.3, 0.6, 1.0])
def test_fades_are_as_frequent_and_as_long_as_rice_says(k, level):
    """Crossings a second sqrt(2 pi (K+1)) f r exp(-K - (K+1) r^2) I0(2 r sqrt(K (K+1))), r the level over the r.m.s.

    The mean fade lasts the probability of one over that (Rice, Bell System Tech. J. 27, 1948; Simon & Alouini 2.2).
    """
    spread_hz, rate_hz = 10.0, 2000.0
    time_s, crossings, below = np.arange(0, 20, 1 / rate_hz), 0, 0.0
    for seed in range(100):
        envelope = np.abs(np.sqrt(k / (k + 1)) + np.sqrt(1 / (k + 1)) * rays(spread_hz, seed).gain(time_s))
        crossings += np.count_nonzero((envelope[:-1] < level) & (envelope[1:] >= level))
        below += np.count_nonzero(envelope < level) / rate_hz
    bessel = i0(2 * level * np.sqrt(k * (k + 1)))
    per_s = np.sqrt(2 * np.pi * (k + 1)) * spread_hz * level * np.exp(-k - (k + 1) * level**2) * bessel
    share = rice(np.sqrt(2 * k), scale=np.sqrt(1 / (k + 1) / 2)).cdf(level)
    assert crossings / 2000 == pytest.approx(per_s, rel=0.06)
    assert below / crossings == pytest.approx(share / per_s, rel=0.06)


def test_the_gain_follows_from_seed_and_time_alone():
    t = np.arange(1000) / 1e3
    whole = rays().gain(t)
    parts = np.concatenate([rays().gain(t[:123]), rays().gain(t[123:])])
    np.testing.assert_array_equal(whole, parts)
    assert not np.allclose(whole, rays(seed=2).gain(t))


def shadows(times_s, correlation_s=2.0, count=3000):
    """Values at a few times of many independent shadowings: float64[count, times]."""
    return np.array(
        [Shadowing(correlation_s, np.random.default_rng(s)).value(np.asarray(times_s)) for s in range(count)]
    )


def test_shadowing_is_normal():
    assert kstest(shadows([7.0])[:, 0], norm().cdf).pvalue > 0.01


def test_shadowing_is_correlated_exponentially():
    lags_s = np.array([0.0, 0.2, 0.5, 1.0, 2.0, 4.0, 8.0])
    found = shadows(lags_s)
    np.testing.assert_allclose(found.T @ found[:, 0] / len(found), np.exp(-lags_s / 2.0), atol=0.06)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_one_shadowing_has_zero_mean_and_unit_variance_over_time(seed):
    values = Shadowing(0.5, np.random.default_rng(seed)).value(np.arange(0.0, 2000.0, 0.1))
    assert values.mean() == pytest.approx(0.0, abs=0.1)
    assert values.std() == pytest.approx(1.0, abs=0.05)


def envelope_cdf(direct_db, multipath_db, shadowing_db, multipath_shadowed):
    """The CDF of the envelope: Rice's, given the shadow, over a normal shadow (Loo 1985; Corazza, Vatalaro 1994)."""

    shadow, levels = np.linspace(-5, 5, 401), np.linspace(0.0, 6.0, 61)
    sigma = np.sqrt(10 ** ((multipath_db + shadowing_db * shadow * multipath_shadowed) / 10) / 2)
    steady = 10 ** ((direct_db + shadowing_db * shadow) / 20)
    given = rice(steady / sigma, scale=sigma).cdf(levels[:, None]) * norm.pdf(shadow)
    cdf = trapezoid(given, shadow, axis=1)
    return lambda level: np.interp(level, levels, cdf)


@pytest.mark.parametrize("multipath_shadowed", [False, True], ids=["Loo", "Corazza-Vatalaro"])
def test_the_shadowed_envelope_has_its_distribution(multipath_shadowed):
    strengths = (-3.0, -9.0, 6.0)
    at_once = [np.array([each]) for each in strengths]
    envelope = [
        float(
            np.abs(Fading(10.0, 2.0, multipath_shadowed, np.random.default_rng(s)).gain(np.array([7.0]), *at_once))[0]
        )
        for s in range(3000)
    ]
    assert kstest(envelope, envelope_cdf(*strengths, multipath_shadowed)).pvalue > 0.01
    assert kstest(envelope, envelope_cdf(*strengths, not multipath_shadowed)).pvalue < 0.01


def test_without_fading_the_gain_is_one():
    time_s = np.linspace(0.0, 10.0, 50)
    none = np.zeros(50)
    gain = Fading(10.0, 2.0, False, np.random.default_rng(1)).gain(time_s, none, none - 200.0, none)
    np.testing.assert_allclose(gain, 1.0, atol=1e-9)


@pytest.mark.parametrize("none_db", [-200.0, -250.0])
def test_rays_that_are_none_are_left_out(none_db):
    fading = Fading(10.0, 1.0, True, np.random.default_rng(1))
    time_s, zeros = np.arange(100) / 10, np.zeros(100)
    assert np.all(fading.gain(time_s, zeros - 6.0, zeros + none_db, zeros) == 10 ** (-6.0 / 20))
    assert not np.all(fading.gain(time_s, zeros - 6.0, zeros - 100.0, zeros) == 10 ** (-6.0 / 20))
