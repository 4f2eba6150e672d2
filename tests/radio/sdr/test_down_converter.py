import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from radio.errors import ProfileError
from radio.sdr.down_converter import DownConverter
from tests.radio.sdr.conftest import table

LINK_HZ = 240e3


def tone(frequency_hz, rate_hz, seconds=0.05):
    return np.exp(2j * np.pi * frequency_hz / rate_hz * np.arange(round(seconds * rate_hz))).astype(np.complex64)


def power_at(samples, frequency_hz):
    """Of a tone in the samples, away from the filter's ends."""
    inner = samples[len(samples) // 4 : -len(samples) // 4]
    turns = np.exp(-2j * np.pi * frequency_hz / LINK_HZ * np.arange(len(inner)))
    return abs(np.mean(inner * turns * np.hanning(len(inner)) * 2)) ** 2


@pytest.mark.parametrize("rate_hz", [240e3, 250e3, 960e3, 1.024e6, 2.4e6])
@pytest.mark.parametrize("side", [-1, 1])
def test_what_lies_on_the_carrier_comes_to_zero_frequency(rate_hz, side):
    offset_hz = side * 60e3
    down = DownConverter(table("x", sample_rate_hz=rate_hz, tuning_offset_hz=offset_hz, bandwidth_hz=76e3), LINK_HZ)
    out = down.process(tone(10e3 - offset_hz, rate_hz))
    assert len(out) == pytest.approx(0.05 * LINK_HZ, abs=1)
    assert 10 * np.log10(power_at(out, 10e3)) == pytest.approx(0, abs=0.05)


@pytest.mark.parametrize("rate_hz", [960e3, 1.024e6])
def test_what_lies_beside_the_links_band_does_not_fold_into_it(rate_hz):
    down = DownConverter(table("x", sample_rate_hz=rate_hz), LINK_HZ)
    out = down.process(tone(LINK_HZ + 5e3, rate_hz))
    assert 10 * np.log10(power_at(out, 5e3)) < -58


def test_what_is_left_of_the_oscillators_error_is_mixed_out():
    """An oscillator that is fast by 2 ppm is tuned 2 ppm too high: the carrier lies below."""
    receive = table("x", sample_rate_hz=960e3, tuning_offset_hz=200e3)
    out = DownConverter(receive, LINK_HZ, 2.0).process(tone(-200e3 - 2e-6 * receive.tuned_hz, 960e3))
    assert 10 * np.log10(power_at(out, 0.0)) == pytest.approx(0, abs=0.05)


@given(st.lists(st.integers(0, 700), max_size=12))
def test_blocks_of_any_length_make_the_same(lengths):
    receive = table("x", sample_rate_hz=1.024e6, tuning_offset_hz=150e3)
    samples = np.random.default_rng(1).standard_normal(2 * sum(lengths), dtype=np.float32).view(np.complex64)
    whole, down = DownConverter(receive, LINK_HZ).process(samples), DownConverter(receive, LINK_HZ)
    parts = [down.process(part) for part in np.split(samples, np.cumsum(lengths))]
    np.testing.assert_allclose(np.concatenate(parts), whole, atol=2e-5)


def test_a_rate_that_no_resampler_has_is_told():
    with pytest.raises(ProfileError, match="sample_rate_hz"):
        DownConverter(table("x", sample_rate_hz=240_001.7), LINK_HZ)
