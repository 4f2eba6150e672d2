"""The gateway process: a station as its child, its line, and those who use it."""

import asyncio
import json
import os
import signal
import threading
import time
from collections.abc import Callable, Coroutine, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from ground.errors import RequestError
from ground.gateway.address import Address
from ground.gateway.app import AppSettings, make_app
from ground.gateway.desk import Event
from ground.gateway.events_file import EventsFile, replay
from ground.gateway.http_server import HttpServer, listen
from ground.gateway.station_line import StationLine
from ground.gateway.station_process import StationProcess, event_in

VIEW_PERIOD_S = 0.25
"""Link time between two views. They come though nobody looks: curves and counters are to have no gaps."""
_STDIN, _STDOUT = 0, 1


class Service(Protocol):
    """Something else that serves or uses the line. Cancelled, it closes what it opened."""

    async def run(self) -> None:
        """Run until cancelled."""


ServiceOf = Callable[[StationLine, Callable[[str], None]], Service]
"""Makes a service of the line and of what takes warnings."""


@dataclass(frozen=True, slots=True)
class GatewaySettings:
    """What a gateway process is told."""

    address: Address
    app: AppSettings = field(default_factory=AppSettings)
    services: Sequence[ServiceOf] = ()


class Gateway:
    """What a gateway is made of, whatever its events come from. It ends when one of its parts does, or on a signal."""

    def __init__(
        self,
        settings: GatewaySettings,
        send: Callable[[bytes], None],
        keep: Callable[[Event], None] = lambda _event: None,
    ) -> None:
        """Take what takes lines down, and what keeps the gateway's own events.

        Raise RequestError if the address cannot be had.
        """
        self.stopping = asyncio.Event()
        self.line = StationLine(send, keep)
        self._settings = settings
        self._socket = listen(settings.address)

    async def run(self, source: Coroutine[Any, Any, int | None]) -> int:
        """Serve until the source of events or another part ends, or a signal comes; return the exit status.

        Raises RequestError for a service that cannot be.
        """
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, self.stopping.set)
        host, port = self._socket.getsockname()[:2]
        self.say("http", url=f"http://{Address(host, port)}")
        try:
            server = HttpServer(make_app(self.line, self._settings.app), self._socket, self.warn)
            parts = [server, *(make(self.line, self.warn) for make in self._settings.services)]
        except RequestError:
            source.close()
            raise
        tasks = [
            asyncio.ensure_future(work) for work in (source, self.stopping.wait(), *(part.run() for part in parts))
        ]
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            return max(_status(task.result()) for task in done)
        finally:
            self.line.close()
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    def say(self, event: str, **fields: object) -> None:
        """Tell an event of the gateway's own to whatever started it."""
        told: Event = {"event": event, "wall_time_s": time.time(), **fields}
        self.write(_line_of(told))

    def warn(self, message: str) -> None:
        """Say that something is wrong, though the work goes on."""
        self.say("warning", message=message)
        self.line.tell("warning", message=message)

    def write(self, line: bytes) -> None:
        """Hand a line up. A reader that has gone away means: stop."""
        try:
            while line:
                line = line[os.write(_STDOUT, line) :]
        except OSError:
            self.stopping.set()


@dataclass(frozen=True, slots=True)
class StationSettings:
    """How the gateway starts its station."""

    command: Sequence[str]
    until_stdin_closes: bool = False
    """Whether a rig says when to begin; else that is at once."""
    epoch_s: float | None = None
    """POSIX time at link time 0; None: it is 0 when the station begins."""
    events: Path | None = None
    """Where to keep its events."""


async def serve_station(settings: GatewaySettings, told: StationSettings) -> int:
    """Run a station and serve its line; return the exit status.

    Raises RequestError for an address or a file that cannot be used.
    """
    station = StationProcess(told.command, lambda line: take(line))
    file = EventsFile(told.events) if told.events else None

    def keep(line: bytes) -> None:
        if file and (trouble := file.keep(line)):
            gateway.warn(trouble)

    gateway = Gateway(settings, station.send, lambda event: keep(_line_of(event)))

    def take(line: bytes) -> None:
        gateway.write(line)
        if (event := event_in(line)) is None:
            return
        gateway.line.take(event)
        keep(line)
        if event["event"] == "station":
            gateway.line.command("view", period_s=VIEW_PERIOD_S)
        if event["event"] == "ready" and not told.until_stdin_closes:
            gateway.line.command("begin", link_time_s=_begin_s(told.epoch_s))

    _pass_on_input(station.send, gateway.stopping.set if told.until_stdin_closes else lambda: None)
    try:
        return await gateway.run(station.run())
    finally:
        if file:
            file.close()


def _line_of(event: Event) -> bytes:
    """Return an event as it stands on a line."""
    return (json.dumps(event) + "\n").encode()


def _begin_s(epoch_s: float | None) -> float:
    return 0.0 if epoch_s is None else max(0.0, time.time() - epoch_s)


async def serve_replay(settings: GatewaySettings, events: Path, speed: float) -> int:
    """Serve a finished run from its file of events, and go on when it is over. Raises RequestError as they do."""
    gateway = Gateway(settings, lambda _line: None)

    async def tell() -> None:
        await replay(events, gateway.line, speed)
        gateway.say("replayed")
        await gateway.stopping.wait()

    return await gateway.run(tell())


def _status(result: object) -> int:
    """Return the exit status for how a part ended: 128 and the signal for a station that was killed."""
    status = result if isinstance(result, int) and not isinstance(result, bool) else 0
    return 128 - status if status < 0 else status


def _pass_on_input(send: Callable[[bytes], None], on_end: Callable[[], None]) -> None:
    """Hand our own standard input's lines down, in a thread: it may be a file, which asyncio cannot wait for."""
    loop = asyncio.get_running_loop()

    def read() -> None:
        with suppress(OSError, RuntimeError):  # no standard input; the loop has ended meanwhile
            rest = b""
            while octets := os.read(_STDIN, 65536):
                *lines, rest = (rest + octets).split(b"\n")
                for line in lines:
                    loop.call_soon_threadsafe(send, line + b"\n")
            loop.call_soon_threadsafe(on_end)

    threading.Thread(target=read, daemon=True).start()
