import asyncio
import random
import socket
import subprocess
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager

import pytest

from ground.errors import RequestError
from ground.gateway.address import Address
from ground.hamlib import line_server
from ground.hamlib.command import Command
from ground.hamlib.line_server import MAX_CLIENTS, MAX_LINE_OCTETS, LineServer, Session
from ground.hamlib.mount import Mount, SimulatedRotator
from ground.hamlib.rig import Rig
from ground.hamlib.rig_session import RIG_FORMS, RigSession
from ground.hamlib.rotator import Pointing, RotatorLimits, SlewRates
from ground.hamlib.rotator_session import RotatorSession
from tests.ground.hamlib.support import STATION, needs_hamlib

ANYWHERE = Address("127.0.0.1", 0)


def radio() -> Rig:
    rig = Rig.of(STATION, lambda *_: None, lambda _: None)
    assert rig is not None
    return rig


def rotator() -> SimulatedRotator:
    mount = Mount(RotatorLimits(), SlewRates(1000.0, 1000.0), Pointing(0.0, 0.0))
    return SimulatedRotator(mount, Pointing(180.0, 0.0), time.monotonic)


@asynccontextmanager
async def serving(new_session: Callable[[], Session]) -> AsyncIterator[Address]:
    """Run a server; no client of it may be left afterwards."""
    server = LineServer("rigctld", ANYWHERE)
    running = asyncio.ensure_future(server.run(new_session))
    try:
        yield server.address
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        assert len(asyncio.all_tasks()) == 1


class Client:
    """One connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    async def ask(self, text: bytes, lines: int = 1) -> bytes:
        self.writer.write(text)
        return b"".join([await self.reader.readline() for _ in range(lines)])

    async def rest(self) -> bytes:
        try:
            return await self.reader.read()
        except ConnectionError:
            return b""


class Clients:
    """All connections of a test, which are closed at its end."""

    def __init__(self, address: Address) -> None:
        self.address = address
        self._clients: list[Client] = []

    async def join(self) -> Client:
        self._clients.append(Client(*await asyncio.open_connection(self.address.host, self.address.port)))
        return self._clients[-1]

    async def close(self) -> None:
        for client in self._clients:
            client.writer.close()
        ended = (client.writer.wait_closed() for client in self._clients)
        await asyncio.gather(*ended, return_exceptions=True)


Trial = Callable[[Clients], Awaitable[None]]


def attempt(new_session: Callable[[], Session], trial: Trial) -> None:
    async def run() -> None:
        async with serving(new_session) as address:
            clients = Clients(address)
            try:
                await asyncio.wait_for(trial(clients), 30)
            finally:
                await clients.close()

    asyncio.run(run())


def with_radio(trial: Callable[[Clients, Rig], Awaitable[None]]) -> None:
    rig = radio()
    attempt(lambda: RigSession(rig), lambda clients: trial(clients, rig))


def with_rotator(trial: Trial) -> None:
    mount = rotator()
    attempt(lambda: RotatorSession(mount), trial)


def test_commands_that_come_in_pieces_and_together() -> None:
    async def trial(clients: Clients, rig: Rig) -> None:
        client = await clients.join()
        client.writer.write(b"F   4370")
        await client.writer.drain()
        assert await client.ask(b"51000\nf\n+f\n", 5) == b"RPRT 0\n437051000\nget_freq:\nFrequency: 437051000\nRPRT 0\n"
        assert rig.receive_hz == 437.051e6

    with_radio(trial)


@pytest.mark.parametrize("word", [b"q\n", b"Q\n", b"T 1\nq\nF 1\n"])
def test_quit_ends_the_connection(word: bytes) -> None:
    async def trial(clients: Clients, rig: Rig) -> None:
        client = await clients.join()
        client.writer.write(word)
        assert await client.rest() == b"RPRT 0\n" * word.count(b"\n", 0, word.lower().index(b"q") + 2)

    with_radio(trial)


def test_many_clients_share_the_radio() -> None:
    async def trial(clients: Clients, rig: Rig) -> None:
        many = [await clients.join() for _ in range(MAX_CLIENTS)]
        for number, client in enumerate(many):
            assert await client.ask(b"F %d\n" % (437050000 + number)) == b"RPRT 0\n"
        assert {await client.ask(b"f\n") for client in many} == {b"%d\n" % (437050000 + MAX_CLIENTS - 1)}
        one_more = await clients.join()
        assert await one_more.rest() == b""

    with_radio(trial)


@pytest.mark.parametrize(
    "text", [b"f" * (4 * MAX_LINE_OCTETS), b"POST / HTTP/1.1\r\n", b"GET /F437051000 HTTP/1.0\r\n"]
)
def test_what_is_no_client_is_shown_out(text: bytes) -> None:
    async def trial(clients: Clients, rig: Rig) -> None:
        client = await clients.join()
        client.writer.write(text)
        assert await client.rest() == b""
        assert rig.receive_hz == 437.05e6

    with_radio(trial)


def test_garbage_harms_nobody() -> None:
    """Clients that send any octets and vanish, some with a reset."""
    rng = random.Random(1)

    async def trial(clients: Clients, rig: Rig) -> None:
        loop = asyncio.get_running_loop()
        for number in range(200):
            with socket.socket() as client:
                client.setblocking(False)
                await loop.sock_connect(client, (clients.address.host, clients.address.port))
                await loop.sock_sendall(client, rng.randbytes(rng.randrange(300)) + b"\n")
                if number % 2:  # a reset in place of an end
                    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        client_still = await clients.join()
        assert await client_still.ask(b"\\get_powerstat\n") == b"1\n"

    with_radio(trial)


def test_a_client_that_takes_no_answers_is_dropped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(line_server, "STALLED_S", 0.1)

    class Talker:
        forms = RIG_FORMS

        async def obey(self, command: Command) -> Sequence[str]:
            return ("x" * 1_000_000,)

    async def trial(clients: Clients) -> None:
        client = await clients.join()
        client.writer.write(b"f\n" * 50)
        client.writer.transport.pause_reading()  # type: ignore[attr-defined]
        await asyncio.sleep(1.0)
        other = await clients.join()
        other.writer.write(b"f\nq\n")
        assert len(await other.rest()) == 2_000_002
        client.writer.transport.resume_reading()  # type: ignore[attr-defined]
        assert len(await client.rest()) < 50_000_000

    attempt(Talker, trial)


def test_a_server_that_ends_lets_its_clients_go() -> None:
    async def run() -> None:
        async with serving(lambda: RigSession(radio())) as address:
            client = Client(*await asyncio.open_connection(address.host, address.port))
            assert await client.ask(b"f\n") == b"437050000\n"
        assert await asyncio.wait_for(client.rest(), 5) == b""
        client.writer.close()
        await client.writer.wait_closed()

    asyncio.run(run())


def test_an_address_that_is_taken() -> None:
    server = LineServer("rotctld", ANYWHERE)
    with pytest.raises(RequestError, match=r"rotctld is '127.0.0.1:\d+'; accepted: an address .* free"):
        LineServer("rotctld", server.address)
    server.close()


# -- hamlib's own clients ----------------------------------------------------------------------------------------------


async def told_by(program: str, address: Address, words: str) -> list[str]:
    """Run rigctl or rotctl against a server and return the lines that it prints."""
    process = await asyncio.create_subprocess_exec(
        program, "-m", "2", "-r", str(address), *words.split(), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    printed, _ = await process.communicate()
    return printed.decode().split()


@needs_hamlib
def test_rigctl_drives_the_radio() -> None:
    async def trial(clients: Clients, rig: Rig) -> None:
        words = "F 437055000 f I 145901000 i f s v m x k T 1 t T 0 t V Sub f M PKTUSB 0 _"
        assert await told_by("rigctl", clients.address, words) == [
            *("437055000", "145901000", "437055000", "1", "Sub", "Main", "PKTUSB", "76800", "PKTUSB", "19200"),
            *("145901000", "PKTUSB", "19200", "1", "0", "145901000", "Flatsat", "testbed"),
        ]
        assert (rig.receive_hz, rig.transmit_hz, rig.ptt) == (437.055e6, 145.901e6, 0)
        assert await told_by("rigctl", clients.address, "S 1 VFOB s f") == ["1", "Sub", "437055000"]
        assert "Invalid" in await told_by("rigctl", clients.address, "F 1")
        assert rig.receive_hz == 437.055e6

    with_radio(trial)


@needs_hamlib
def test_rotctl_drives_the_rotator() -> None:
    async def trial(clients: Clients) -> None:
        assert await told_by("rotctl", clients.address, "P 100.5 20.25 S _") == ["Flatsat", "testbed", "rotator"]
        assert await told_by("rotctl", clients.address, "P 100.5 20.25") == []
        await asyncio.sleep(0.2)
        assert await told_by("rotctl", clients.address, "p") == ["100.50", "20.25"]
        await told_by("rotctl", clients.address, "K")
        await asyncio.sleep(0.2)
        assert "range" in await told_by("rotctl", clients.address, "P 361 0")
        assert await told_by("rotctl", clients.address, "p") == ["180.00", "0.00"]

    with_rotator(trial)


def test_what_gpredict_says_to_a_rotator() -> None:
    async def trial(clients: Clients) -> None:
        client = await clients.join()
        assert await client.ask(b"P 90.00 45.00\n") == b"RPRT 0\n"
        await asyncio.sleep(0.15)
        assert await client.ask(b"p\n", 2) == b"90.00\n45.00\n"
        assert await client.ask(b"S\nAOS\nLOS\n", 3) == b"RPRT 0\n" * 3
        assert await client.ask(b"P -1.00 0.00\nP nan 1\nP 1\nw x\n", 4) == b"RPRT -1\nRPRT -1\nRPRT -1\nRPRT -4\n"

    with_rotator(trial)


def test_what_gpredict_says_to_a_radio() -> None:
    """csete/gpredict, src/gtk-rig-ctrl.c; the first three as later versions begin."""

    async def trial(clients: Clients, rig: Rig) -> None:
        client = await clients.join()
        assert await client.ask(b"\\set_vfo_opt 1\n") == b"RPRT 0\n"
        assert await client.ask(b"\\chk_vfo\n") == b"1\n"
        assert await client.ask(b"\\set_vfo Main\n") == b"RPRT 0\n"
        assert await client.ask(b"S 1 Sub\n") == b"RPRT 0\n"
        assert await client.ask(b"F %10.0f\n" % 437.0456e6) == b"RPRT 0\n"
        assert await client.ask(b"I %10.0f\n" % 145.8985e6) == b"RPRT 0\n"
        assert await client.ask(b"f\ni\nt\n", 3) == b"437045600\n145898500\n0\n"
        assert await client.ask(b"\x8b\nAOS\nLOS\n", 3) == b"0\nRPRT 0\nRPRT 0\n"
        assert (rig.receive_hz, rig.transmit_hz) == (437.0456e6, 145.8985e6)

    with_radio(trial)
