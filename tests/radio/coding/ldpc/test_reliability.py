import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from radio.coding.ldpc.reliability import Reliability

SYMBOLS = 100_000


def noisy(es_n0_db, amplitude=1.0, seed=3):
    rng = np.random.default_rng(seed)
    deviation = np.sqrt(0.5 / 10 ** (es_n0_db / 10))
    return (amplitude * (rng.choice([-1.0, 1.0], SYMBOLS) + rng.normal(0, deviation, SYMBOLS))).astype(np.float32)


def exact_scale(es_n0_db, amplitude=1.0):
    return 4 * 10 ** (es_n0_db / 10) / amplitude


@pytest.mark.parametrize("es_n0_db", [-2.5, -1.2, 1.0, 4.0])
@pytest.mark.parametrize("amplitude", [1e-6, 1.0, 3e7])
def test_the_scale_is_that_of_log_likelihood_ratios(es_n0_db, amplitude):
    scale = Reliability(es_n0_db).scale(noisy(es_n0_db, amplitude))
    assert scale == pytest.approx(exact_scale(es_n0_db, amplitude), rel=0.06)


@given(st.sampled_from([2.0**-30, 1e-3, 7.0, 1e9]))
def test_the_scale_undoes_any_gain(gain):
    soft = noisy(0.0)[:2048]
    reliability = Reliability(0.0)
    assert reliability.scale(np.float32(gain) * soft) * gain == pytest.approx(reliability.scale(soft), rel=1e-5)


def test_estimates_far_from_the_design_are_not_believed():
    below, above = noisy(-20), noisy(30)
    assert Reliability(0.0).scale(below) == pytest.approx(
        exact_scale(-0.5) / np.sqrt(np.mean(below**2) / 1.561), rel=0.01
    )
    assert Reliability(0.0).scale(above) == pytest.approx(exact_scale(3.0) * np.sqrt(1.25), rel=0.01)


def test_trust_is_a_factor():
    soft = noisy(0.0)
    assert Reliability(0.0, trust=0.5).scale(soft) == 0.5 * Reliability(0.0).scale(soft)


def test_silence_tells_nothing():
    assert Reliability(0.0).scale(np.zeros(128, np.float32)) == 0.0
