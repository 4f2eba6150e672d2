"""A TCP server of hamlib's line protocol: rigctld or rotctld, by the sessions that it is given.

The protocol has no passwords: it listens where the operator says, and that is this machine unless they say otherwise.
"""

import asyncio
import socket
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from typing import Protocol

from ground.gateway.address import Address
from ground.gateway.listening import listening
from ground.hamlib.command import Command, CommandForms, Mistake, parse_line, reply_text
from ground.hamlib.ending import end
from ground.hamlib.errors import RefusedError
from ground.hamlib.return_code import ReturnCode
from ground.hamlib.time_limit import within

MAX_LINE_OCTETS = 1024
MAX_CLIENTS = 32
STALLED_S = 5.0
"""A client that takes none of its answers for so long is dropped."""
_KEEPALIVE = (socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
"""Clients vanish."""
_HTTP = b"HTTP/1."
"""Ends the first line of what a browser sends when a page that it shows would speak to us."""


class Session(Protocol):
    """What a server does for one client."""

    forms: CommandForms

    async def obey(self, command: Command) -> Sequence[str]:
        """Carry out a command and return the values that are asked for. Raises RefusedError."""


class LineServer:
    """Serves many clients, each with a session of its own."""

    def __init__(self, field: str, address: Address) -> None:
        """Listen. Raise RequestError naming the `field` if the address cannot be had."""
        self._clients: set[asyncio.Task[None]] = set()
        self._socket = listening(field, address, MAX_CLIENTS, _KEEPALIVE)
        self.address = Address(address.host, self._socket.getsockname()[1])

    async def run(self, new_session: Callable[[], Session]) -> None:
        """Serve until cancelled; then close every connection."""
        serve = partial(self._serve, new_session)
        server = await asyncio.start_server(serve, sock=self._socket, limit=MAX_LINE_OCTETS, start_serving=False)
        try:
            await server.start_serving()
            await asyncio.Event().wait()
        finally:
            server.close()
            for client in tuple(self._clients):
                client.cancel()
            await asyncio.gather(*self._clients, return_exceptions=True)

    @property
    def clients(self) -> int:
        """How many are connected."""
        return len(self._clients)

    def close(self) -> None:
        """Let go of the address of a server that does not run."""
        self._socket.close()

    async def _serve(
        self, new_session: Callable[[], Session], reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        task = asyncio.current_task()
        has_ended = self._socket.fileno() < 0
        if task is None or has_ended or len(self._clients) >= MAX_CLIENTS:
            writer.close()
            return
        self._clients.add(task)
        task.add_done_callback(self._clients.discard)
        try:
            with suppress(OSError, asyncio.TimeoutError, asyncio.CancelledError, ValueError):  # ValueError: a long line
                await _answer_all(new_session(), reader, writer)
        finally:
            await end(writer)


async def _answer_all(session: Session, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while (line := await reader.readline()) and _HTTP not in line:
        for command in parse_line(line, session.forms):
            writer.write((await _answer(session, command)).encode("latin-1"))
            await within(STALLED_S, writer.drain())
            if isinstance(command, Command) and command.name == "quit":
                return


async def _answer(session: Session, command: Command | Mistake) -> str:
    if isinstance(command, Mistake):
        return reply_text(command, (), command.code)
    try:
        return reply_text(command, await session.obey(command), ReturnCode.OK)
    except RefusedError as error:
        return reply_text(command, (), error.code)
