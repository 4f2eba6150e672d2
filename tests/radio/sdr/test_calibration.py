import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from radio.front_end_errors import ToneError
from radio.sdr.calibration import measure_ppm

RATE_HZ, TUNED_HZ = 250e3, 437.05e6
COUNT = 100_000


def heard(tone_hz, ppm, snr_db, seed, tuned_hz=TUNED_HZ, spike=0.0):
    """A tone by a receiver whose one oscillator is too fast; SNR in the whole band."""
    fast = 1 + ppm * 1e-6
    time_s = np.arange(COUNT) / (RATE_HZ * fast)
    rng = np.random.default_rng(seed)
    noise = rng.standard_normal(2 * COUNT).view(np.complex128) / np.sqrt(2)
    tone = 10 ** (snr_db / 20) * np.exp(2j * np.pi * ((tone_hz - tuned_hz * fast) * time_s + rng.uniform()))
    return (tone + noise + spike).astype(np.complex64)


@settings(max_examples=30)
@given(st.floats(-90, 90), st.floats(-20, 40), st.floats(-10e3, 10e3), st.integers(0, 2**32))
def test_the_error_is_found_and_the_standard_error_is_honest(ppm, snr_db, beside_hz, seed):
    tone_hz = TUNED_HZ + beside_hz
    found = measure_ppm(heard(tone_hz, ppm, snr_db, seed), RATE_HZ, tone_hz, TUNED_HZ)
    assert abs(found.ppm - ppm) < 6 * found.standard_error_ppm + 1e-5
    assert found.standard_error_ppm < 0.01


def test_the_standard_error_is_that_of_many_measurements_and_near_the_bound():
    """Cramer and Rao's bound for a frequency: 6 / (SNR N (N^2 - 1)) (rad per sample)^2."""
    snr_db = -10.0
    found = [measure_ppm(heard(TUNED_HZ, 40.0, snr_db, seed), RATE_HZ, TUNED_HZ, TUNED_HZ) for seed in range(40)]
    spread = np.std([each.ppm for each in found], ddof=1)
    told = np.sqrt(np.mean([each.standard_error_ppm**2 for each in found]))
    bound_hz = np.sqrt(6 / (10 ** (snr_db / 10) * COUNT * (COUNT**2 - 1.0))) / (2 * np.pi) * RATE_HZ
    assert told == pytest.approx(spread, rel=0.35)
    assert 0.7 < spread / (bound_hz / TUNED_HZ * 1e6) < 1.4


def test_a_stronger_line_farther_off_is_not_taken():
    """The device's spike, a quarter of the sample rate beside the tone."""
    shift = np.exp(-2j * np.pi * 0.25 * np.arange(COUNT))
    samples = (heard(TUNED_HZ, 12.0, 0.0, 1) + 30 * shift).astype(np.complex64)
    assert measure_ppm(samples, RATE_HZ, TUNED_HZ, TUNED_HZ).ppm == pytest.approx(12.0, abs=0.01)


@pytest.mark.parametrize("seed", range(5))
def test_noise_alone_is_no_tone(seed):
    with pytest.raises(ToneError, match="437050000 Hz"):
        measure_ppm(heard(TUNED_HZ, 0.0, -100.0, seed), RATE_HZ, TUNED_HZ, TUNED_HZ)


def test_silence_is_no_tone():
    with pytest.raises(ToneError):
        measure_ppm(np.zeros(COUNT, dtype=np.complex64), RATE_HZ, TUNED_HZ, TUNED_HZ)
