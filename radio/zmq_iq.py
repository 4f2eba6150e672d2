"""IQ over ZeroMQ, in gr-zeromq's wire format: a request is a little-endian u32 item count, a reply is raw complex64.

With ``zmq_control`` the only importer of zmq.
"""

import struct
import time
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

import numpy as np
import zmq
from numpy.typing import NDArray

from radio.errors import LinkPortError

if TYPE_CHECKING:
    Socket: TypeAlias = zmq.Socket[bytes]

ANY_PORT = "tcp://127.0.0.1:*"
_POLL_MS = 100

Step: TypeAlias = Callable[[NDArray[np.complex64], float], NDArray[np.complex64]]
"""A transceiver's step: samples received up to a link time in, as many to transmit from then on out."""


def open_socket(kind: int, context: "zmq.Context[Socket] | None" = None) -> "Socket":
    """Return a socket that drops, once it is closed, what it has not sent."""
    socket: Socket = (context or zmq.Context.instance()).socket(kind)
    socket.setsockopt(zmq.LINGER, 0)
    return socket


def bind(socket: "Socket", endpoint: str) -> str:
    """Return the endpoint with the port that was chosen, if any was free to choose.

    Close the socket and raise LinkPortError if the endpoint is taken or not valid.
    """
    try:
        socket.bind(endpoint)
    except zmq.ZMQError as error:
        socket.close()
        raise LinkPortError(endpoint, error.strerror or "cannot be bound") from None
    return str(socket.getsockopt_string(zmq.LAST_ENDPOINT)).rstrip("\0")


def connect(socket: "Socket", endpoint: str) -> None:
    """Close the socket and raise LinkPortError if the endpoint is not valid."""
    try:
        socket.connect(endpoint)
    except zmq.ZMQError as error:
        socket.close()
        raise LinkPortError(endpoint, error.strerror or "cannot be connected to") from None


def receive(socket: "Socket") -> bytes:
    """Return a message with all its parts: a REQ or REP socket that leaves one behind cannot send again."""
    return b"".join(socket.recv_multipart())


class IqSource:
    """Gives samples to whoever requests them (a REP socket, as gr-zeromq's rep_sink)."""

    def __init__(self, endpoint: str) -> None:
        """Bind; raise LinkPortError if the endpoint is taken or not valid."""
        self.socket = open_socket(zmq.REP)
        self.endpoint = bind(self.socket, endpoint)
        self._pending = np.zeros(0, dtype=np.complex64)
        self._asked = 0

    def put(self, samples: NDArray[np.complex64]) -> None:
        """Add complex64[n] to what waits to be fetched."""
        self._pending = samples if self.empty else np.concatenate((self._pending, samples))
        if not self._asked and self.socket.poll(0):
            self.on_readable()
        else:
            self._answer()

    def on_readable(self) -> None:
        """Take in a request and answer it as soon as there is something to give."""
        request = receive(self.socket)
        self._asked = struct.unpack("<I", request)[0] if len(request) == 4 else 0
        if self._asked:
            self._answer()
        else:
            self.socket.send(b"")  # nothing was asked for: an empty reply keeps the requester's socket usable

    def reset(self) -> None:
        """Drop what waits: who asked for it is gone, and who comes next is to begin with what is put from now on.

        An empty reply costs one that is still there nothing: it asks again.
        """
        self._pending = np.zeros(0, dtype=np.complex64)
        if self._asked:
            self._asked = 0
            self.socket.send(b"")
        while self.socket.poll(0):
            receive(self.socket)
            self.socket.send(b"")

    @property
    def listening(self) -> bool:
        """Whether a request could be answered: before that it may wait where it is, and wakes nobody."""
        return not self.empty

    @property
    def empty(self) -> bool:
        """True once everything has been fetched."""
        return len(self._pending) == 0

    def _answer(self) -> None:
        if self._asked and len(self._pending):
            given, self._pending = self._pending[: self._asked], self._pending[self._asked :]
            self._asked = 0
            self.socket.send(np.ascontiguousarray(given))

    def close(self) -> None:
        """Close the socket."""
        self.socket.close()


class IqSink:
    """Requests samples (a REQ socket, as gr-zeromq's req_source)."""

    def __init__(self, endpoint: str) -> None:
        """Connect; the other end need not be there yet. Raise LinkPortError if the endpoint is not valid."""
        self._endpoint = endpoint
        self._begin()

    def reset(self) -> None:
        """Begin anew: who was asked is gone, and what came of it is of another time."""
        self.close()
        self._begin()

    def _begin(self) -> None:
        self.socket = open_socket(zmq.REQ)
        connect(self.socket, self._endpoint)
        self._received = np.zeros(0, dtype=np.complex64)
        self._wanted = 0
        self._asking = False

    def want(self, count: int) -> None:
        """Ask for ``count`` samples."""
        self._wanted = count
        self._ask()

    def on_readable(self) -> None:
        """Take in a reply, and ask again if it brought too few."""
        reply = receive(self.socket)
        self._asking = False
        samples = np.frombuffer(reply, dtype=np.complex64, count=len(reply) // 8)
        self._received = np.concatenate((self._received, samples))
        self._ask()

    @property
    def listening(self) -> bool:
        """Whether a reply is to come."""
        return self._asking

    @property
    def complete(self) -> bool:
        """Whether all samples asked for have come."""
        return len(self._received) >= self._wanted

    def take(self) -> NDArray[np.complex64]:
        """Return the samples asked for; call it once they are complete."""
        taken, self._received = self._received[: self._wanted], self._received[self._wanted :]
        self._wanted = 0
        return taken

    def _ask(self) -> None:
        missing = self._wanted - len(self._received)
        if missing > 0 and not self._asking:
            self.socket.send(struct.pack("<I", missing))
            self._asking = True

    def close(self) -> None:
        """Close the socket."""
        self.socket.close()


class Pollable(Protocol):
    """A port that acts on what arrives at it."""

    socket: "Socket"

    @property
    def listening(self) -> bool:
        """Whether it can act on anything now."""

    def on_readable(self) -> None:
        """Act on a message that has arrived."""

    def close(self) -> None:
        """Close the socket."""


class Poller:
    """Lets ports act on what arrives, until something is true."""

    def __init__(self, ports: Iterable[Pollable]) -> None:
        self._ports = tuple(ports)

    def until(self, done: Callable[[], bool], stopping: Callable[[], bool], timeout_s: float) -> bool:
        """Serve the ports until ``done()``; return False if it had to stop or the time was over first."""
        deadline = time.monotonic() + timeout_s
        while not done():
            if stopping() or time.monotonic() > deadline:
                return False
            self._serve(_POLL_MS)
        return True

    def wait(self, seconds: float) -> None:
        """Serve the ports for a while."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            self._serve(max(0, int(left * 1000)))

    def _serve(self, timeout_ms: int) -> None:
        """Let those ports act for which something arrives in time. Each time a program wakes up costs it some 20 us."""
        listening = [port for port in self._ports if port.listening]
        readable = dict(zmq.zmq_poll([(port.socket, zmq.POLLIN) for port in listening], timeout_ms))
        for port in listening:
            if port.socket in readable:
                port.on_readable()


class ZmqNode:
    """A node of the link on ZeroMQ alone: calls a step for each block of samples that the sky gives."""

    latency_s = 0.0

    def __init__(self, rx_endpoint: str, tx_endpoint: str, block: int, sample_rate_hz: float) -> None:
        """Bind our transmitter port and connect to the sky's receiver port.

        Raise LinkPortError if an endpoint is taken or not valid.
        """
        self._source = IqSource(tx_endpoint)
        try:
            self._sink = IqSink(rx_endpoint)
        except LinkPortError:
            self._source.close()
            raise
        self._block, self._rate_hz = block, sample_rate_hz
        self.tx_endpoint = self._source.endpoint

    def run(self, step: Step, begin_s: float, interrupted: Callable[[], bool]) -> None:
        """Work from link time ``begin_s`` on until interrupted; what was under way before is dropped."""
        self._source.reset()
        self._sink.reset()
        poller = Poller((self._sink, self._source))
        count = 0
        while not interrupted():
            self._sink.want(self._block)
            if not poller.until(lambda: self._sink.complete, interrupted, float("inf")):
                return
            count += self._block
            self._source.put(step(self._sink.take(), begin_s + count / self._rate_hz))

    def report(self) -> dict[str, Any]:
        """Return nothing: there is no device."""
        return {}

    def close(self) -> None:
        """Close both sockets."""
        self._source.close()
        self._sink.close()
