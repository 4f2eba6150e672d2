import asyncio
import socket
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

import pytest

from ground.errors import RequestError
from ground.gateway.address import Address
from ground.gateway.station_line import StationLine
from ground.mission_control import telemetry_server
from ground.mission_control.telemetry_server import TelemetryServer
from protocol.space_packet import packet_octets

ANY_PORT = Address("127.0.0.1", 0)
Reader, Writer = asyncio.StreamReader, asyncio.StreamWriter


class Bench:
    """A server on a line whose events the test tells."""

    def __init__(self) -> None:
        self.commands: list[bytes] = []
        self.warnings: list[str] = []
        self.writers: list[Writer] = []
        self.line = StationLine(self.commands.append)
        self.server = TelemetryServer(self.line, self.warnings.append, ANY_PORT)

    async def connect(self) -> tuple[Reader, Writer]:
        before = self.server.clients
        reader, writer = await self.knock()
        await until(lambda: self.server.clients > before)
        return reader, writer

    async def knock(self) -> tuple[Reader, Writer]:
        reader, writer = await asyncio.open_connection(*self.place)
        self.writers.append(writer)
        return reader, writer

    async def hang_up(self) -> None:
        for writer in self.writers:
            writer.transport.abort()
        await asyncio.sleep(0)

    @property
    def place(self) -> tuple[str, int]:
        return self.server.address.host, self.server.address.port

    def tell(self, message: str, **fields: Any) -> None:
        self.line.take({"event": "warning", "wall_time_s": 1.0, "message": message, **fields})


def on_a_bench(work: Callable[[Bench], Awaitable[None]]) -> None:
    """Run a test with a server that is ended after it; nothing of it may be left."""

    async def run() -> None:
        bench = Bench()
        serving = asyncio.create_task(bench.server.run())
        try:
            await work(bench)
        finally:
            bench.line.close()
            await serving
            await bench.hang_up()
        assert bench.server.clients == 0
        assert asyncio.all_tasks() == {asyncio.current_task()}

    asyncio.run(run())


async def until(holds: Callable[[], bool]) -> None:
    while not holds():
        await asyncio.sleep(0.001)


async def next_packet(reader: Reader) -> bytes:
    """Read as Yamcs' CcsdsPacketInputStream and COSMOS' LENGTH 32 16 7 do."""
    header = await reader.readexactly(6)
    return header + await reader.readexactly(packet_octets(header) - 6)


def message_in(packet: bytes) -> str:
    return packet[-258:-2].rstrip(b"\0").decode()


def test_each_client_has_what_comes_after_it_came() -> None:
    async def work(bench: Bench) -> None:
        bench.tell("before")
        await asyncio.sleep(0)
        first, _ = await bench.connect()
        bench.tell("one")
        assert message_in(await next_packet(first)) == "one"
        second, _ = await bench.connect()
        bench.tell("two")
        assert [message_in(await next_packet(each)) for each in (first, second)] == ["two", "two"]

    on_a_bench(work)


def test_a_client_that_does_not_read_is_dropped_and_the_others_are_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(telemetry_server, "MAX_BEHIND_OCTETS", 20_000)

    async def work(bench: Bench) -> None:
        good, _ = await bench.connect()
        with socket.socket() as slow:
            slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
            slow.setblocking(False)
            await asyncio.get_running_loop().sock_connect(slow, bench.place)
            await until(lambda: bench.server.clients == 2)
            told = 0
            while bench.server.clients == 2:
                bench.tell(str(told))
                assert message_in(await next_packet(good)) == str(told)
                told += 1
                assert told < 100_000
        bench.tell("after")
        assert message_in(await next_packet(good)) == "after"

    on_a_bench(work)


def test_one_client_too_many_is_turned_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(telemetry_server, "MAX_CLIENTS", 2)

    async def work(bench: Bench) -> None:
        kept = [await bench.connect() for _ in range(2)]
        reader, _ = await bench.knock()
        with pytest.raises((asyncio.IncompleteReadError, ConnectionError)):
            await reader.readexactly(1)
        bench.tell("still here")
        assert [message_in(await next_packet(reader)) for reader, _ in kept] == ["still here"] * 2

    on_a_bench(work)


def test_clients_that_come_and_go_leave_nothing() -> None:
    async def work(bench: Bench) -> None:
        for number in range(200):
            _, writer = await bench.connect()
            writer.write(b"telecommand?")
            if number % 2:
                writer.transport.abort()
            else:
                writer.close()
            bench.tell("x")
            await until(lambda: bench.server.clients == 0)

    on_a_bench(work)


def test_what_a_client_sends_changes_nothing() -> None:
    async def work(bench: Bench) -> None:
        reader, writer = await bench.connect()
        writer.write(bytes(100_000))
        await writer.drain()
        bench.tell("one")
        assert message_in(await next_packet(reader)) == "one"

    on_a_bench(work)


def test_an_event_that_fits_no_packet_is_told_and_left_out() -> None:
    async def work(bench: Bench) -> None:
        reader, _ = await bench.connect()
        bench.line.take({"event": "health", "wall_time_s": 1.0, "link_time_s": 1.0, "uptime_s": "long"})
        bench.tell("after")
        assert message_in(await next_packet(reader)) == "after"
        (warning,) = bench.warnings
        assert "health" in warning
        assert "uptime_s" in warning

    on_a_bench(work)


def test_clients_see_the_end() -> None:
    readers = []

    async def work(bench: Bench) -> None:
        reader, _ = await bench.connect()
        readers.append(reader)
        bench.line.close()
        with pytest.raises((asyncio.IncompleteReadError, ConnectionError)):
            await reader.readexactly(1)

    on_a_bench(work)


def test_cancelled_it_closes_what_it_opened() -> None:
    async def run() -> None:
        bench = Bench()
        serving = asyncio.create_task(bench.server.run())
        await bench.connect()
        serving.cancel()
        with pytest.raises(asyncio.CancelledError):
            await serving
        assert bench.server.clients == 0
        await bench.hang_up()
        with pytest.raises(ConnectionRefusedError):
            await asyncio.open_connection(*bench.place)

    asyncio.run(run())


def test_whenever_it_is_cancelled_it_keeps_no_client() -> None:
    async def run(steps: int) -> None:
        bench = Bench()
        serving = asyncio.create_task(bench.server.run())
        reader, writer = await bench.knock()
        for _ in range(steps):
            await asyncio.sleep(0)
        serving.cancel()
        done, _ = await asyncio.wait((serving,), timeout=3.0)
        assert done
        with suppress(ConnectionError):
            assert await asyncio.wait_for(reader.read(), 3.0) == b"", f"cancelled after {steps} steps it keeps a client"
        writer.transport.abort()
        await asyncio.sleep(0.001)
        assert len(asyncio.all_tasks()) == 1

    for steps in range(20):
        asyncio.run(run(steps))


def test_an_address_in_use_is_refused() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = Address("127.0.0.1", taken.getsockname()[1])
        with pytest.raises(RequestError, match=r"telemetry is '127.0.0.1:\d+'; accepted: an address of this machine"):
            TelemetryServer(StationLine(lambda _: None), print, address)
