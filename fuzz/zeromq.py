"""What comes from other processes: over ZeroMQ, and as JSON lines."""

import json
from copy import copy
from functools import cache
from io import BytesIO, TextIOWrapper
from struct import pack
from typing import Any, TypeVar

import numpy as np

from fuzz.machines import steps, told
from fuzz.parser import Parser
from radio.pacer import Pacer
from radio.worker import Worker
from radio.zmq_control import HoldServer
from radio.zmq_iq import ANY_PORT, IqSink, IqSource

_BLOCK = 64
_PACER = Pacer(realtime=False)
_PortT = TypeVar("_PortT", IqSource, IqSink, HoldServer)


class _Socket:
    """Gives one message after the other; takes what is sent."""

    def __init__(self, octets: bytes) -> None:
        self.messages = [part for _, part in steps(octets)][::-1]

    def recv_multipart(self) -> list[bytes]:
        return [self.messages.pop()]

    def poll(self, _: int) -> bool:
        return False

    def send(self, _: object) -> None:
        """Lose it."""


@cache
def _source() -> IqSource:
    source = IqSource(ANY_PORT)
    source.close()
    return source


@cache
def _sink() -> IqSink:
    sink = IqSink("tcp://127.0.0.1:1")
    sink.close()
    return sink


@cache
def _server() -> HoldServer:
    server = HoldServer(ANY_PORT, ("flatsat",), _PACER.hold, _PACER.release)
    server.close()
    return server


def _hearing(port: _PortT, octets: bytes) -> tuple[_PortT, _Socket]:
    """Return a port as it was when it was opened, on a socket of ours: its own is closed."""
    messages: Any = _Socket(octets)
    opened = copy(port)
    opened.socket = messages
    return opened, messages


def _ask_source(octets: bytes) -> None:
    source, socket = _hearing(_source(), octets)
    while socket.messages:
        source.on_readable()
        source.put(np.zeros(_BLOCK, np.complex64))
    source.reset()


def _answer_sink(octets: bytes) -> None:
    sink, socket = _hearing(_sink(), octets)
    while socket.messages:
        sink.want(_BLOCK)
        sink.on_readable()
        if sink.complete:
            assert len(sink.take()) == _BLOCK


def _hold(octets: bytes) -> None:
    server, socket = _hearing(_server(), octets)
    while socket.messages:
        server.on_readable()
        _PACER.wait_s(0.0, 0.0)


def _command(octets: bytes) -> None:
    """Give a worker its standard input, as its own thread would take it in."""
    said = BytesIO()
    with TextIOWrapper(said, "utf-8", write_through=True) as events:
        worker = Worker(TextIOWrapper(BytesIO(octets), "utf-8"), events)
        worker._read()
        assert worker.stopping.is_set()
        for line in said.getvalue().splitlines():
            json.loads(line)


PARSERS = (
    Parser("IQ requests", _ask_source, (), lambda: [told((0, pack("<I", 10)), (0, pack("<I", 2**32 - 1)), (0, b""))]),
    Parser("IQ replies", _answer_sink, (), lambda: [told((0, bytes(80)), (0, bytes(8 * 31)), (0, bytes(9)), (0, b""))]),
    Parser("hold port", _hold, (), lambda: [told((0, b"hold flatsat"), (0, b"release flatsat"), (0, b"what"))]),
    Parser(
        "command lines",
        _command,
        (),
        lambda: [
            b'{"command": "begin", "link_time_s": 1.5}\n{"command": "ask", "text": "Why?"}\n{"command": "stop"}\n',
            b'{"command": "join", "name": "ground", "tx": "tcp://127.0.0.1:5555"}\n[1]\n\n',
        ],
    ),
)
"""Their order is that of the corpus: new ones go last."""
