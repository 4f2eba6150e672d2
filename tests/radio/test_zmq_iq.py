import struct

import numpy as np
import pytest
import zmq

from radio.errors import LinkPortError
from radio.zmq_iq import ANY_PORT, IqSink, IqSource, Poller

RAMP = (np.arange(10) + 1j).astype(np.complex64)


def never():
    return False


@pytest.fixture
def source():
    made = IqSource(ANY_PORT)
    yield made
    made.close()


@pytest.fixture
def sink(source):
    made = IqSink(source.endpoint)
    yield made
    made.close()


@pytest.fixture
def requester(source):
    """Anyone's REQ socket."""
    socket = zmq.Context.instance().socket(zmq.REQ)
    socket.setsockopt(zmq.LINGER, 0)
    socket.setsockopt(zmq.RCVTIMEO, 5000)
    socket.connect(source.endpoint)
    yield socket
    socket.close()


def test_a_request_is_a_little_endian_count_and_a_reply_raw_complex64(source, requester):
    requester.send(b"\x03\x00\x00\x00")
    source.put(RAMP)
    Poller((source,)).until(lambda: requester.poll(0), never, 5)
    assert requester.recv() == struct.pack("<6f", 0, 1, 1, 1, 2, 1)
    requester.send(struct.pack("<I", 1000))
    Poller((source,)).until(lambda: source.empty, never, 5)
    assert requester.recv() == RAMP[3:].tobytes()  # what there is, if less than was asked for


@pytest.mark.parametrize("request_bytes", [b"", b"\x01", b"\x01\x00\x00\x00\x00", b"\x00\x00\x00\x00"])
def test_what_asks_for_nothing_gets_nothing_and_may_ask_again(source, requester, request_bytes):
    source.put(RAMP)
    requester.send(request_bytes)
    poller = Poller((source,))
    poller.until(lambda: requester.poll(0), never, 5)
    assert requester.recv() == b""
    requester.send(struct.pack("<I", 10))
    poller.until(lambda: source.empty, never, 5)
    assert requester.recv() == RAMP.tobytes()


def test_a_request_in_parts_is_answered_like_any_other(source, requester):
    source.put(RAMP)
    poller = Poller((source,))
    for parts, given in (([b"\x03\x00", b"\x00\x00"], RAMP[:3]), ([b"\x03\x00\x00\x00", b"more"], RAMP[:0])):
        requester.send_multipart(parts)
        assert poller.until(lambda: requester.poll(0), never, 5)
        assert requester.recv() == given.tobytes()
    assert not source.empty


def test_requests_in_parts_are_dropped_by_a_reset(source, requester):
    requester.send_multipart([b"\x03\x00\x00\x00", b"more"])
    assert source.socket.poll(5000)
    source.reset()
    assert requester.recv() == b""


def test_a_source_wakes_nobody_for_a_request_that_it_cannot_answer_yet(source, requester):
    requester.send(struct.pack("<I", 10))
    assert source.socket.poll(5000)
    assert not source.listening
    Poller((source,)).wait(0.0)
    source.put(RAMP)
    assert requester.recv() == RAMP.tobytes()


def test_a_source_answers_a_request_that_comes_after_the_samples(source, requester):
    source.put(RAMP)
    assert source.listening
    requester.send(struct.pack("<I", 10))
    assert Poller((source,)).until(lambda: source.empty, never, 5)
    assert requester.recv() == RAMP.tobytes()


def test_a_sink_asks_until_it_has_all(source, sink):
    poller = Poller((source, sink))
    sink.want(25)
    for _ in range(2):
        source.put(RAMP)
        assert poller.until(lambda: source.empty, never, 5)
        assert not sink.complete
    source.put(RAMP)
    assert poller.until(lambda: sink.complete, never, 5)
    np.testing.assert_array_equal(sink.take(), np.concatenate((RAMP, RAMP, RAMP[:5])))
    sink.want(5)
    assert poller.until(lambda: sink.complete, never, 5)
    np.testing.assert_array_equal(sink.take(), RAMP[5:])


def test_a_source_bigger_than_asked_keeps_the_rest(source, sink):
    poller = Poller((source, sink))
    source.put(RAMP)
    for first in (0, 4):
        sink.want(4)
        assert poller.until(lambda: sink.complete, never, 5)
        np.testing.assert_array_equal(sink.take(), RAMP[first : first + 4])
    assert not source.empty


def test_a_reply_of_broken_samples_is_cut_to_whole_ones():
    replier = zmq.Context.instance().socket(zmq.REP)
    replier.setsockopt(zmq.LINGER, 0)
    port = replier.bind_to_random_port("tcp://127.0.0.1")
    sink = IqSink(f"tcp://127.0.0.1:{port}")
    try:
        sink.want(2)
        assert struct.unpack("<I", replier.recv()) == (2,)
        replier.send(RAMP[:1].tobytes() + b"abc")
        Poller((sink,)).until(lambda: replier.poll(0), never, 5)
        assert struct.unpack("<I", replier.recv()) == (1,)
        replier.send_multipart([RAMP[1:2].tobytes()[:3], RAMP[1:2].tobytes()[3:]])
        assert Poller((sink,)).until(lambda: sink.complete, never, 5)
        np.testing.assert_array_equal(sink.take(), RAMP[:2])
    finally:
        sink.close()
        replier.close()


def test_a_port_in_use_is_told(source):
    with pytest.raises(LinkPortError, match="in use") as caught:
        IqSource(source.endpoint)
    assert caught.value.endpoint == source.endpoint


@pytest.mark.parametrize("endpoint", ["127.0.0.1:5700", "carrier-pigeon://home", ""])
@pytest.mark.parametrize("port", [IqSource, IqSink])
def test_endpoints_that_are_none_are_told(port, endpoint):
    with pytest.raises(LinkPortError) as caught:
        port(endpoint)
    assert caught.value.endpoint == endpoint


def test_the_poller_gives_up_in_time_or_when_told(source):
    poller = Poller((source,))
    assert not poller.until(never, never, 0.0)
    assert not poller.until(never, lambda: True, 60.0)
    assert poller.until(lambda: True, never, 60.0)


def test_waiting_serves_the_ports(source, requester):
    source.put(RAMP)
    requester.send(struct.pack("<I", 10))
    poller = Poller((source,))
    while not source.empty:
        poller.wait(0.01)
    assert requester.recv() == RAMP.tobytes()
