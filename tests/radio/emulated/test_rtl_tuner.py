import itertools

import numpy as np
import pytest

from radio.emulated.rtl_tuner import RtlTuner

RATE_HZ = 240e3
RATES_HZ = [225_001.0, 240e3, 300e3, 1.024e6, 2.4e6]


def tuned(signal, shift_hz=0.0, rate_hz=240e3, sizes=()):
    tuner, ends = RtlTuner(RATE_HZ, shift_hz, rate_hz), np.cumsum([0, *sizes, len(signal)])
    return np.concatenate([tuner.process(signal[a:b]) for a, b in itertools.pairwise(ends)])


def turning(frequency_hz, count=60_000):
    return np.exp(2j * np.pi * frequency_hz / RATE_HZ * np.arange(count)).astype(np.complex64)


def level(samples, frequency_hz, rate_hz):
    """Amplitude of a tone, in the middle of what came."""
    part = samples[len(samples) // 4 : -len(samples) // 4]
    n = np.arange(len(samples) // 4, len(samples) // 4 + len(part))
    return np.mean(part * np.exp(-2j * np.pi * frequency_hz / rate_hz * n))


@pytest.mark.parametrize("rate_hz", RATES_HZ)
@pytest.mark.parametrize(("at_hz", "shift_hz"), [(5e3, 0.0), (-20e3, 31e3), (40e3, -60e3), (0.0, 50e3)])
def test_a_tone_moves_by_the_shift_and_its_power_over_the_noise_density_stays(rate_hz, at_hz, shift_hz):
    out = tuned(turning(at_hz), shift_hz, rate_hz)
    assert len(out) == pytest.approx(60_000 * rate_hz / RATE_HZ, abs=1)
    assert abs(level(out, at_hz + shift_hz, rate_hz)) == pytest.approx(np.sqrt(RATE_HZ / rate_hz), rel=3e-3)


@pytest.mark.parametrize("rate_hz", RATES_HZ)
@pytest.mark.parametrize("shift_hz", [0.0, 90e3])
def test_nothing_else_comes_out(rate_hz, shift_hz):
    """Neither images of the sky's band, nor what folds at the dongle's, nor a jitter of the filter's rows."""
    out, at_hz = tuned(turning(-50e3), shift_hz, rate_hz), shift_hz - 50e3
    rest = out - level(out, at_hz, rate_hz) * np.exp(2j * np.pi * at_hz / rate_hz * np.arange(len(out)))
    middle = rest[len(rest) // 4 : -len(rest) // 4]
    assert 10 * np.log10(np.mean(np.abs(middle) ** 2) * rate_hz / RATE_HZ) < -70


@pytest.mark.parametrize("shift_hz", [140e3, -200e3, 437e6])
def test_what_lies_beyond_its_band_is_not_heard(shift_hz):
    assert np.max(np.abs(tuned(turning(0.0), shift_hz)[1000:])) < 3e-3


def test_it_hears_only_the_part_of_the_band_that_it_has():
    both = turning(-60e3) + turning(60e3)
    out = tuned(both, 100e3)
    assert abs(level(out, 40e3, 240e3)) == pytest.approx(1, rel=0.01)
    assert abs(level(out, 160e3 - 240e3, 240e3)) < 2e-3


@pytest.mark.parametrize("rate_hz", [250e3 / 1.00004, 2.4e6])
def test_the_split_into_blocks_leaves_no_bit_different(rate_hz):
    rng = np.random.default_rng(1)
    signal = rng.standard_normal(20_000, dtype=np.float32).view(np.complex64)
    sizes = [1, 0, 77, 2400, 1, 5000]
    np.testing.assert_array_equal(tuned(signal, 130e3, rate_hz, sizes), tuned(signal, 130e3, rate_hz))


def test_the_signal_given_is_left_as_it_is():
    signal = turning(0.0, 100)
    tuned(signal, 100e3)
    np.testing.assert_array_equal(signal, 1)
