"""The station's time, as those who steer wait for it."""

from typing import Protocol

from ground.gateway.station_line import StationLine

_PATIENCE_S = 60.0


class LinkTime(Protocol):
    """Tells when it is another time; a time that nobody waited for is left out."""

    async def next_s(self) -> float:
        """Wait until link time has changed since the last call, and return it."""


class StationTime:
    """Link time as the events of a station tell it, once a second."""

    def __init__(self, line: StationLine) -> None:
        self._line = line
        self._told_s: float | None = None

    def now_s(self) -> float:
        """Return what was told last, 0 before the first."""
        return self._line.desk.clock.link_time_s or 0.0

    async def next_s(self) -> float:
        """Wait until link time has changed since the last call, and return it."""
        while (now_s := self._line.desk.clock.link_time_s) is None or now_s == self._told_s:
            await self._line.changed(_PATIENCE_S)
        self._told_s = now_s
        return now_s
