import numpy as np
import pytest

from radio.channel.adjacent_channel import AdjacentChannel, AdjacentChannelSettings
from radio.errors import ChannelError

RATE_HZ = 240e3


def neighbour(count, first=0, seed=1, offset_hz=60e3, i_n0_db_hz=70.0, symbol_rate_baud=19.2e3):
    given = AdjacentChannelSettings(offset_hz=offset_hz, i_n0_db_hz=i_n0_db_hz, symbol_rate_baud=symbol_rate_baud)
    samples = np.zeros(count, dtype=np.complex64)
    AdjacentChannel(given, RATE_HZ, np.random.default_rng(seed)).add(samples, first)
    return samples


def density(samples):
    """Power density by frequency, per hertz over the density of unit noise: averaged over 64 windows."""
    parts = samples.reshape(64, -1) * np.blackman(len(samples) // 64)
    power = np.mean(np.abs(np.fft.fft(parts)) ** 2, axis=0) / np.sum(np.blackman(len(samples) // 64) ** 2)
    return np.fft.fftfreq(parts.shape[1], 1 / RATE_HZ), power


@pytest.mark.parametrize("i_n0_db_hz", [40.0, 70.0])
@pytest.mark.parametrize("symbol_rate_baud", [1200.0, 19.2e3, 70e3])
def test_its_power_over_the_noise_density_is_the_one_said(i_n0_db_hz, symbol_rate_baud):
    """C/I is C/N0 less I/N0: unit noise has density 1 / rate."""
    samples = neighbour(480_000, i_n0_db_hz=i_n0_db_hz, symbol_rate_baud=symbol_rate_baud)
    assert 10 * np.log10(np.mean(np.abs(samples) ** 2) * RATE_HZ) == pytest.approx(i_n0_db_hz, abs=0.12)


@pytest.mark.parametrize("offset_hz", [60e3, -45e3])
def test_it_is_flat_in_its_band_and_60_db_down_outside(offset_hz):
    frequency, power = density(neighbour(2**18, offset_hz=offset_hz))
    off = np.abs(frequency - offset_hz) / 19.2e3
    level = np.mean(power[off < 0.15])
    assert np.mean(power[(off > 0.2) & (off < 0.33)]) == pytest.approx(level, rel=0.05)
    assert 10 * np.log10(np.max(power[off > 0.7]) / level) < -50
    assert 10 * np.log10(np.mean(power[off > 0.7]) / level) < -60


def test_it_sends_four_phases():
    """In the middle of a symbol the eye of its pulse is not open; but its fourth power has a line, as QPSK's has."""
    x = neighbour(2**18, offset_hz=0.0)
    turned = np.abs(np.mean(x**4)) / np.mean(np.abs(x) ** 4)
    assert turned > 0.2
    assert np.abs(np.mean(x**2)) / np.mean(np.abs(x) ** 2) < 0.02


def test_it_follows_from_seed_and_sample_number_alone():
    whole = neighbour(5000, first=1_000_000)
    parts = [neighbour(b - a, first=1_000_000 + a) for a, b in ((0, 1), (1, 1), (1, 1300), (1300, 5000))]
    np.testing.assert_array_equal(np.concatenate(parts), whole)
    assert not np.allclose(neighbour(5000, first=1_000_000, seed=2), whole)


@pytest.mark.parametrize(("offset_hz", "symbol_rate_baud"), [(115e3, 19.2e3), (-115e3, 19.2e3), (0.0, 200e3)])
def test_a_band_beyond_the_sample_rate_is_refused(offset_hz, symbol_rate_baud):
    with pytest.raises(ChannelError, match=r"offset_hz is .*, accepted: at most .* to either side"):
        neighbour(10, offset_hz=offset_hz, symbol_rate_baud=symbol_rate_baud)
