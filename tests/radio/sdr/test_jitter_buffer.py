import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from radio.sdr.jitter_buffer import JitterBuffer

RATE_HZ, DEPTH_S = 1000.0, 0.5


def numbered(first, count):
    return np.arange(first, first + count, dtype=np.complex64)


def given_out(buffer, lumps, until_s, step_s=0.005):
    """Samples and when they are given out, of lumps of (moment, count)."""
    moments, samples, put = [], [], 0
    lumps = list(lumps)
    for now_s in np.arange(0.0, until_s, step_s):
        while lumps and lumps[0][0] <= now_s:
            _, count = lumps.pop(0)
            buffer.put(numbered(put, count), now_s)
            put += count
        taken = buffer.take(now_s)
        samples.append(taken)
        moments += [now_s] * len(taken)
    return np.concatenate(samples), np.array(moments)


def test_lumps_are_given_out_evenly():
    lumps = [(0.48 * n, 480) for n in range(1, 11)]
    samples, moments = given_out(JitterBuffer(RATE_HZ, DEPTH_S), lumps, 6.0)
    assert np.array_equal(samples, numbered(0, 4800))
    assert moments[-1] == pytest.approx(4.8 + DEPTH_S, abs=0.006)
    assert np.abs(moments - moments[0] - np.arange(4800) / RATE_HZ).max() < 0.006


def test_lumps_that_are_late_do_not_change_that():
    late_s = np.random.default_rng(1).uniform(0, 0.09, 30)
    lumps = [(0.4 * n + late_s[n], 400) for n in range(30)]
    samples, moments = given_out(JitterBuffer(RATE_HZ, DEPTH_S), lumps, 14.0)
    assert np.array_equal(samples, numbered(0, 12_000))
    settled = moments[4000:] - np.arange(4000, 12_000) / RATE_HZ
    assert np.ptp(settled) < 0.02


def test_a_buffer_without_depth_holds_nothing_back():
    buffer = JitterBuffer(RATE_HZ, 0.0)
    for now_s in (1.0, 1.0, 3.0):
        buffer.put(numbered(0, 700), now_s)
        assert len(buffer.take(now_s)) == 700
    assert len(buffer.take(9.0)) == 0


def test_the_last_of_a_lump_waits_for_the_whole_time():
    buffer = JitterBuffer(RATE_HZ, DEPTH_S)
    buffer.put(numbered(0, 300), 1.0)
    assert len(buffer.take(1.2)) == 0
    assert len(buffer.take(1.3)) == 100
    assert len(buffer.take(1.5)) == 200


def test_what_waited_before_the_device_was_opened_delays_nothing():
    buffer = JitterBuffer(RATE_HZ, DEPTH_S)
    buffer.put(numbered(0, 10), 1.0)
    buffer.put(numbered(10, 2000), 1.1)
    assert len(buffer.take(1.1)) == 1510
    assert len(buffer.take(1.6)) == 500


def test_after_a_time_without_samples_it_waits_anew():
    buffer = JitterBuffer(RATE_HZ, DEPTH_S)
    buffer.put(numbered(0, 100), 0.0)
    assert len(buffer.take(2.0)) == 100
    buffer.put(numbered(100, 100), 5.0)
    assert len(buffer.take(4.9 + DEPTH_S)) == 0
    assert len(buffer.take(4.95 + DEPTH_S)) == 50


def test_a_device_that_is_too_fast_is_no_later_for_it():
    """By 2 % for a minute: 1.2 s."""
    buffer = JitterBuffer(RATE_HZ, DEPTH_S)
    samples, moments = given_out(buffer, [(0.45 * n, 459) for n in range(120)], 56.0)
    assert np.array_equal(samples, numbered(0, 120 * 459))
    arrived_s = 0.45 * (np.arange(len(samples)) // 459)
    assert (moments - arrived_s).max() < DEPTH_S + 0.01


@given(st.lists(st.tuples(st.floats(0, 1), st.integers(0, 2000)), max_size=20))
def test_nothing_is_lost_or_turned_round(gaps):
    buffer, now_s, put, taken = JitterBuffer(RATE_HZ, DEPTH_S), 0.0, 0, []
    for gap_s, count in gaps:
        now_s += gap_s
        buffer.put(numbered(put, count), now_s)
        put += count
        taken.append(buffer.take(now_s))
    taken.append(buffer.take(now_s + 1000))
    assert np.array_equal(np.concatenate(taken), numbered(0, put))
