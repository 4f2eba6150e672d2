import numpy as np
import pytest
from scipy.special import gamma, kv
from scipy.stats import kstest, norm, rice

from radio.channel.scintillation import (
    IonosphericScintillation,
    IonosphericSettings,
    TroposphericScintillation,
    TroposphericSettings,
)


def ionosphere(s4, seed, decorrelation_s=0.5):
    given = IonosphericSettings(s4=s4, decorrelation_s=decorrelation_s)
    return IonosphericScintillation(given, np.random.default_rng(seed))


def troposphere(seed, sigma_db=1.5, corner_hz=0.2):
    given = TroposphericSettings(sigma_db=sigma_db, corner_hz=corner_hz)
    return TroposphericScintillation(given, np.random.default_rng(seed))


@pytest.mark.parametrize("s4", [0.2, 0.5, 0.8, 1.0])
def test_the_intensity_has_the_s4_said(s4):
    time_s = np.arange(0, 1000, 2.0)
    intensity = np.concatenate([np.abs(ionosphere(s4, seed).gain(time_s)) ** 2 for seed in range(100)])
    assert np.mean(intensity) == pytest.approx(1, abs=0.01)
    assert np.std(intensity) / np.mean(intensity) == pytest.approx(s4, rel=0.03)


@pytest.mark.parametrize("s4", [0.4, 0.9])
def test_the_envelope_is_rician(s4):
    """Of power 1 with K = sqrt(1 - S4^2) / (1 - sqrt(1 - S4^2)): S4^2 = (1 + 2 K) / (1 + K)^2."""
    root = np.sqrt(1 - s4**2)
    k = root / (1 - root)
    assert (1 + 2 * k) / (1 + k) ** 2 == pytest.approx(s4**2)
    envelope = [float(np.abs(ionosphere(s4, seed).gain(np.array([7.0])))[0]) for seed in range(2000)]
    sigma = np.sqrt((1 - root) / 2)
    assert kstest(envelope, rice(np.sqrt(root) / sigma, scale=sigma).cdf).pvalue > 0.01


def test_the_scattered_part_is_correlated_as_a_second_order_butterworth_filters_noise():
    lags = np.array([0.0, 0.25, 0.5, 1.0, 1.5, 2.0, 3.0])
    wanted = np.exp(-1.2396464 * lags) * (np.cos(1.2396464 * lags) + np.sin(1.2396464 * lags))
    assert wanted[3] == pytest.approx(np.exp(-1), abs=1e-4)
    starts_s = 37.0 * np.arange(20)[:, None]
    products = []
    for seed in range(300):
        gain = ionosphere(1.0, seed).gain((starts_s + 0.5 * lags).ravel()).reshape(20, -1)
        products.append(np.mean(gain * np.conj(gain[:, :1]), axis=0))
    np.testing.assert_allclose(np.mean(products, axis=0), wanted, atol=0.03)


def test_the_level_is_normal_in_decibels():
    levels_db = [20 * np.log10(troposphere(seed).gain(np.array([7.0]))[0]) for seed in range(2000)]
    assert kstest(levels_db, norm(scale=1.5).cdf).pvalue > 0.01


def test_the_level_is_correlated_as_its_spectrum_says():
    """The transform of (1 + (f / corner)^2)^(-4/3): 2^(1/6) / Gamma(5/6) x^(5/6) K_5/6(x), x = 2 pi corner lag."""
    lags_s = np.array([0.0, 0.1, 0.3, 1.0, 2.0, 5.0])
    x = 2 * np.pi * 0.2 * lags_s[1:]
    wanted = np.concatenate(([1.0], 2 ** (1 / 6) / gamma(5 / 6) * x ** (5 / 6) * kv(5 / 6, x)))
    starts_s = 37.0 * np.arange(20)[:, None]
    products = []
    for seed in range(400):
        level = np.log10(troposphere(seed).gain((starts_s + lags_s).ravel())).reshape(20, -1) * 20 / 1.5
        products.append(np.mean(level * level[:, :1], axis=0))
    np.testing.assert_allclose(np.mean(products, axis=0), wanted, atol=0.03)


def test_the_levels_spectrum_falls_as_said_beyond_its_corner():
    """Over an octave at the corner and one two octaves higher: there 8/3 of 3 dB an octave."""
    time_s, shape = np.arange(0, 800, 0.05), np.hanning(16_000)
    power = np.mean([np.abs(np.fft.rfft(np.log(troposphere(s).gain(time_s)) * shape)) ** 2 for s in range(80)], axis=0)
    frequency = np.fft.rfftfreq(len(time_s), 0.05)
    bands = [(frequency > f) & (frequency < 2 * f) for f in (0.2, 0.8)]
    near, far = (np.mean(power[band]) for band in bands)
    wanted_near, wanted_far = (np.mean((1 + (frequency[band] / 0.2) ** 2) ** (-4 / 3)) for band in bands)
    assert 10 * np.log10(near / far) == pytest.approx(10 * np.log10(wanted_near / wanted_far), abs=1.0)


@pytest.mark.parametrize("make", [lambda seed: ionosphere(0.6, seed), troposphere], ids=["ionosphere", "troposphere"])
def test_the_gain_follows_from_seed_and_time_alone(make):
    time_s = np.linspace(0, 50, 500)
    whole = make(1).gain(time_s)
    np.testing.assert_array_equal(np.concatenate([make(1).gain(time_s[:99]), make(1).gain(time_s[99:])]), whole)
    assert not np.allclose(make(2).gain(time_s), whole)
