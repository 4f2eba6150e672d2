"""HTTP over TCP: uvicorn, with bounds on what a stranger's connection may cost, and no signals or log of its own."""

import asyncio
import logging
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import h11
from starlette.types import ASGIApp
from uvicorn import Config, Server
from uvicorn.protocols.http.h11_impl import H11Protocol

from ground.gateway.address import Address
from ground.gateway.api_error import INVALID, LIMIT, ApiError
from ground.gateway.guard import MAX_HEAD_OCTETS
from ground.gateway.listening import listening

MAX_CONNECTIONS = 256
HEAD_S = 10
"""Within which a request's head has to be here, and a connection without one is closed."""
STALLED_S = 30
"""A client that reads nothing for so long is dropped by the kernel (TCP_USER_TIMEOUT, RFC 5482)."""
_END_S = 1
_MAX_WATCHER_SAYS_OCTETS = 4096

_log = logging.getLogger("uvicorn.error")


class GuardedHttp(H11Protocol):
    """HTTP/1.1 that answers nonsense with a typed error, too, and waits for nobody's request forever."""

    def connection_made(self, transport: Any) -> None:
        """Turn one connection too many away."""
        super().connection_made(transport)
        if len(self.connections) > MAX_CONNECTIONS:
            self._turn_away(
                ApiError(429, LIMIT, f"{MAX_CONNECTIONS} connections are open", code="too_many_connections")
            )
        self._head_timer = self.loop.call_later(HEAD_S, self._expire)

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the timer."""
        self._head_timer.cancel()
        super().connection_lost(exc)

    def handle_events(self) -> None:
        """Take what has come, unless the connection was turned away."""
        if self.transport.is_closing():
            return
        super().handle_events()
        if self.conn.their_state is not h11.IDLE:
            self._head_timer.cancel()

    def send_400_response(self, msg: str) -> None:
        """Answer what is no HTTP."""
        self._turn_away(ApiError(400, INVALID, msg, code="invalid_http"))

    def _expire(self) -> None:
        if self.cycle is None and not self.transport.is_closing():
            self._turn_away(ApiError(408, INVALID, f"no request came within {HEAD_S} s", code="timeout"))

    def _turn_away(self, error: ApiError) -> None:
        """Send an error on a connection that has no request, and close it."""
        response = error.response()
        if self.conn.our_state in (h11.IDLE, h11.SEND_RESPONSE):
            headers = [*response.raw_headers, (b"connection", b"close")]
            head = h11.Response(status_code=error.status, headers=headers)
            for event in (head, h11.Data(data=bytes(response.body)), h11.EndOfMessage()):
                self.transport.write(self.conn.send(event) or b"")
        self.transport.close()


class HttpServer:
    """Serves an application on a socket that listens already."""

    def __init__(self, app: ASGIApp, listening: socket.socket, warn: Callable[[str], None]) -> None:
        self._socket = listening
        self._log = _Warnings(warn)
        config = Config(
            app,
            http=GuardedHttp,
            ws="websockets-sansio",
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            h11_max_incomplete_event_size=MAX_HEAD_OCTETS,
            ws_max_size=_MAX_WATCHER_SAYS_OCTETS,
            timeout_keep_alive=HEAD_S,
            timeout_graceful_shutdown=_END_S,
        )
        self._server = _QuietServer(config)

    async def run(self) -> None:
        """Serve until cancelled; then what is under way has a second to end."""
        _log.addHandler(self._log)
        _log.propagate = False
        serving = asyncio.ensure_future(self._server.serve([self._socket]))
        try:
            await asyncio.shield(serving)
        except asyncio.CancelledError:
            self._server.should_exit = True
            await serving
            raise
        finally:
            _log.removeHandler(self._log)


class _QuietServer(Server):
    """The gateway sees to signals."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


class _Warnings(logging.Handler):
    """Tells the operator of faults of ours, in one line; a client's nonsense is answered and not told."""

    def __init__(self, warn: Callable[[str], None]) -> None:
        super().__init__(logging.ERROR)
        self._warn = warn

    def emit(self, record: logging.LogRecord) -> None:
        fault = record.exc_info[1] if record.exc_info else None
        self._warn(f"HTTP: {record.getMessage()}" + (f": {fault!r:.300}" if fault else ""))


def listen(address: Address) -> socket.socket:
    """Return a socket that listens on an address. Raise RequestError if that cannot be had."""
    found = listening("http", address, MAX_CONNECTIONS, (socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, 1000 * STALLED_S))
    found.setblocking(False)
    return found
