import time
from contextlib import closing, suppress

import numpy as np
import pytest

from radio.errors import LinkPortError
from radio.transmit.node_samples import NodeSamples
from radio.zmq_iq import ANY_PORT, IqSource, Poller

BLOCK = 600


@pytest.fixture
def node():
    with closing(IqSource(ANY_PORT)) as node:
        yield node


def taken(samples, node, now_s=0.0):
    """The next block, once the node has answered."""
    found = []

    def came():
        block = samples.take(now_s)
        found.extend([] if block is None else [block])
        return bool(found)

    assert Poller([node]).until(came, lambda: False, 10)
    return found[0]


def bound(endpoint):
    """A node where there was one: its port is let go a moment after it was closed."""
    for _ in range(200):
        with suppress(LinkPortError):
            return IqSource(endpoint)
        time.sleep(0.01)
    raise AssertionError(endpoint)


def test_blocks_come_one_after_the_other(node):
    sent = np.arange(2 * BLOCK).astype(np.complex64)
    node.put(sent)
    with closing(NodeSamples(node.endpoint, BLOCK)) as samples:
        assert samples.waited_s(5.0) == 0.0
        assert np.array_equal(taken(samples, node), sent[:BLOCK])
        assert np.array_equal(taken(samples, node), sent[BLOCK:])


def test_waiting_is_counted_from_the_question(node):
    with closing(NodeSamples(node.endpoint, BLOCK)) as samples:
        for now_s in (3.0, 3.5, 4.2, 7.0):  # it asks anew meanwhile
            assert samples.take(now_s) is None
        assert samples.waited_s(7.5) == 4.5
        node.put(np.ones(4 * BLOCK, dtype=np.complex64))  # those who asked before get theirs
        taken(samples, node, 7.6)
        assert samples.waited_s(7.7) == 0.0


def test_a_node_that_is_started_again_is_asked_again(node):
    endpoint = node.endpoint
    with closing(NodeSamples(endpoint, BLOCK)) as samples:
        assert samples.take(0.0) is None
        node.socket.poll(1000)  # the question is there, and is lost with the node
        node.close()
        with closing(bound(endpoint)) as successor:
            successor.put(np.ones(BLOCK, dtype=np.complex64))
            assert len(taken(samples, successor, 1.1)) == BLOCK


def test_an_endpoint_that_is_none_is_said():
    with pytest.raises(LinkPortError, match="nowhere"):
        NodeSamples("nowhere", BLOCK)
