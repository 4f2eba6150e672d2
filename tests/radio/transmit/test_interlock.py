import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from radio.transmit.interlock import EVENTS, HOLD_S, LOST_S, TRANSITIONS, Event, Interlock, State
from radio.transmit.refusal import Cause

RATE_HZ = 250e3
SIGNAL = np.full(8, 0.5 + 0.5j, dtype=np.complex64)
SILENCE = np.zeros(round(HOLD_S * RATE_HZ), dtype=np.complex64)
"""As much as ends a burst."""
STEP_S = 0.01


@pytest.fixture
def interlock(permit, emission):
    def of(**changes):
        return Interlock(permit(**changes), emission())

    return of


def refused(interlock):
    return [each.cause for each in interlock.take_refusals()]


def play(interlock, samples, start_s, duration_s):
    """Offer samples for a while; return how often they were let through."""
    steps = round(duration_s / STEP_S)
    return sum(interlock.offer(samples, start_s + index * STEP_S) for index in range(steps))


def test_a_burst_goes_out_and_the_carrier_goes_off_after_it(interlock):
    lock = interlock()
    assert not lock.offer(SILENCE, 0.0)
    assert lock.offer(SIGNAL, 1.0)
    assert lock.on
    assert lock.offer(SILENCE[1:], 1.01)
    assert lock.offer(SIGNAL, 1.02)
    assert lock.offer(SILENCE[1:], 1.03)
    assert not lock.offer(SILENCE[:1], 1.04)
    assert lock.state is State.OFF
    assert refused(lock) == []


@pytest.mark.parametrize(
    ("changes", "setting", "cause"),
    [
        ({"highest_hz": 10.001e6}, {}, Cause.FREQUENCY),
        ({}, {"gain_db": 0.1}, Cause.POWER),
        ({"attenuation_db": 29.0}, {}, Cause.ATTENUATION),
    ],
)
def test_what_the_permit_does_not_allow_is_barred_for_good(permit, emission, changes, setting, cause):
    lock = Interlock(permit(**changes), emission(**setting))
    assert refused(lock) == [cause]
    for event in (lambda: lock.offer(SIGNAL, 1.0), lambda: lock.reset(2.0), lambda: lock.offer(SILENCE, 3.0)):
        event()
        assert lock.state is State.BARRED
    assert not lock.offer(SIGNAL, 4.0)


def test_without_a_permit_it_is_barred(emission):
    lock = Interlock(None, emission())
    assert refused(lock) == [Cause.NO_PERMIT]
    assert not lock.offer(SIGNAL, 0.0)


@pytest.mark.parametrize(
    ("wrong", "cause"),
    [
        (1.001, Cause.AMPLITUDE),
        (0.8 + 0.8j, Cause.AMPLITUDE),
        (np.nan, Cause.NOT_A_NUMBER),
        (1j * np.inf, Cause.NOT_A_NUMBER),
    ],
)
@pytest.mark.parametrize("burst", [True, False], ids=["in a burst", "before one"])
def test_a_fault_stops_all_until_it_is_reset_and_the_burst_is_over(interlock, wrong, cause, burst):
    lock = interlock()
    if burst:
        assert lock.offer(SIGNAL, 0.0)
    samples = SIGNAL.copy()
    samples[5] = wrong
    assert not lock.offer(samples, 0.01)
    assert lock.state is State.TRIPPED
    assert refused(lock) == [cause]
    assert not lock.offer(SIGNAL, 0.02)
    assert not lock.offer(SILENCE, 5.0)
    assert not lock.offer(SIGNAL, 6.0)
    lock.reset(6.1)
    assert not lock.offer(SIGNAL, 6.2)
    assert not lock.offer(SILENCE, 6.3)
    assert lock.offer(SIGNAL, 6.4)
    assert refused(lock) == []


def test_magnitude_1_is_let_through(interlock):
    assert interlock().offer(np.array([1, -1j, 0.6 + 0.8j], dtype=np.complex64) * np.float32(0.9999999), 0.0)


def test_a_transmission_that_is_too_long_is_a_fault(interlock):
    lock = interlock(longest_s=1.0)
    assert play(lock, SIGNAL, 0.0, 1.0) == 100
    lock.tick(1.001)
    assert lock.state is State.TRIPPED
    assert refused(lock) == [Cause.TOO_LONG]
    assert play(lock, SIGNAL, 1.01, 1.0) == 0


def test_duty_ends_a_transmission_and_lets_the_next_one_go_once_there_is_time_again(interlock):
    lock = interlock(duty=0.1, duty_window_s=10.0)
    assert play(lock, SIGNAL, 0.0, 3.0) == 101
    lock.carrier_off(1.02)
    assert refused(lock) == [Cause.DUTY]
    assert lock.state is State.RESTING
    assert not lock.offer(SILENCE, 3.1)  # the burst is over
    assert lock.state is State.OFF
    assert not lock.offer(SIGNAL, 9.0)
    assert refused(lock) == [Cause.DUTY]
    assert not lock.offer(SILENCE, 9.5)
    assert lock.offer(SIGNAL, 10.6)


def test_a_carrier_counts_as_on_until_it_is_told_to_be_off(interlock):
    lock = interlock(duty=0.1, duty_window_s=10.0)
    assert lock.offer(SIGNAL, 0.0)
    assert not lock.offer(SILENCE, 0.1)
    assert not lock.offer(SIGNAL, 1.1)
    assert refused(lock) == [Cause.DUTY]


def test_the_whole_time_may_be_spent_where_that_is_allowed(interlock):
    lock = interlock(duty=1.0, duty_window_s=1.0, longest_s=100.0)
    assert play(lock, SIGNAL, 0.0, 5.0) == 500


def test_samples_that_stay_away_end_a_transmission(interlock):
    lock = interlock()
    assert lock.offer(SIGNAL, 0.0)
    lock.tick(0.01, waited_s=LOST_S)
    assert lock.on
    lock.tick(0.02, waited_s=LOST_S + 0.001)
    assert lock.state is State.RESTING
    assert refused(lock) == [Cause.SAMPLES_LOST]
    assert not lock.offer(SIGNAL, 0.03)  # half a burst is none
    assert not lock.offer(SILENCE, 0.04)
    assert lock.offer(SIGNAL, 0.2)


def test_samples_that_stay_away_in_silence_are_no_matter(interlock):
    lock = interlock()
    lock.tick(5.0, waited_s=5.0)
    assert refused(lock) == []


def test_nothing_but_a_burst_that_begins_switches_on():
    assert [key for key, following in TRANSITIONS.items() if following is State.ON] == [(State.OFF, Event.SIGNAL)]
    assert not [key for key in TRANSITIONS if key[0] is State.BARRED]
    assert {state for state, event in TRANSITIONS if event is Event.FAULT} == {State.OFF, State.ON, State.RESTING}
    assert set(EVENTS) | {Cause.NO_PERMIT, Cause.FREQUENCY, Cause.POWER, Cause.ATTENUATION} == set(Cause)


SAMPLES = st.sampled_from([0.0, 0.0, 0.5, 1.0, 1.2, np.nan, np.inf])


@given(st.lists(st.tuples(st.floats(0.001, 0.4), SAMPLES, st.floats(0, 0.05), st.booleans()), max_size=80))
def test_whatever_comes_no_limit_is_passed(permit, emission, steps):
    lock = Interlock(permit(duty=0.3, duty_window_s=4.0, longest_s=0.8), emission())
    now_s, spans, since_s = 0.0, [], None
    for step_s, value, waited_s, reset in steps:
        now_s += step_s
        if reset:
            lock.reset(now_s)
        lock.tick(now_s, waited_s)
        allowed = lock.offer(np.full(5000, value, dtype=np.complex64), now_s)
        if allowed:
            assert np.isfinite(value)
            assert value <= 1
        if lock.on and since_s is None:
            since_s = now_s
        if not lock.on and since_s is not None:
            lock.carrier_off(now_s)
            spans.append((since_s, now_s))
            since_s = None
        if lock.on:
            assert now_s - since_s <= 0.8
            on_s = sum(min(end, now_s) - max(begin, now_s - 4.0) for begin, end in spans if end > now_s - 4.0)
            assert on_s + now_s - since_s <= 0.3 * 4.0 + 1e-9
        else:
            assert not allowed
