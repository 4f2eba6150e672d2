"""A TCP server of telemetry packets, one after the other, to as many mission control systems as ask.

Yamcs reads them with its TcpTmDataLink and the CcsdsPacketInputStream that this takes by itself, COSMOS with a
tcpip_client_interface and the protocol LENGTH 32 16 7: the length field stands at bit 32, has 16 bits, and a packet has
7 octets more than it says (CCSDS 133.0-B 4.1.3.5.3).
"""

import asyncio
import socket
from collections.abc import Callable
from contextlib import suppress

from ground.errors import RequestError
from ground.gateway.address import Address
from ground.gateway.desk import Event
from ground.gateway.station_line import StationLine
from ground.mission_control.follower import Follower
from ground.mission_control.telemetry_encoder import TelemetryEncoder

MAX_CLIENTS = 32
MAX_BEHIND_OCTETS = 256 * 1024
"""That a client may leave unread, beyond what the system keeps for it: ten minutes of packets and more."""

_READ_OCTETS = 4096


class TelemetryServer:
    """Gives each client the packets of all events from when it connects. One that does not keep up is dropped."""

    def __init__(self, line: StationLine, warn: Callable[[str], None], address: Address) -> None:
        """Listen. ``warn`` is told of an event that fits no packet: it is left out.

        Raises RequestError if the address cannot be had.
        """
        self._socket = _listening(address)
        self.address = Address(address.host, self._socket.getsockname()[1])
        self._line, self._warn = line, warn
        self._encoder = TelemetryEncoder()
        self._clients: dict[asyncio.StreamWriter, asyncio.Task[None] | None] = {}

    async def run(self) -> None:
        """Serve until the station's line ends, or this is cancelled."""
        server = await asyncio.start_server(self._attend, sock=self._socket, start_serving=False)
        try:
            await server.start_serving()
            await Follower(self._line, self._take, self._warn).run()
        finally:
            server.close()
            await self._drop_all()

    @property
    def clients(self) -> int:
        """How many are connected."""
        return len(self._clients)

    async def _attend(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Keep a client until it goes. What it sends is dropped: no telecommands are taken here."""
        has_ended = self._socket.fileno() < 0
        if has_ended or len(self._clients) >= MAX_CLIENTS:
            writer.transport.abort()
            return
        self._clients[writer] = asyncio.current_task()
        try:
            with suppress(OSError):
                while await reader.read(_READ_OCTETS):
                    pass
        finally:
            del self._clients[writer]
            writer.transport.abort()

    def _take(self, event: Event) -> None:
        if octets := b"".join(self._encoder.encode(event, self._line.desk.clock)):
            for writer in self._clients:
                _send(writer, octets)

    async def _drop_all(self) -> None:
        tasks = [task for task in self._clients.values() if task]
        for writer in self._clients:
            writer.transport.abort()
        await asyncio.gather(*tasks, return_exceptions=True)


def _listening(address: Address) -> socket.socket:
    family = socket.AF_INET6 if ":" in address.host else socket.AF_INET
    try:
        return socket.create_server((address.host, address.port), family=family, backlog=MAX_CLIENTS)
    except OSError as error:
        accepted = f"an address of this machine that is free ({error.strerror or error})"
        raise RequestError("telemetry", str(address), accepted) from None


def _send(writer: asyncio.StreamWriter, octets: bytes) -> None:
    """Send packets, or let go of a client that has too much unread."""
    if writer.transport.get_write_buffer_size() + len(octets) > MAX_BEHIND_OCTETS:
        writer.transport.abort()
    else:
        writer.write(octets)
