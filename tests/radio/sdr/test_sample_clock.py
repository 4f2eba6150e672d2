import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from radio.sdr.sample_clock import SampleClock

RATE_HZ, BLOCK = 240_000, 2400
BLOCK_S = BLOCK / RATE_HZ


def lost(arrivals_s):
    """What a clock calls lost of blocks that come at such times."""
    clock = SampleClock(RATE_HZ)
    return [clock.take(BLOCK, at_s) for at_s in arrivals_s], clock


def blocks(seconds, late_s=0.0, begin_s=1000.0):
    """The times of blocks that come in order, each late by as much or as an array says."""
    due_s = begin_s + BLOCK_S * np.arange(1, round(seconds / BLOCK_S) + 1)
    return np.maximum.accumulate(due_s + late_s)


@given(st.integers(0, 2**32), st.floats(0, 0.09))
def test_what_comes_late_is_not_lost(seed, most_s):
    late_s = np.random.default_rng(seed).uniform(0, most_s, 1500)
    assert lost(blocks(15, late_s))[1].lost == 0


@given(st.floats(0.15, 3.0), st.floats(3.0, 10.0), st.integers(0, 2**32))
def test_what_is_missing_is_counted_within_5_s(gap_s, at_s, seed):
    arrivals_s = blocks(20) + np.random.default_rng(seed).uniform(0, 0.02, 2000)
    told, clock = lost(np.sort(arrivals_s[(arrivals_s < 1000 + at_s) | (arrivals_s > 1000 + at_s + gap_s)]))
    assert clock.lost == pytest.approx(gap_s * RATE_HZ, abs=0.05 * RATE_HZ)
    first = int(np.flatnonzero(told)[0]) if any(told) else 0
    assert first * BLOCK_S < at_s + 5


def test_a_part_that_is_lost_all_the_time_is_counted():
    arrivals_s = np.delete(blocks(60), np.arange(0, 6000, 20))
    untold_s = 0.3  # of the last two windows, and the first
    assert 0.05 * 60 - untold_s - BLOCK_S < lost(arrivals_s)[1].lost / RATE_HZ < 0.05 * 60


def test_buffers_that_empty_at_the_start_are_no_gain_and_their_end_no_loss():
    arrivals_s = np.concatenate((np.full(100, 1000.0), blocks(20, begin_s=1000.0)))
    assert lost(arrivals_s)[1].lost == 0


def test_a_pause_after_which_everything_comes_is_no_loss():
    late_s = np.zeros(1500)
    late_s[600:900] = np.linspace(3.0, 0.0, 300)
    assert lost(blocks(15, late_s))[1].lost == 0


@pytest.mark.parametrize("ppm", [-80, 40, 80])
def test_a_clock_that_is_a_little_off_loses_nothing(ppm):
    arrivals_s = 1000 + (blocks(3600, begin_s=0.0)) * (1 + ppm * 1e-6)
    assert lost(arrivals_s)[1].lost == 0


def test_what_was_called_lost_and_comes_late_makes_up_for_a_later_loss():
    index = np.arange(3000)
    arrivals_s = blocks(30, np.where((index > 500) & (index < 1200), 1.0, 0.0))
    _, clock = lost(np.delete(arrivals_s, np.arange(2000, 2050)))
    assert clock.lost == pytest.approx(RATE_HZ, rel=0.05)
