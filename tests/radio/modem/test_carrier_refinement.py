import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from radio.modem.carrier_refinement import MOST_TICKS, likeliest_turn

KNOWN = 32
CLEAR_DB = 12.0
"""The marker alone tells the turn to 0.0005."""


def signal(rng, es_n0_db, turn, count=MOST_TICKS, phase_cycles=0.0):
    """QPSK ticks of +-1 on each axis at unit power, and what the first ones carry."""
    sent = rng.choice(np.array([-1, 1]), (count, 2)) @ np.array([1, 1j])
    noise = (rng.standard_normal((count, 2)) @ np.array([1, 1j])) * 10 ** (-es_n0_db / 20)
    turned = sent * np.exp(2j * np.pi * (turn * np.arange(count) + phase_cycles)) + noise
    return turned.astype(np.complex64), sent[:KNOWN].astype(np.complex64)


@given(seed=st.integers(0, 1000), turn=st.floats(-0.002, 0.002), phase=st.floats(0, 1), gain=st.floats(1e-3, 1e3))
def test_a_clear_signal_tells_its_turn_at_any_phase_and_gain(seed, turn, phase, gain):
    ticks, known = signal(np.random.default_rng(seed), CLEAR_DB, turn, phase_cycles=phase)
    assert likeliest_turn((gain * ticks).astype(np.complex64), known) == pytest.approx(turn, abs=1e-4)


def test_at_1_5_db_the_marker_alone_errs_by_as_much_as_theory_says_and_the_rest_mends_it():
    """What the marker leaves over has a standard deviation of 0.0018 (Rife and Boorstyn); a tenth of it remains."""
    rng = np.random.default_rng(1)
    spread = np.sqrt(6 / (10**0.15 * KNOWN**3)) / (2 * np.pi)
    turns = rng.normal(0, spread, 200)
    left = np.array([likeliest_turn(*signal(rng, 1.5, turn)) - turn for turn in turns])
    assert spread == pytest.approx(0.0018, abs=1e-4)
    assert np.count_nonzero(np.abs(left) > 0.1 * spread) <= 4


def test_ticks_beyond_the_most_change_nothing():
    ticks, known = signal(np.random.default_rng(2), 3.0, 0.001, count=2 * MOST_TICKS)
    assert likeliest_turn(ticks, known) == likeliest_turn(ticks[:MOST_TICKS], known)


@pytest.mark.parametrize("count", [KNOWN, KNOWN - 5])
def test_no_more_than_the_marker_tells_nothing(count):
    ticks, known = signal(np.random.default_rng(3), CLEAR_DB, 0.002, count=count)
    assert likeliest_turn(ticks, known[:count]) == 0.0


def test_silence_tells_nothing():
    assert likeliest_turn(np.zeros(MOST_TICKS, np.complex64), np.ones(KNOWN, np.complex64)) == 0.0
