"""A node of the link as a GNU Radio flowgraph: req_source -> transceiver -> rep_sink. The only importer of gnuradio.

GNU Radio is licensed under the GPL; it is loaded only when this front end is asked for.
"""

import threading
from collections.abc import Callable
from typing import Any

import numpy as np
from gnuradio import gr, zeromq

from radio.errors import LinkPortError
from radio.zmq_iq import Step

_TIMEOUT_MS = 1000
"""A source that has waited this long in vain sleeps for 250 ms in GNU Radio's scheduler. Shorter than that, two
nodes in lock step can keep each other waiting for good: one sleeps, so the other's wait is in vain too."""


class TransceiverBlock(gr.sync_block):  # type: ignore[misc]
    """A transceiver's step as a GNU Radio block: complex64 in, complex64 out, one for one."""

    def __init__(self, step: Step, block: int, sample_rate_hz: float, begin_s: float) -> None:
        super().__init__("transceiver", in_sig=[np.complex64], out_sig=[np.complex64])
        self.set_output_multiple(block)  # the scheduler would cut it into powers of two, each with its own overhead
        self._step, self._rate_hz, self._begin_s = step, sample_rate_hz, begin_s
        self._count = 0
        self.failure: BaseException | None = None

    def work(self, input_items, output_items):  # type: ignore[no-untyped-def]  # noqa: D102 - GNU Radio's own signature
        rx = np.array(input_items[0])
        self._count += len(rx)
        try:
            output_items[0][: len(rx)] = self._step(rx, self._begin_s + self._count / self._rate_hz)
        except BaseException as error:  # noqa: BLE001 - kept for the node's own thread; GNU Radio would only print it
            self.failure = error
            return -1
        return len(rx)


class GnuRadioNode:
    """The same port as ``ZmqNode``, with GNU Radio moving the samples."""

    latency_s = 0.0

    def __init__(self, rx_endpoint: str, tx_endpoint: str, block: int, sample_rate_hz: float) -> None:
        """Raise LinkPortError if a port's endpoint is taken or not valid."""
        self._block, self._rate_hz, self._rx_endpoint = block, sample_rate_hz, rx_endpoint
        self._source = _port(zeromq.req_source, rx_endpoint)
        self._sink = _port(zeromq.rep_sink, tx_endpoint)
        self.tx_endpoint = str(self._sink.last_endpoint())

    def run(self, step: Step, begin_s: float, interrupted: Callable[[], bool]) -> None:
        """Work from link time ``begin_s`` on until interrupted; raise what the step raised."""
        self._source = _port(zeromq.req_source, self._rx_endpoint)  # the old one may wait for a sky that is gone
        self._source.set_max_noutput_items(self._block)
        block = TransceiverBlock(step, self._block, self._rate_hz, begin_s)
        graph = gr.top_block("flatsat-testbed node")
        graph.connect(self._source, block, self._sink)
        graph.start()
        idle = threading.Event()
        while not interrupted() and block.failure is None:
            idle.wait(0.05)
        graph.stop()
        graph.wait()
        graph.disconnect_all()
        if block.failure is not None:
            raise block.failure

    def report(self) -> dict[str, Any]:
        """Return nothing: there is no device."""
        return {}

    def close(self) -> None:
        """Nothing stays open once the flowgraph has stopped."""


def _port(make: Callable[..., Any], endpoint: str) -> Any:
    try:
        return make(gr.sizeof_gr_complex, 1, endpoint, _TIMEOUT_MS, False)
    except RuntimeError as error:
        raise LinkPortError(endpoint, str(error)) from None
