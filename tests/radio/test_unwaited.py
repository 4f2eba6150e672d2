import time
from contextlib import closing

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from radio.errors import LinkPortError
from radio.unwaited import CUSHION_S, LONGEST_S, Unwaited, UnwaitedSink
from radio.zmq_iq import ANY_PORT, IqSource, Poller

RATE_HZ = 1000.0
CUSHION, LONGEST = round(CUSHION_S * RATE_HZ), round(LONGEST_S * RATE_HZ)


def numbered(count, first=1):
    return np.arange(first, first + count).astype(np.complex64)


def test_until_its_first_samples_are_there_it_is_silent_and_nothing_is_late():
    one = Unwaited(RATE_HZ)
    one.put(numbered(CUSHION - 1))
    assert not one.take(500).any()
    assert one.late_samples == 0


def test_then_all_come_in_order():
    one = Unwaited(RATE_HZ)
    one.put(numbered(CUSHION))
    one.put(numbered(50, CUSHION + 1))
    heard = [one.take(size) for size in (1, CUSHION - 11, 40)]
    np.testing.assert_array_equal(np.concatenate(heard), numbered(CUSHION + 30))


def test_what_is_late_is_silent_and_counted_and_what_comes_then_follows():
    one = Unwaited(RATE_HZ)
    one.put(numbered(CUSHION))
    heard = one.take(CUSHION + 30)
    np.testing.assert_array_equal(heard[:CUSHION], numbered(CUSHION))
    assert not heard[CUSHION:].any()
    assert one.late_samples == 30
    one.put(numbered(5, 1000))
    np.testing.assert_array_equal(one.take(5), numbered(5, 1000))
    assert one.late_samples == 30


def test_who_made_up_for_a_pause_is_not_late_for_good():
    one = Unwaited(RATE_HZ)
    one.put(numbered(LONGEST))
    assert one.surplus_samples == 0
    one.put(numbered(1, LONGEST + 1))
    assert one.surplus_samples == LONGEST + 1 - CUSHION
    np.testing.assert_array_equal(one.take(CUSHION), numbered(CUSHION, LONGEST + 2 - CUSHION))


def test_another_begins_anew_and_what_was_counted_stays():
    one = Unwaited(RATE_HZ)
    one.put(numbered(CUSHION))
    one.take(CUSHION + 7)
    one.put(numbered(10))
    one.begin()
    assert not one.take(100).any()
    one.put(numbered(CUSHION, 500))
    np.testing.assert_array_equal(one.take(3), numbered(3, 500))
    assert one.late_samples == 7


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 120)), max_size=60))
def test_every_sample_is_given_in_order_or_is_surplus(steps):
    one, put, heard = Unwaited(RATE_HZ), 0, []
    for giving, size in steps:
        if giving:
            one.put(numbered(size, put + 1))
            put += size
        else:
            heard.append(one.take(size))
    taken = np.concatenate([np.zeros(0), *heard]).real
    loud = taken[taken > 0]
    assert np.all(np.diff(loud) > 0)
    one.put(numbered(CUSHION, put + 1))
    left = one.take(LONGEST)
    assert len(loud) + np.count_nonzero(left) + one.surplus_samples == put + CUSHION


def test_a_sink_asks_all_the_time():
    one = Unwaited(RATE_HZ)
    with closing(IqSource(ANY_PORT)) as source, closing(UnwaitedSink(source.endpoint, 40, one)) as sink:
        poller, deadline = Poller((source, sink)), time.monotonic() + 10
        source.put(numbered(130))
        while not source.empty and time.monotonic() < deadline:
            poller.wait(0.01)
        poller.wait(0.05)
        np.testing.assert_array_equal(one.take(120), numbered(120))


def test_an_endpoint_that_is_none_is_told():
    with pytest.raises(LinkPortError, match="ZeroMQ port nowhere"):
        UnwaitedSink("nowhere", 40, Unwaited(RATE_HZ))
