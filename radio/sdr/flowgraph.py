"""The flowgraph that moves a device's samples: source -> sink."""

import queue

import numpy as np
from gnuradio import gr
from numpy.typing import NDArray

from radio.sdr.device_source import BLOCK_S, DeviceSource

_MOST_WAITING = 400
"""Blocks: some 2 s. What comes while so many wait is lost, for a device must never wait for us."""

Arrivals = queue.Queue[NDArray[np.complex64]]


class _Sink(gr.sync_block):  # type: ignore[misc]
    """Puts what comes into a queue."""

    def __init__(self, arrivals: Arrivals) -> None:
        super().__init__("arrivals", in_sig=[np.complex64], out_sig=[])
        self._arrivals = arrivals

    def work(self, input_items, output_items):  # type: ignore[no-untyped-def]  # noqa: ARG002 - GNU Radio's own
        samples = np.array(input_items[0])
        if not self._arrivals.full():
            self._arrivals.put_nowait(samples)
        return len(samples)


class Flowgraph:
    """A flowgraph at work."""

    def __init__(self, source: DeviceSource, sample_rate_hz: float) -> None:
        self.arrivals: Arrivals = queue.Queue(_MOST_WAITING)
        self._sink = _Sink(self.arrivals)  # GNU Radio does not keep a block of Python's alive
        self._graph = gr.top_block("flatsat-testbed receiver")
        self._graph.connect(source.block, self._sink)
        self._graph.start(max(64, round(sample_rate_hz * BLOCK_S)))

    def stop(self) -> None:
        """End the work and wait for the driver. It may never return: then nothing but the process's end helps."""
        self._graph.stop()
        self._graph.wait()
