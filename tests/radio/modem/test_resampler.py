import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.signal import freqz, upfirdn

from radio.errors import ProfileError
from radio.modem.rates import exact_ratio
from radio.modem.resampler import Resampler, low_pass

RATIOS = [(1, 1), (1, 4), (16, 25), (4, 25), (3, 2), (7, 5)]


def noise(count, seed=1):
    rng = np.random.default_rng(seed)
    return (rng.standard_normal(count) + 1j * rng.standard_normal(count)).astype(np.complex64)


@pytest.mark.parametrize(("up", "down"), RATIOS)
def test_equals_upfirdn(up, down):
    x, taps = noise(3000), np.random.default_rng(2).standard_normal(97)
    y = Resampler(up, down, taps).process(x)
    wanted = upfirdn(taps, x, up, down)[: len(y)]
    assert len(y) == -(-len(x) * up // down)
    np.testing.assert_allclose(y, wanted, atol=2e-5 * np.sqrt(len(taps)))


@settings(max_examples=40, deadline=None)
@given(ratio=st.sampled_from(RATIOS), sizes=st.lists(st.integers(0, 400), min_size=1, max_size=8))
def test_the_split_into_blocks_leaves_no_trace(ratio, sizes):
    x, taps = noise(sum(sizes)), np.hanning(61)
    whole = Resampler(*ratio, taps).process(x)
    split = Resampler(*ratio, taps)
    ends = np.cumsum(sizes)
    parts = [split.process(x[end - size : end]) for size, end in zip(sizes, ends, strict=True)]
    np.testing.assert_array_equal(np.concatenate(parts), whole)


def test_single_samples_are_blocks_too():
    x, taps = noise(300), np.hanning(31)
    one_by_one = Resampler(16, 25, taps)
    parts = [one_by_one.process(x[k : k + 1]) for k in range(len(x))]
    np.testing.assert_array_equal(np.concatenate(parts), Resampler(16, 25, taps).process(x))


def test_delay_is_that_of_a_pulse():
    taps = low_pass(4 * 48e3, 10e3, 15e3, gain=4)
    resampler = Resampler(4, 1, taps)
    x = np.zeros(400, dtype=np.complex64)
    x[100] = 1
    peak = int(np.argmax(np.abs(resampler.process(x))))
    assert peak / 4 - 100 == pytest.approx(resampler.delay_samples, abs=0.25)


def test_low_pass_is_flat_below_and_stops_above():
    taps = low_pass(240e3, 30e3, 45e3, gain=3.0)
    frequency, response = freqz(taps, worN=8192, fs=240e3)
    level = np.abs(response) / 3
    assert np.abs(20 * np.log10(level[frequency <= 30e3])).max() < 0.02
    assert 20 * np.log10(level[frequency >= 45e3].max()) < -58
    assert len(taps) % 2 == 1


def test_rates_become_exact_fractions():
    assert exact_ratio("sample_rate_hz", 240e3, 9600) == 25
    assert (exact_ratio("sample_rate_hz", 1e6, 38400).numerator, 24) == (625, 24)


def test_rates_without_a_small_fraction_are_refused():
    with pytest.raises(ProfileError, match=r"sample_rate_hz is 240001.0.*38400"):
        exact_ratio("sample_rate_hz", 240001.0, 38400)
