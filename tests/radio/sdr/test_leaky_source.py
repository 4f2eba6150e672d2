from contextlib import closing

import numpy as np
import pytest

from radio.sdr.eager_sink import EagerIqSink
from radio.sdr.leaky_source import LeakyIqSource
from radio.zmq_iq import ANY_PORT, Poller


def ramp(first, count):
    return np.arange(first, first + count).astype(np.complex64)


@pytest.fixture
def source():
    with closing(LeakyIqSource(ANY_PORT, 1000)) as source:
        yield source


def fetch(source, sink, count):
    sink.want(count)
    poller = Poller((source, sink))
    assert poller.until(lambda: sink.complete, lambda: False, 5)
    return sink.take()


def test_who_fetches_in_time_gets_everything_in_one_exchange(source):
    with closing(EagerIqSink(source.endpoint)) as sink:
        source.put(ramp(0, 900))
        np.testing.assert_array_equal(fetch(source, sink, 300), ramp(0, 300))
        assert source.empty
        np.testing.assert_array_equal(fetch(source, sink, 600), ramp(300, 600))
    assert source.lost == 0


def test_what_nobody_fetches_is_lost_and_counted(source):
    for first in range(0, 2500, 500):
        source.put(ramp(first, 500))
    assert (source.lost, source.waiting) == (2000, 500)
    with closing(EagerIqSink(source.endpoint)) as sink:
        np.testing.assert_array_equal(fetch(source, sink, 500), ramp(2000, 500))


def test_what_is_dropped_is_not_given(source):
    with closing(EagerIqSink(source.endpoint)) as sink:
        source.put(ramp(0, 500))
        fetch(source, sink, 100)
        sink.drop()
        source.put(ramp(500, 200))
        np.testing.assert_array_equal(fetch(source, sink, 200), ramp(500, 200))
