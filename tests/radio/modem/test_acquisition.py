import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from radio.modem.acquisition import MARGIN, STEP, Acquisition
from radio.modem.filter_bank import SAMPLES_PER_SYMBOL
from radio.modem.pulse import root_raised_cosine
from radio.modem.resampler import Resampler, low_pass
from radio.modem.waveform import waveform_of

FRACTIONS = [-0.5, -0.2, 0.0, 0.3]
"""Of a sample, at 4 samples per symbol."""


@pytest.fixture(scope="module")
def range_cycles(leg):
    return leg.profile.search_range_hz / (SAMPLES_PER_SYMBOL * leg.profile.symbol_rate_baud)


@pytest.fixture(scope="module")
def acquisition(leg, range_cycles):
    return acquisition_of(leg, range_cycles)


def acquisition_of(leg, range_cycles):
    noise_cycles = 2.35 * (0.675 / SAMPLES_PER_SYMBOL + range_cycles)
    return Acquisition(waveform_of(leg.profile), leg.profile.code().marker, range_cycles, noise_cycles)


def stream(leg, start, offset_cycles, es_n0_db=None, rng=None, length=2000):
    """The first 200 symbols of a burst, its marker's first symbol at sample ``start``, at 4 samples per symbol."""
    code = leg.profile.code()
    symbols = np.concatenate([code.acquisition, code.encode(bytes(leg.octets))[:200]])
    x = np.zeros(length, dtype=complex)
    for k, symbol in enumerate(symbols):
        at = start + SAMPLES_PER_SYMBOL * (k - len(code.acquisition))
        nearest = round(at)
        pulse = root_raised_cosine(leg.profile.roll_off, 16).taps(SAMPLES_PER_SYMBOL, at - nearest)
        half = len(pulse) // 2
        x[nearest - half : nearest + half + 1] += symbol * pulse
    x *= np.exp(2j * np.pi * offset_cycles * (np.arange(length) - start))
    if es_n0_db is not None:
        deviation = np.sqrt(SAMPLES_PER_SYMBOL / 10 ** (es_n0_db / 10) / 2)
        x += deviation * (rng.standard_normal(length) + 1j * rng.standard_normal(length))
    return x.astype(np.complex64)


def find(acquisition, x):
    best = STEP * int(np.argmax(acquisition.metrics(x)))
    view = x[best - MARGIN : best + acquisition.reach + MARGIN]
    return acquisition.refine(view).shifted(best - MARGIN)


@pytest.mark.parametrize("fraction", FRACTIONS)
def test_finds_the_marker_over_the_whole_search_range(leg, acquisition, range_cycles, fraction):
    for offset in np.linspace(-range_cycles, range_cycles, 9):
        x = stream(leg, 801 + fraction, offset)
        assert acquisition.metrics(x).max() > 0.3  # a quarter of a symbol off, between two bins, at the range's end
        found = find(acquisition, x)
        assert found.metric > 0.77  # chunks of half a symbol cost (cos pi f)^2
        assert found.start == pytest.approx(801 + fraction, abs=0.06)
        assert found.offset_cycles == pytest.approx(offset, abs=2e-5)


@settings(max_examples=20, deadline=None)
@given(gain_db=st.floats(-60, 60))
def test_the_metric_does_not_know_the_gain(downlink, gain_db):
    acquisition = acquisition_of(downlink, 0.07)
    x = stream(downlink, 800, 0.01, es_n0_db=5, rng=np.random.default_rng(1))
    gain = np.float32(10 ** (gain_db / 20))
    np.testing.assert_allclose(acquisition.metrics(gain * x), acquisition.metrics(x), rtol=1e-4, atol=1e-6)


def test_a_negative_offset_is_told_from_a_positive_one(leg, acquisition, range_cycles):
    for offset in (-0.7 * range_cycles, 0.7 * range_cycles):
        assert find(acquisition, stream(leg, 800, offset)).offset_cycles == pytest.approx(offset, abs=2e-5)


@pytest.mark.parametrize("above_least_db", [0.0, 6.0])
def test_errors_stay_near_the_cramer_rao_bound(leg, acquisition, above_least_db):
    """Frequency: var(w) >= 6 / (Es/N0 m^3) (rad/symbol)^2 (Rife & Boorstyn 1974, for real and imaginary noise).

    Time: var(tau) >= 1 / (2 Es/N0 m (2 pi B)^2) with the pulse's rms bandwidth B of 0.29 / T.
    """
    rng = np.random.default_rng(3)
    es_n0_db = above_least_db + (7.5 if leg.name == "uplink" else 0.0)
    es_n0, m = 10 ** (es_n0_db / 10), 64
    frequency, time = [], []
    for _ in range(60):
        start, offset = 800 + rng.uniform(-0.5, 0.5), rng.uniform(-0.02, 0.02)
        found = find(acquisition, stream(leg, start, offset, es_n0_db, rng))
        frequency.append((found.offset_cycles - offset) * SAMPLES_PER_SYMBOL * 2 * np.pi)
        time.append((found.start - start) / SAMPLES_PER_SYMBOL)
    assert np.sqrt(np.mean(np.square(frequency))) < 1.3 * np.sqrt(6 / (es_n0 * m**3))
    assert np.sqrt(np.mean(np.square(time))) < 1.3 / (2 * np.pi * 0.29 * np.sqrt(2 * es_n0 * m))


def test_noise_passes_as_often_as_was_foretold(leg, acquisition, range_cycles):
    """-ln p of a refined metric in noise is exponential: few pass 13.5, none 27, in 20 s of downlink noise."""
    rng = np.random.default_rng(4)
    pass_cycles = (1 + leg.profile.roll_off) / 2 / SAMPLES_PER_SYMBOL + range_cycles
    front = Resampler(1, 1, low_pass(1.0, pass_cycles, 1.35 * pass_cycles))
    surprises = []
    for _ in range(80):
        x = front.process((rng.standard_normal(38_400) + 1j * rng.standard_normal(38_400)).astype(np.complex64))
        above = np.flatnonzero(acquisition.metrics(x) > acquisition.search_threshold) * STEP
        for k in above[(above >= MARGIN) & (above < len(x) - acquisition.reach - MARGIN)]:
            found = acquisition.refine(x[k - MARGIN : k + acquisition.reach + MARGIN])
            surprises.append(acquisition.surprise(found.metric))
    assert 100 < len(surprises) < 9000
    assert 0 < sum(s > acquisition.surprise(acquisition.confirm_threshold) for s in surprises) < len(surprises) / 5
    assert max(surprises) < 22


def test_silence_has_no_metric(acquisition):
    assert not acquisition.metrics(np.zeros(1000, dtype=np.complex64)).any()


def test_the_alternating_sequence_does_not_beat_the_marker(uplink, range_cycles):
    acquisition = acquisition_of(uplink, range_cycles)
    metrics = acquisition.metrics(stream(uplink, 1000, 0.01))
    early = metrics[(1000 - 8) // STEP]
    assert early > acquisition.confirm_threshold  # two symbols early most of the alternation fits
    assert metrics[1000 // STEP] > 1.3 * early
