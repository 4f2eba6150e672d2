import asyncio

import pytest

from ground.hamlib.time_limit import within


async def nothing() -> None:
    await asyncio.Event().wait()


def test_what_ends_in_time_is_returned_and_what_it_raises_is_raised() -> None:
    async def work() -> int:
        await asyncio.sleep(0)
        return 3

    async def fail() -> None:
        raise ConnectionResetError

    async def run() -> None:
        assert await within(1.0, work()) == 3
        with pytest.raises(ConnectionResetError):
            await within(1.0, fail())

    asyncio.run(run())


def test_what_does_not_end_in_time_is_ended() -> None:
    async def run() -> None:
        with pytest.raises(asyncio.TimeoutError):
            await within(0.01, nothing())
        assert len(asyncio.all_tasks()) == 1

    asyncio.run(run())


def test_who_is_cancelled_as_the_work_ends_is_cancelled() -> None:
    async def run() -> None:
        work = asyncio.get_running_loop().create_future()
        waiting = asyncio.ensure_future(within(1.0, work))
        await asyncio.sleep(0)
        work.set_result(None)
        await asyncio.sleep(0)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting

    asyncio.run(run())


def test_who_is_cancelled_ends_the_work() -> None:
    async def run() -> None:
        waiting = asyncio.ensure_future(within(1.0, nothing()))
        await asyncio.sleep(0)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        assert len(asyncio.all_tasks()) == 1

    asyncio.run(run())
