"""A dongle behind the rtl_tcp protocol, on a TCP port."""

import re
import socket
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from radio.emulated.rtl_dongle import RtlDongle
from radio.emulated.rtl_tcp import CommandParser
from radio.errors import RadioError

SCHEME = "rtl_tcp"
_ENDPOINT = re.compile(r"rtl_tcp://(?P<host>[^/:]+):(?P<port>\*|\d{1,5})")
_OCTETS_A_SAMPLE = 2
_LONGEST_S = 1.0
"""What waits for a client, besides what the system's buffers hold, before it is too slow."""
_READ_OCTETS = 4096


class RtlTcpPortError(RadioError):
    """A port of an emulated dongle cannot be opened.

    endpoint: as it was given; reason: what the system said, or the rule that it breaks.
    """

    def __init__(self, endpoint: str, reason: str) -> None:
        super().__init__(f"rtl_tcp port {endpoint}: {reason}; accepted: a free one such as rtl_tcp://127.0.0.1:1234")
        self.endpoint = endpoint
        self.reason = reason


class RtlTcpServer:
    """Serves one client at a time, as rtl_tcp does: another waits, unanswered, until the first has gone.

    Never waits itself: it does what can be done each time that it is called. A client that lets more than a second
    wait is cut off; the next one finds the dongle as the last one left it.
    """

    def __init__(self, dongle: RtlDongle, endpoint: str, on_client: Callable[[str, str], None]) -> None:
        """Listen; ``on_client`` is told what became of which client: connected, gone, or too slow.

        Port ``*`` or 0 is a free one. Raise RtlTcpPortError if the endpoint is taken or not valid.
        """
        self._dongle, self._on_client = dongle, on_client
        host, port = _parsed(endpoint)
        try:
            self._listener = socket.create_server((host, port), backlog=1)
        except OSError as error:
            raise RtlTcpPortError(endpoint, error.strerror or str(error)) from None
        self._listener.setblocking(False)
        self.endpoint = f"{SCHEME}://{host}:{self._listener.getsockname()[1]}"
        self._client: _Client | None = None

    def put(self, signal: NDArray[np.complex64]) -> None:
        """Let the dongle receive complex64[n], and send the client what came of it; without one nobody listens."""
        self.attend()
        if self.waiting_octets > _LONGEST_S * _OCTETS_A_SAMPLE * self._dongle.state.sample_rate_hz:
            self._drop("too slow")
        if self._client:
            self._client.outgoing += self._dongle.receive(signal)
            self._send(self._client)

    def attend(self) -> None:
        """Take in a client, carry out what it commands, and send it what waits."""
        if self._client is None:
            self._accept()
        if self._client:
            self._obey(self._client)
        if self._client:
            self._send(self._client)

    @property
    def connected(self) -> bool:
        """Whether somebody listens."""
        return self._client is not None

    @property
    def waiting_octets(self) -> int:
        """What the client has not taken yet."""
        return len(self._client.outgoing) if self._client else 0

    def _accept(self) -> None:
        try:
            connection, address = self._listener.accept()
        except OSError:  # nobody is there, or no longer
            return
        self._client = _Client(connection, "{}:{}".format(*address[:2]), self._dongle.header)
        self._on_client("connected", self._client.name)

    def _obey(self, client: "_Client") -> None:
        try:
            data = client.connection.recv(_READ_OCTETS)
        except BlockingIOError:
            return
        except OSError:  # a reset
            data = b""
        for command in client.parser.feed(data):
            self._dongle.obey(command)
        if not data:
            self._drop("gone")

    def _send(self, client: "_Client") -> None:
        try:
            sent = client.connection.send(client.outgoing)
        except BlockingIOError:
            return
        except OSError:
            self._drop("gone")
            return
        del client.outgoing[:sent]

    def _drop(self, state: str) -> None:
        if self._client:
            self._client.connection.close()
            self._on_client(state, self._client.name)
            self._client = None

    def close(self) -> None:
        """Close every socket."""
        if self._client:
            self._client.connection.close()
        self._listener.close()


class _Client:
    """Who is connected: what it has begun to say, and what it has not taken yet."""

    def __init__(self, connection: socket.socket, name: str, greeting: bytes) -> None:
        connection.setblocking(False)
        self.connection, self.name = connection, name
        self.parser = CommandParser()
        self.outgoing = bytearray(greeting)


def _parsed(endpoint: str) -> tuple[str, int]:
    found = _ENDPOINT.fullmatch(endpoint)
    port = found["port"].replace("*", "0") if found else "99999"
    if found is None or int(port) > 65535:
        raise RtlTcpPortError(endpoint, "is no address and port")
    return found["host"], int(port)
