"""/live: all that the station says, to whoever watches, over a WebSocket."""

import asyncio
import json
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from starlette.websockets import WebSocket, WebSocketDisconnect

from ground.gateway.api_error import LIMIT, ApiError
from ground.gateway.guard import turn_away
from ground.gateway.station_line import StationLine

MAX_WATCHERS = 32
_TRY_AGAIN_LATER = 1013  # RFC 6455's registry of close codes


@dataclass(slots=True)
class Live:
    """Sends each watcher how things stand, then every event. One that does not keep up is sent away."""

    line: StationLine
    forecast: dict[str, Any] | None
    _watchers: set[WebSocket] = field(default_factory=set)

    async def watch(self, socket: WebSocket) -> None:
        """Serve one watcher until it goes or the station's line ends."""
        if len(self._watchers) >= MAX_WATCHERS:
            error = ApiError(429, LIMIT, f"{MAX_WATCHERS} pages watch already", code="too_many_watchers")
            return await turn_away(error, socket.scope, socket.receive, socket.send)
        self._watchers.add(socket)
        try:
            await socket.accept()
            await self._serve(socket)
        finally:
            self._watchers.discard(socket)

    async def _serve(self, socket: WebSocket) -> None:
        tasks = asyncio.ensure_future(self._tell(socket)), asyncio.ensure_future(_listen(socket))
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
                with suppress(asyncio.CancelledError, WebSocketDisconnect, OSError):
                    await task
        if tasks[1].cancelled():
            with suppress(RuntimeError, OSError):
                await socket.close(_TRY_AGAIN_LATER)

    async def _tell(self, socket: WebSocket) -> None:
        events = self.line.subscribe()
        try:
            hello = {"event": "hello", "snapshot": self.line.desk.snapshot(), "forecast": self.forecast}
            await socket.send_text(json.dumps(hello))
            async for event in events:
                await socket.send_text(json.dumps(event))
        finally:
            events.close()


async def _listen(socket: WebSocket) -> None:
    """Wait for the watcher to go. What it says is of no interest."""
    while (await socket.receive())["type"] != "websocket.disconnect":
        pass
