"""The gateway's application over a station of the test's: it says what the test has it say, and answers by a script."""

import asyncio
import json
import threading
from contextlib import suppress
from typing import Any

from ground.gateway.address import Address
from ground.gateway.api_keys import ApiKeys
from ground.gateway.app import AppSettings, make_app
from ground.gateway.http_server import HttpServer, listen
from ground.gateway.station_line import StationLine
from tests.ground.page.pass_events import Event, answer_events, forecast, milestone


class FakeGateway:
    """Serves the page from a thread of its own; `tell` has the station say something."""

    def __init__(self, port: int = 0, foretold: bool = True, keys: ApiKeys | None = None) -> None:
        self.asked: list[dict[str, Any]] = []
        self.answer = "Paris."
        self.events_at_once: int | None = None
        """How much of a journey is told when a prompt is asked, None for all; the rest is told by `go_on`."""
        self.warnings: list[str] = []
        self._foretold, self._keys = foretold, keys or ApiKeys()
        self._started = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve(port)), daemon=True)
        self._thread.start()
        assert self._started.wait(20)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/"

    def tell(self, *events: Event) -> None:
        """Return when all who listen have been given the events."""
        asyncio.run_coroutine_threadsafe(self._tell(*events), self._loop).result(20)

    def go_on(self) -> None:
        """Have the rest told of the prompt that was asked last."""
        self.tell(*self._rest)

    def close(self) -> None:
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._serving.cancel)
        self._thread.join(20)

    async def _serve(self, port: int) -> None:
        self._loop = asyncio.get_running_loop()
        self._line = StationLine(self._obey)
        settings = AppSettings(keys=self._keys, forecast=forecast() if self._foretold else None)
        listening = listen(Address("127.0.0.1", port))
        self.port = listening.getsockname()[1]
        app = make_app(self._line, settings)
        self._serving = asyncio.ensure_future(HttpServer(app, listening, self.warnings.append).run())
        self._started.set()
        with suppress(asyncio.CancelledError):
            await self._serving
        self._line.close()
        listening.close()

    async def _tell(self, *events: Event) -> None:
        for event in events:
            self._line.take(event)
            await asyncio.sleep(0)

    def _obey(self, line: bytes) -> None:
        command = json.loads(line)
        name, prompt_id = command["command"], command.get("prompt_id")
        now_s = self._line.desk.clock.link_time_s or 0.0
        if name == "ask":
            self.asked.append(command)
            self._answering = self._loop.create_task(self._answer(prompt_id, command["text"], now_s))
        elif name == "find":
            rejected = {"event": "rejected", "wall_time_s": 0.0, "prompt_id": prompt_id}
            self._loop.call_soon(
                self._line.take, rejected | {"field": "prompt_id", "value": prompt_id, "accepted": "-"}
            )
        elif name == "cancel":
            ended = milestone(now_s, "refused", prompt_id, reason="cancelled", detail="")
            self._loop.call_soon(self._line.take, ended)

    async def _answer(self, prompt_id: str, text: str, now_s: float) -> None:
        journey = answer_events(prompt_id, text, self.answer, now_s)
        self._rest = journey[self.events_at_once :] if self.events_at_once else []
        await self._tell(*journey[: self.events_at_once])
