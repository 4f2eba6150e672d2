"""One suite for every rotator: the simulated mount, hamlib's own rotctld with its dummy, and the mount behind ours."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager

import pytest

from ground.gateway.address import Address
from ground.hamlib.errors import PeerError
from ground.hamlib.line_server import LineServer
from ground.hamlib.mount import Mount, SimulatedRotator
from ground.hamlib.remote_rotator import RemoteRotator
from ground.hamlib.rotator import Pointing, Rotator, RotatorLimits, SlewRates
from ground.hamlib.rotator_session import RotatorSession
from tests.ground.hamlib.support import free_port, hamlibd, needs_hamlib

WIDE = RotatorLimits(-180.0, 450.0)
"""Those of hamlib's dummy."""
HOME = Pointing(0.0, 0.0)
Trial = Callable[[Rotator], Awaitable[None]]


def simulated() -> SimulatedRotator:
    loop = asyncio.get_running_loop()
    return SimulatedRotator(Mount(WIDE, SlewRates(6.0, 6.0), HOME, loop.time()), HOME, loop.time)


@asynccontextmanager
async def ours() -> AsyncIterator[Address]:
    server, rotator = LineServer("rotctld", Address("127.0.0.1", 0)), simulated()
    running = asyncio.ensure_future(server.run(lambda: RotatorSession(rotator)))
    try:
        yield server.address
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


@contextmanager
def behind(kind: str) -> Iterator[Callable[[Trial], None]]:
    """Give what runs a trial on a rotator of a kind."""

    async def with_ours(trial: Trial) -> None:
        async with ours() as address:
            await with_theirs(trial, address)

    async def with_theirs(trial: Trial, address: Address) -> None:
        rotator = await RemoteRotator.connect(address)
        try:
            await trial(rotator)
        finally:
            await rotator.close()

    async def with_mount(trial: Trial) -> None:
        await trial(simulated())

    if kind == "rotctld":
        with hamlibd("rotctld", free_port()) as address:
            yield lambda trial: asyncio.run(with_theirs(trial, address))
    else:
        yield lambda trial: asyncio.run({"mount": with_mount, "ours": with_ours}[kind](trial))


@pytest.fixture(params=["mount", "ours", pytest.param("rotctld", marks=needs_hamlib)])
def attempt(request: pytest.FixtureRequest) -> Iterator[Callable[[Trial], None]]:
    with behind(request.param) as run:
        yield run


def test_it_tells_its_limits(attempt: Callable[[Trial], None]) -> None:
    async def trial(rotator: Rotator) -> None:
        assert await rotator.limits() == WIDE

    attempt(trial)


def test_it_turns_where_it_is_sent_and_stays_when_stopped(attempt: Callable[[Trial], None]) -> None:
    async def trial(rotator: Rotator) -> None:
        assert await rotator.position() == HOME
        await rotator.point(Pointing(30.0, 10.0))
        while (at := await rotator.position()).azimuth_deg == 0.0 or at.elevation_deg == 0.0:
            await asyncio.sleep(0.02)
        assert at.azimuth_deg < 30.0
        assert at.elevation_deg < 10.0
        await rotator.stop()
        stopped = await rotator.position()
        await asyncio.sleep(0.1)
        assert (await rotator.position()).turn_to(stopped) <= 0.02

    attempt(trial)


def test_it_parks(attempt: Callable[[Trial], None]) -> None:
    async def trial(rotator: Rotator) -> None:
        await rotator.point(Pointing(1.0, 1.0))
        await asyncio.sleep(0.05)
        await rotator.park()
        while await rotator.position() != HOME:
            await asyncio.sleep(0.02)

    attempt(trial)


@pytest.mark.parametrize("kind", ["ours", pytest.param("rotctld", marks=needs_hamlib)])
def test_a_place_that_it_has_not_is_refused(kind: str) -> None:
    async def trial(rotator: Rotator) -> None:
        with pytest.raises(PeerError, match=r"^rotctld 127.0.0.1:\d+: answered 'RPRT -1' to 'P 500.00 0.00'"):
            await rotator.point(Pointing(500.0, 0.0))

    with behind(kind) as run:
        run(trial)
