"""A gateway in a process of its own, in front of a fake station."""

import asyncio
import json
import os
import queue
import signal
import subprocess
import sys
import threading
from contextlib import suppress
from pathlib import Path
from typing import Any

from ground.gateway.gateway import StationSettings, serve_station
from ground.gateway_command import GatewayOptions

START_S = 30.0
END_S = 10.0


class GatewayProcess:
    """Starts, is told lines, and is ended or killed."""

    def __init__(self, journal: Path, **options: Any) -> None:
        self.events: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()
        self.has_ended = False
        told = json.dumps({"journal": str(journal), "http": "127.0.0.1:0", **options})
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.ground.gateway.gateway_process", told],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=Path(__file__).parents[3],
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        self.url = str(self.event("http")["url"])
        self.event("time")

    @property
    def host(self) -> str:
        return self.url.removeprefix("http://")

    @property
    def address(self) -> tuple[str, int]:
        host, _, port = self.host.partition(":")
        return host, int(port)

    def tell(self, **command: Any) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(command).encode() + b"\n")
        self.process.stdin.flush()

    def event(self, name: str, /, **fields: Any) -> dict[str, Any]:
        """Wait for an event."""
        while True:
            event = self.events.get(timeout=START_S)
            if event["event"] == name and fields.items() <= event.items():
                return event

    def kill(self) -> None:
        os.kill(self.process.pid, signal.SIGKILL)
        self._take_leave()

    def end(self, number: int = signal.SIGTERM) -> str:
        """End it by a signal; return what it said on standard error."""
        if self.process.poll() is None:
            self.process.send_signal(number)
        return self._take_leave()

    def _take_leave(self) -> str:
        self.has_ended = True
        self.process.wait(END_S)
        self._reader.join(END_S)
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        assert self.process.stderr is not None
        said = self.process.stderr.read().decode()
        for stream in (self.process.stdin, self.process.stdout, self.process.stderr):
            with suppress(BrokenPipeError):
                stream.close()
        return said

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.events.put(json.loads(line))


def main() -> None:
    told = json.loads(sys.argv[1])
    station = [sys.executable, str(Path(__file__).with_name("fake_station.py")), told.pop("journal")]
    events = told.pop("events", None)
    keys = told.pop("api_keys", None)
    settings = GatewayOptions(api_keys=Path(keys) if keys else None, **told).settings(None)
    sys.exit(asyncio.run(serve_station(settings, StationSettings(station, events=Path(events) if events else None))))


if __name__ == "__main__":
    main()
