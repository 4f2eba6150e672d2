"""The line to a station: commands down, events up, to all who listen."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable

from ground.gateway.desk import Desk, Event
from ground.gateway.desk_news import DeskNews

_MAX_BEHIND = 4096
"""Events that a listener may leave untaken: some minutes of a busy link."""


class Subscription(AsyncIterator[Event]):
    """The events from now on. It ends when the line does, and for a listener that does not keep up."""

    def __init__(self, leave: Callable[["Subscription"], None]) -> None:
        self._leave = leave
        self._events: asyncio.Queue[Event | None] = asyncio.Queue()
        self._ended = False

    def __aiter__(self) -> "Subscription":
        return self

    async def __anext__(self) -> Event:
        event = None if self._ended and self._events.empty() else await self._events.get()
        if event is None:
            raise StopAsyncIteration
        return event

    def give(self, event: Event) -> None:
        """Hand on an event."""
        if self._events.qsize() < _MAX_BEHIND:
            self._events.put_nowait(event)
        else:
            self.close()

    def close(self) -> None:
        """Listen no longer; what has come is still given out."""
        if not self._ended:
            self._ended = True
            self._events.put_nowait(None)
            self._leave(self)


class StationLine:
    """What the gateway's parts know of the station. Belongs to one event loop."""

    def __init__(self, send: Callable[[bytes], None], keep: Callable[[Event], None] = lambda _event: None) -> None:
        """``send`` takes the lines of commands down; ``keep`` takes what is told that no station says."""
        self.desk = Desk()
        self._news = DeskNews(self.desk)
        self._send, self._keep = send, keep
        self._subscriptions: set[Subscription] = set()
        self._waiters: set[asyncio.Future[None]] = set()
        self.is_closed = False

    def command(self, name: str, **fields: object) -> None:
        """Give the station a command; its answer is an event. One that has ended takes none."""
        self._send((json.dumps({"command": name, **fields}) + "\n").encode())

    def subscribe(self) -> Subscription:
        """Return the events from now on, as an asynchronous iterator."""
        subscription = Subscription(self._subscriptions.discard)
        if self.is_closed:
            subscription.close()
        else:
            self._subscriptions.add(subscription)
        return subscription

    async def changed(self, timeout_s: float) -> bool:
        """Wait for the next event; return whether one came in time. However many come together, it is one change.

        Not by `asyncio.wait_for`: before Python 3.12 that forgets a cancellation which comes together with its end.
        """
        waiter = asyncio.get_running_loop().create_future()
        self._waiters.add(waiter)
        try:
            done, _ = await asyncio.wait((waiter,), timeout=timeout_s)
            return bool(done)
        finally:
            self._waiters.discard(waiter)

    def take(self, event: Event) -> None:
        """Take an event from the station and hand it on, and with it the desk's news. Raises as Desk.take does."""
        self.desk.take(event)
        for each in (event, *self._news.after(event)):
            for subscription in tuple(self._subscriptions):
                subscription.give(each)
        self._wake()

    def tell(self, event: str, **fields: object) -> None:
        """Hand on an event of the gateway's own."""
        told: Event = {"event": event, "wall_time_s": time.time(), **fields}
        self.take(told)
        self._keep(told)

    def close(self) -> None:
        """The station has ended, or the gateway is about to: no event comes any more."""
        self.is_closed = True
        for subscription in tuple(self._subscriptions):
            subscription.close()
        self._wake()

    def _wake(self) -> None:
        for waiter in self._waiters:
            waiter.set_result(None)
        self._waiters.clear()
