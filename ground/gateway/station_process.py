"""The station as the gateway's child: the web never shares a process with the radio."""

import asyncio
import contextlib
import json
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Callable, Sequence

from ground.gateway.desk import Event

_MAX_LINE_OCTETS = 16 * 2**20
"""A journal's prompts stand on one line when a station begins."""
_STOP_S = 1.2


class StationProcess:
    """Starts a station, gives it lines and takes its lines. It ends when its input closes, however we end."""

    def __init__(self, command: Sequence[str], on_line: Callable[[bytes], None]) -> None:
        self._command, self._on_line = command, on_line
        self._process: Process | None = None
        self._waiting: list[bytes] = []

    def send(self, line: bytes) -> None:
        """Give it a line; one that has ended takes none."""
        if self._process is None:
            self._waiting.append(line)
        elif self._process.stdin is not None and not self._process.stdin.is_closing():
            self._process.stdin.write(line)

    async def run(self) -> int:
        """Run it to its end and return its exit status. Cancelled, its input closes, and it has a second to end."""
        self._process = await asyncio.create_subprocess_exec(
            *self._command,
            stdin=PIPE,
            stdout=PIPE,
            limit=_MAX_LINE_OCTETS,
            start_new_session=True,  # a Ctrl-C is ours to handle: the station is told, not hit
        )
        for line in self._waiting:
            self.send(line)
        try:
            await self._take_lines(self._process)
            return await self._process.wait()
        finally:
            await self._end(self._process)

    async def _take_lines(self, process: Process) -> None:
        assert process.stdout is not None
        while line := await process.stdout.readline():
            self._on_line(line)

    async def _end(self, process: Process) -> None:
        if process.stdin is not None:
            process.stdin.close()
        with contextlib.suppress(asyncio.TimeoutError):
            await asyncio.wait_for(self._take_lines(process), _STOP_S)  # or it could not say its last words, and end
            await asyncio.wait_for(process.wait(), _STOP_S)
        if process.returncode is None:
            process.kill()
            await process.wait()


def station_command(arguments: Sequence[str]) -> list[str]:
    """Return the command that starts a station with the options of ``ground serve``."""
    return [sys.executable, "-m", "ground", "serve", *arguments, "--until-stdin-closes"]


def event_in(line: bytes) -> Event | None:
    """Return a line's event; None for a line that a library printed, or one cut off by the station's end."""
    try:
        event = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return event if isinstance(event, dict) and isinstance(event.get("event"), str) else None
