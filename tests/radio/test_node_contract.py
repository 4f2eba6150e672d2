"""What a node's port promises, whatever moves the samples."""

import importlib.util
import threading
import time
from contextlib import closing, contextmanager

import numpy as np
import pytest

from radio.errors import LinkPortError
from radio.open_port import open_port
from radio.zmq_iq import ANY_PORT, IqSink, IqSource, Poller

BLOCK, RATE_HZ = 1000, 240e3
GNURADIO = [
    pytest.mark.gnuradio,
    pytest.mark.skipif(importlib.util.find_spec("gnuradio") is None, reason="gnuradio cannot be imported"),
]


@pytest.fixture(params=["zmq", pytest.param("gnuradio", marks=GNURADIO)])
def front_end(request):
    return request.param


@pytest.fixture
def to_node():
    with closing(IqSource(ANY_PORT)) as source:
        yield source


def noise(count):
    return np.random.default_rng(1).standard_normal(2 * count, dtype=np.float32).view(np.complex64)


@contextmanager
def running(port, step, begin_s=0.0):
    """The port at work in a thread; gives the wish to stop and what it raised."""
    stop, failures = threading.Event(), []

    def work():
        try:
            port.run(step, begin_s, stop.is_set)
        except RuntimeError as error:
            failures.append(error)

    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield stop, failures, thread
    finally:
        stop.set()
        thread.join(10)
        assert not thread.is_alive()
        port.close()


def exchange(to_node, port, sent):
    """Play the sky: give these samples and take as many back, in blocks, in lock step."""
    with closing(IqSink(port.tx_endpoint)) as from_node:
        poller, heard = Poller((to_node, from_node)), []
        for k in range(0, len(sent), BLOCK):
            to_node.put(sent[k : k + BLOCK])
            from_node.want(len(sent[k : k + BLOCK]))
            assert poller.until(lambda: from_node.complete, lambda: False, 20)
            heard.append(from_node.take())
        return np.concatenate(heard)


def test_samples_pass_the_step_in_order_and_none_is_lost(front_end, to_node):
    port, spans = open_port(front_end, to_node.endpoint, ANY_PORT, BLOCK, RATE_HZ), []

    def step(rx, now_s):
        spans.append((len(rx), now_s))
        return 2 * rx

    sent = noise(50 * BLOCK)
    with running(port, step):
        heard = exchange(to_node, port, sent)
    np.testing.assert_array_equal(heard, 2 * sent)
    counts = np.cumsum([count for count, _ in spans])
    np.testing.assert_allclose([now_s for _, now_s in spans], counts / RATE_HZ, rtol=1e-12)
    assert counts[-1] == len(sent)


def test_link_time_runs_from_where_it_is_told_to_begin(front_end, to_node):
    port, times = open_port(front_end, to_node.endpoint, ANY_PORT, BLOCK, RATE_HZ), []

    def step(rx, now_s):
        times.append(now_s)
        return rx

    with running(port, step, begin_s=600.0):
        exchange(to_node, port, noise(2 * BLOCK))
    assert times[0] > 600.0
    assert times[-1] == pytest.approx(600.0 + 2 * BLOCK / RATE_HZ)


def test_what_was_under_way_is_dropped_when_it_begins_anew():
    with closing(IqSource(ANY_PORT)) as first:
        port = open_port("zmq", first.endpoint, ANY_PORT, BLOCK, RATE_HZ)
        first.put(noise(BLOCK))
        with closing(IqSink(port.tx_endpoint)) as sky:
            sky.want(BLOCK // 2)  # it takes half of a block, and is gone
            thread = threading.Thread(target=port.run, args=(lambda rx, now_s: rx, 0.0, lambda: sky.complete))
            thread.start()
            assert Poller((first, sky)).until(lambda: sky.complete, lambda: False, 10)
            thread.join(10)
        first.reset()
        sent = noise(2 * BLOCK)
        stop = threading.Event()
        thread = threading.Thread(target=port.run, args=(lambda rx, now_s: 3 * rx, 5.0, stop.is_set))
        thread.start()
        np.testing.assert_array_equal(exchange(first, port, sent), 3 * sent)
        stop.set()
        thread.join(10)
        port.close()


def test_samples_may_be_kept_after_the_step(front_end, to_node):
    port, kept = open_port(front_end, to_node.endpoint, ANY_PORT, BLOCK, RATE_HZ), []

    def step(rx, now_s):
        kept.append(rx)
        return rx

    sent = noise(20 * BLOCK)
    with running(port, step):
        exchange(to_node, port, sent)
    np.testing.assert_array_equal(np.concatenate(kept), sent)


def test_it_stops_when_told_although_nothing_comes(front_end, to_node):
    port = open_port(front_end, to_node.endpoint, ANY_PORT, BLOCK, RATE_HZ)
    with running(port, lambda rx, now_s: rx) as (stop, _, thread):
        began_s = time.monotonic()
        stop.set()
        thread.join(5)
        assert not thread.is_alive()
        assert time.monotonic() - began_s < 2


def test_what_the_step_raises_ends_the_run_and_is_raised(front_end, to_node):
    port = open_port(front_end, to_node.endpoint, ANY_PORT, BLOCK, RATE_HZ)

    def step(rx, now_s):
        raise RuntimeError("the step's own")

    with running(port, step) as (_, failures, thread):
        poller = Poller((to_node,))
        to_node.put(noise(BLOCK))
        assert poller.until(lambda: not thread.is_alive(), lambda: False, 10)
        assert [str(error) for error in failures] == ["the step's own"]


def test_a_port_in_use_is_told(front_end, to_node):
    with pytest.raises(LinkPortError) as caught:
        open_port(front_end, ANY_PORT.replace("*", "9"), to_node.endpoint, BLOCK, RATE_HZ)
    assert caught.value.endpoint == to_node.endpoint


@pytest.mark.parametrize("which", ["rx", "tx"])
def test_endpoints_that_are_none_are_told(front_end, to_node, which):
    ends = {"rx": to_node.endpoint, "tx": ANY_PORT, which: "nowhere"}
    with pytest.raises(LinkPortError, match="ZeroMQ port nowhere"):
        open_port(front_end, ends["rx"], ends["tx"], BLOCK, RATE_HZ)
