"""The samples that a node of the link has to transmit, asked of its port block by block."""

import numpy as np
from numpy.typing import NDArray

from radio.zmq_iq import IqSink

_RETRY_S = 1.0
"""A node that was started again knows nothing of what its predecessor was asked."""


class NodeSamples:
    """Asks for a block, and for the next once one has come."""

    def __init__(self, endpoint: str, block: int) -> None:
        """Connect; the node need not be there yet. Raise LinkPortError if the endpoint is not valid."""
        self._sink = IqSink(endpoint)
        self._block = block
        self._asked_s: float | None = None
        self._retry_s = 0.0

    def take(self, now_s: float) -> NDArray[np.complex64] | None:
        """Return the next block, complex64, if it has come; else see to it that it is asked for."""
        if self._asked_s is None:
            self._ask(now_s, now_s)
        while self._sink.listening and self._sink.socket.poll(0):
            self._sink.on_readable()
        if self._sink.complete:
            self._asked_s = None
            return self._sink.take()
        if now_s > self._retry_s:
            self._sink.reset()
            self._ask(self._asked_s or now_s, now_s)
        return None

    def waited_s(self, now_s: float) -> float:
        """Return for how long a block has been asked for by now."""
        return 0.0 if self._asked_s is None else now_s - self._asked_s

    def wait(self, timeout_s: float) -> None:
        """Wait until something comes, but no longer than this."""
        self._sink.socket.poll(round(timeout_s * 1000))

    def close(self) -> None:
        """Close the socket."""
        self._sink.close()

    def _ask(self, asked_s: float, now_s: float) -> None:
        self._asked_s, self._retry_s = asked_s, now_s + _RETRY_S
        self._sink.want(self._block)
