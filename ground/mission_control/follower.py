"""What takes a station's events one by one, as a part of the gateway."""

from collections.abc import Callable

from ground.gateway.desk import Event
from ground.gateway.station_line import StationLine
from protocol.errors import LocalError

BAD_EVENT = (LocalError, ArithmeticError, AttributeError, LookupError, TypeError, ValueError)
"""What comes of an event that no station told: one of a file that somebody changed."""


class Follower:
    """Hands on each event of a station until its line ends."""

    def __init__(
        self,
        line: StationLine,
        take: Callable[[Event], None],
        warn: Callable[[str], None],
        close: Callable[[], None] = lambda: None,
    ) -> None:
        """``warn`` is told of an event that ``take`` cannot take; ``close`` is called at the end."""
        self._line, self._take, self._warn, self._close = line, take, warn, close

    async def run(self) -> None:
        """Run until the line ends, or this is cancelled."""
        subscription = self._line.subscribe()
        try:
            async for event in subscription:
                self._hand_on(event)
        finally:
            subscription.close()
            self._close()

    def _hand_on(self, event: Event) -> None:
        try:
            self._take(event)
        except BAD_EVENT as error:
            self._warn(f"an event {event['event']!r:.40} is left out: {error}")
