import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import expon, kstest, norm

from radio.channel.noise import WhiteNoise, random_bits


def noise(count, first=0, seed=1, power=2.0):
    samples = np.zeros(count, dtype=np.complex64)
    WhiteNoise(np.random.default_rng(seed)).add(samples, first, power)
    return samples


def test_the_bits_are_those_of_splitmix64():
    """The first five of seed 1234567 (rosettacode.org, "Pseudo-random numbers/Splitmix64")."""
    wanted = [6457827717110365317, 3203168211198807973, 9817491932198370423, 4593380528125082431, 16408922859458223821]
    assert [int(random_bits(np.uint64(1234567), np.uint64(n))) for n in range(1, 6)] == wanted


def test_both_axes_are_normal():
    """Moments of 8e6 numbers, within five standard deviations of their estimates."""
    x = noise(4_000_000).view(np.float32).astype(np.float64)
    n = len(x)
    assert np.mean(x) == pytest.approx(0, abs=5 / np.sqrt(n))
    assert np.mean(x**2) == pytest.approx(1, abs=5 * np.sqrt(2 / n))
    assert np.mean(x**3) == pytest.approx(0, abs=5 * np.sqrt(15 / n))
    assert np.mean(x**4) == pytest.approx(3, abs=5 * np.sqrt(96 / n))
    assert kstest(x[:1_000_000], norm.cdf).pvalue > 0.01


def test_the_tails_are_there_to_five_deviations():
    beyond = np.zeros(5)
    for part in range(20):
        x = np.abs(noise(1_000_000, first=part * 1_000_000).view(np.float32))
        beyond += [np.count_nonzero(x > limit) for limit in range(1, 6)]
    expected = 40e6 * 2 * norm.sf(np.arange(1, 6))
    assert np.all(np.abs(beyond - expected) < 4 * np.sqrt(expected))
    assert expected[-1] > 20


def test_the_power_is_exponential_and_the_phase_uniform():
    x = noise(200_000)
    assert kstest(np.abs(x.astype(np.complex128)) ** 2, expon(scale=2).cdf).pvalue > 0.01
    assert kstest(np.angle(x) / (2 * np.pi) + 0.5, "uniform").pvalue > 0.01


@pytest.mark.parametrize("other", [{}, {"seed": 2}, {"first": 2**40}], ids=["itself", "seed", "far"])
def test_no_sample_knows_of_another(other):
    """Correlation at a million lags, of 2^20 samples: none beyond six deviations but that at lag 0 of itself."""
    spectra = [np.fft.fft(noise(2**20, power=1.0, **given)) for given in ({}, other)]
    correlation = np.abs(np.fft.ifft(spectra[0] * np.conj(spectra[1]))) / 2**20
    assert np.max(correlation[1:]) < 6 / np.sqrt(2**20)
    assert (correlation[0] > 0.99) == (other == {})


@given(sizes=st.lists(st.integers(0, 400), min_size=1, max_size=6), first=st.integers(0, 2**40))
def test_every_sample_follows_from_its_number(sizes, first):
    ends = np.cumsum(sizes)
    parts = [noise(size, first + int(end) - size) for size, end in zip(sizes, ends, strict=True)]
    np.testing.assert_array_equal(np.concatenate(parts), noise(sum(sizes), first))


def test_it_is_added_with_the_power_said():
    samples = np.full(100_000, 3 - 1j, dtype=np.complex64)
    WhiteNoise(np.random.default_rng(1)).add(samples, 0, 0.25)
    assert np.mean(samples) == pytest.approx(3 - 1j, abs=0.01)
    assert np.mean(np.abs(samples - (3 - 1j)) ** 2) == pytest.approx(0.25, rel=0.02)
