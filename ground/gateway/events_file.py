"""A station's events in a file of JSON lines: kept as they come, and told again."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from ground.errors import RequestError
from ground.gateway.desk import Event
from ground.gateway.station_line import StationLine
from ground.gateway.station_process import event_in

MAX_OCTETS = 512 * 2**20
"""A day and a half of a busy link."""
_LONGEST_PAUSE_S = 60.0
"""Of a replay: a file goes on when a gateway is started again, perhaps days later."""


class EventsFile:
    """Keeps lines at the end of a file until that is full."""

    def __init__(self, path: Path, max_octets: int = MAX_OCTETS) -> None:
        """Open the file, or make it. Raises RequestError."""
        try:
            self._file: BinaryIO = path.open("ab", buffering=0)
        except OSError as error:
            raise RequestError("events", str(path), f"a file that can be written ({error.strerror})") from None
        self._left = max_octets - self._file.tell()

    def keep(self, line: bytes) -> str:
        """Write a line; return what is wrong, once, if it cannot be kept."""
        if self._left <= 0:
            return ""
        self._left -= len(line)
        try:
            self._file.write(line)
        except OSError as error:
            self._left = 0
            return f"events are no longer kept: {error.strerror}"
        return "" if self._left > 0 else "events are no longer kept: their file is full"

    def close(self) -> None:
        """Close the file."""
        self._file.close()


def read_events(path: Path) -> Iterator[Event]:
    """Yield a file's events. Raise RequestError for a file that cannot be read, or at a line that is no event.

    A last line without an end was cut off with the gateway, and is left out.
    """
    try:
        with path.open("rb") as file:
            for number, line in enumerate(file, 1):
                if line.endswith(b"\n"):
                    yield _event(line, number)
    except OSError as error:
        raise RequestError("events", str(path), f"a file that can be read ({error.strerror})") from None


async def replay(path: Path, line: StationLine, speed: float) -> None:
    """Have a line tell a file's events at the pace at which they came, times `speed`. Raises as `read_events` does."""
    before_s: float | None = None
    for number, event in enumerate(read_events(path), 1):
        wall_s = event["wall_time_s"]
        pause_s = 0.0 if before_s is None else min(max(0.0, wall_s - before_s), _LONGEST_PAUSE_S)
        before_s = wall_s
        await asyncio.sleep(pause_s / speed)
        try:
            line.take(event)
        except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError):
            raise _bad_line(number) from None


def _event(line: bytes, number: int) -> Event:
    event = event_in(line)
    if event is None or type(event.get("wall_time_s")) not in (int, float):
        raise _bad_line(number)
    return event


def _bad_line(number: int) -> RequestError:
    return RequestError("events", f"line {number}", "an event that a station told, as 'ground serve --events' keeps it")
