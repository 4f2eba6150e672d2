import numpy as np
import pytest
from scipy.stats import kstest, rice

from radio.channel.fading import RicianFading


def fading(k_db, spread_hz=10.0, seed=1):
    return RicianFading(k_db, spread_hz, np.random.default_rng(seed))


@pytest.mark.parametrize("k_db", [-100.0, 0.0, 6.0, 12.0])
def test_mean_power_is_one(k_db):
    power = np.mean([np.abs(fading(k_db, seed=s).gain(np.arange(0, 100, 0.05))) ** 2 for s in range(20)])
    assert power == pytest.approx(1, abs=0.04)


@pytest.mark.parametrize("k_db", [0.0, 6.0, 12.0])
def test_the_envelope_is_rician(k_db):
    """One independent draw from each of many fadings; K = nu^2 / (2 sigma^2)."""
    envelope = [float(np.abs(fading(k_db, seed=s).gain(np.array([7.0]))[0])) for s in range(800)]
    k = 10 ** (k_db / 10)
    sigma = np.sqrt(1 / (2 * (k + 1)))
    assert kstest(envelope, rice(np.sqrt(2 * k), scale=sigma).cdf).pvalue > 0.05


def test_the_spectrum_ends_at_the_doppler_spread():
    rate_hz = 200.0
    gain = fading(0.0, spread_hz=10.0).gain(np.arange(40_000) / rate_hz)
    spectrum = np.abs(np.fft.fft((gain - gain.mean()) * np.hanning(len(gain)))) ** 2
    frequency = np.abs(np.fft.fftfreq(len(gain), 1 / rate_hz))
    assert spectrum[frequency > 10.1].sum() < 1e-6 * spectrum.sum()
    assert spectrum[frequency > 7].sum() > 0.3 * spectrum.sum()  # Clarke's spectrum piles up at its edges: 0.51


def test_without_scattered_rays_the_gain_is_exactly_one():
    gain = fading(np.inf).gain(np.linspace(0, 10, 77))
    assert gain.dtype == np.complex128
    assert (gain == 1).all()


def test_the_gain_follows_from_seed_and_time_alone():
    t = np.arange(1000) / 1e3
    whole = fading(3.0).gain(t)
    parts = np.concatenate([fading(3.0).gain(t[:123]), fading(3.0).gain(t[123:])])
    np.testing.assert_array_equal(whole, parts)
    assert not np.allclose(whole, fading(3.0, seed=2).gain(t))
