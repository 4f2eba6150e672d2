import asyncio

import pytest

from ground.gateway import station_line
from ground.gateway.desk import Event
from ground.gateway.station_line import StationLine, Subscription


async def all_of(events: Subscription) -> list[str]:
    return [event["event"] async for event in events]


def told(name: str) -> Event:
    return {"event": name, "wall_time_s": 0.0, "message": ""}


def test_every_listener_hears_what_comes_from_then_on() -> None:
    async def main() -> None:
        line = StationLine(lambda _line: None)
        first = line.subscribe()
        line.take(told("warning"))
        second = line.subscribe()
        line.take(told("ready"))
        line.close()
        assert await all_of(first) == ["warning", "ready"]
        assert await all_of(second) == ["ready"]
        assert await all_of(line.subscribe()) == []
        assert await all_of(first) == [], "an end stays one"

    asyncio.run(main())


def test_what_no_station_says_is_kept() -> None:
    async def main() -> None:
        kept: list[Event] = []
        line = StationLine(lambda _line: None, kept.append)
        everybody = line.subscribe()
        line.take(told("ready"))
        line.tell("warning", message="it rains")
        line.close()
        assert [(event["event"], event["message"]) for event in kept] == [("warning", "it rains")]
        assert await all_of(everybody) == ["ready", "warning"]

    asyncio.run(main())


def test_who_does_not_keep_up_is_ended_and_the_others_go_on() -> None:
    async def main() -> None:
        line = StationLine(lambda _line: None)
        slow, quick = line.subscribe(), line.subscribe()
        for number in range(station_line._MAX_BEHIND + 10):
            line.take(told("ready"))
            if number % 2:
                await quick.__anext__()
                await quick.__anext__()
        assert len(await all_of(slow)) == station_line._MAX_BEHIND
        line.close()
        assert await all_of(quick) == []

    asyncio.run(main())


def test_a_change_wakes_all_who_wait() -> None:
    async def main() -> None:
        line = StationLine(lambda _line: None)
        waiting = [asyncio.ensure_future(line.changed(10.0)) for _ in range(3)]
        await asyncio.sleep(0)
        line.take(told("ready"))
        assert await asyncio.gather(*waiting) == [True] * 3
        assert not await line.changed(0.01)

    asyncio.run(main())


def test_who_is_cancelled_as_the_change_comes_is_cancelled() -> None:
    async def main() -> None:
        line = StationLine(lambda _line: None)
        waiting = asyncio.ensure_future(line.changed(10.0))
        await asyncio.sleep(0)
        line.take(told("ready"))
        await asyncio.sleep(0)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting

    asyncio.run(main())
