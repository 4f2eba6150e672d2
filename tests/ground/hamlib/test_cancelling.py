"""Whenever a service is cancelled, it ends, and leaves no connection and no task."""

import asyncio
import socket
from collections.abc import Awaitable, Coroutine
from contextlib import suppress
from typing import Any

import pytest

from ground.gateway.address import Address
from ground.hamlib.client import HamlibClient
from ground.hamlib.doppler import DopplerTuning
from ground.hamlib.ending import end
from ground.hamlib.line_server import LineServer
from ground.hamlib.mount import Mount, SimulatedRotator
from ground.hamlib.pointing_report import PointingReport
from ground.hamlib.radio_steering import Radio, RadioSteering
from ground.hamlib.remote_radio import RemoteRadio
from ground.hamlib.remote_rotator import RemoteRotator
from ground.hamlib.retry import Retry
from ground.hamlib.rig import Rig
from ground.hamlib.rig_session import RigSession
from ground.hamlib.rotator import Pointing, Rotator, RotatorLimits, SlewRates
from ground.hamlib.rotator_session import RotatorSession
from ground.hamlib.rotator_steering import RotatorSteering
from ground.hamlib.tracker import TrackSettings
from tests.ground.hamlib.support import DOWN_HZ, STATION, UP_HZ, Told, ToldTime, fly_by

ANYWHERE = Address("127.0.0.1", 0)
FORECAST = fly_by(los_s=60.0)
STEPS = 100
"""Of the event loop: connected, asked for limits, and in the midst of a question and its answer again and again."""


async def cancelled_after(steps: int, work: Awaitable[None]) -> None:
    running = asyncio.ensure_future(work)
    for _ in range(steps):
        await asyncio.sleep(0)
    running.cancel()
    done, _ = await asyncio.wait((running,), timeout=3.0)
    assert done, f"cancelled after {steps} steps it goes on"
    assert running.cancelled()


async def alone() -> bool:
    """Whether this task is left alone, soon."""
    for _ in range(100):
        if len(asyncio.all_tasks()) == 1:
            return True
        await asyncio.sleep(0.001)
    return False


def rotator() -> SimulatedRotator:
    return SimulatedRotator(Mount(RotatorLimits(), SlewRates(), Pointing(0.0, 0.0)), Pointing(0.0, 0.0), lambda: 0.0)


def steered_rotator(address: Address) -> Coroutine[Any, Any, None]:
    async def reach() -> Rotator:
        return await RemoteRotator.connect(address)

    time, report = ToldTime([float(second) for second in range(2000)]), PointingReport(FORECAST, Told())
    return RotatorSteering(reach, FORECAST, time, TrackSettings(), None, report, Retry(Told())).run()


def steered_radio(address: Address) -> Coroutine[Any, Any, None]:
    async def reach() -> Radio:
        return await RemoteRadio.connect(address)

    time, tuning = ToldTime([float(second) for second in range(2000)]), DopplerTuning(FORECAST, DOWN_HZ, UP_HZ)
    return RadioSteering(reach, tuning, time, Retry(Told())).run()


@pytest.mark.parametrize("what", ["rotator", "radio"])
def test_steering(what: str) -> None:
    rig = Rig.of(STATION, lambda *_: None, lambda _: None)
    assert rig is not None
    session = (lambda: RotatorSession(rotator())) if what == "rotator" else (lambda: RigSession(rig))
    steer = steered_rotator if what == "rotator" else steered_radio

    async def run(steps: int) -> None:
        server = LineServer("server", ANYWHERE)
        serving = asyncio.ensure_future(server.run(session))
        await cancelled_after(steps, steer(server.address))
        for _ in range(100):
            if not server.clients:
                break
            await asyncio.sleep(0.001)
        assert server.clients == 0, f"cancelled after {steps} steps it leaves its connection"
        serving.cancel()
        await asyncio.gather(serving, return_exceptions=True)
        assert await alone()

    for steps in range(STEPS):
        asyncio.run(run(steps))


def test_a_server_with_a_client_that_asks_and_asks() -> None:
    async def ask(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError):
            writer.write(b"p\n")
            while await reader.readline():
                writer.write(b"p\n")
        writer.transport.abort()

    async def run(steps: int) -> None:
        server = LineServer("rotctld", ANYWHERE)
        serving = asyncio.ensure_future(server.run(lambda: RotatorSession(rotator())))
        connection = await asyncio.open_connection(server.address.host, server.address.port)
        asking = asyncio.ensure_future(ask(*connection))
        await cancelled_after(steps, serving)
        assert server.clients == 0
        done, _ = await asyncio.wait((asking,), timeout=3.0)
        assert done, f"cancelled after {steps} steps it keeps its client"
        assert await alone()

    for steps in range(STEPS):
        asyncio.run(run(steps))


def test_a_server_that_has_hardly_begun_lets_go_of_its_address() -> None:
    async def run(steps: int) -> None:
        server = LineServer("rotctld", ANYWHERE)
        await cancelled_after(steps, server.run(lambda: RotatorSession(rotator())))
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection((server.address.host, server.address.port))

    for steps in range(1, 5):
        asyncio.run(run(steps))


@pytest.mark.parametrize("is_cancelled", [False, True])
def test_who_takes_nothing_is_let_go(is_cancelled: bool) -> None:
    async def run() -> None:
        with socket.create_server(("127.0.0.1", 0)) as deaf:
            _, writer = await asyncio.open_connection(*deaf.getsockname())
            writer.write(bytes(20_000_000))
            ending = asyncio.ensure_future(end(writer))
            await asyncio.sleep(0)
            if is_cancelled:
                ending.cancel()
            done, _ = await asyncio.wait((ending,), timeout=3.0)
            assert done
            assert ending.cancelled() == is_cancelled
            assert writer.transport.get_write_buffer_size() == 0

    asyncio.run(run())


def test_who_takes_late_has_it_all() -> None:
    async def run() -> None:
        with socket.create_server(("127.0.0.1", 0)) as listening:
            _, writer = await asyncio.open_connection(*listening.getsockname())
            far, _ = listening.accept()
            writer.write(bytes(8_000_000))
            ending = asyncio.ensure_future(end(writer))
            await asyncio.sleep(0.05)
            far.setblocking(False)
            loop, heard = asyncio.get_running_loop(), 0
            while octets := await loop.sock_recv(far, 1 << 20):
                heard += len(octets)
            far.close()
            await ending
            assert heard == 8_000_000

    asyncio.run(run())


def test_a_client_that_is_cancelled_as_it_connects_leaves_no_connection() -> None:
    async def run() -> None:
        seen: list[asyncio.Task[Any]] = []

        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            seen.extend(filter(None, [asyncio.current_task()]))
            await reader.read()
            writer.close()

        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        address = Address(*server.sockets[0].getsockname())
        for steps in range(12):
            connecting = asyncio.ensure_future(HamlibClient.connect("rotctld", address))
            for _ in range(steps):
                await asyncio.sleep(0)
            connecting.cancel()
            (end_of,) = await asyncio.gather(connecting, return_exceptions=True)
            if isinstance(end_of, HamlibClient):  # it was there before
                await end_of.close()
        await asyncio.sleep(0.05)
        server.close()
        assert seen
        assert all(task.done() for task in seen)

    asyncio.run(run())
