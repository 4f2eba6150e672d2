import numpy as np
import pytest
from scipy.stats import kstest, rice

from radio.channel.fading import ScatteredRays


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


def test_the_gain_follows_from_seed_and_time_alone():
    t = np.arange(1000) / 1e3
    whole = rays().gain(t)
    parts = np.concatenate([rays().gain(t[:123]), rays().gain(t[123:])])
    np.testing.assert_array_equal(whole, parts)
    assert not np.allclose(whole, rays(seed=2).gain(t))
