"""A process of a rig: commands come in as JSON lines on standard input, events leave as JSON lines on standard output.

A process that a rig started ends when its standard input closes: whatever started it is gone, and nothing outlives its
rig. It takes part in the link from when it is told to ``begin``, at the link time that it is told: the rig may have
started it in the place of one that was killed. One that a person or an init system started begins at once, at link time
0, and ends on a signal.
"""

import json
import queue
import signal
import sys
import threading
import time
from typing import Any, TextIO

_LONGEST_S = 1e9
"""No link time is greater: a number without end would end the thread that reads it."""


class Worker:
    """The two line-streams of a process, and the wish to stop."""

    def __init__(self, commands: TextIO, events: TextIO, until_input_closes: bool = True) -> None:
        self._commands, self._events = commands, events
        self._until_input_closes = until_input_closes
        self._queue: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()
        self._begins: queue.SimpleQueue[float] = queue.SimpleQueue()
        if not until_input_closes:
            self._begins.put(0.0)
        self._lock = threading.Lock()
        self.stopping = threading.Event()

    @classmethod
    def on_standard_streams(cls, until_input_closes: bool) -> "Worker":
        """Return a running worker; SIGTERM and SIGINT stop it, and so does the end of its input if that is wished."""
        worker = cls(sys.stdin, sys.stdout, until_input_closes)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: worker.stopping.set())
        worker.start()
        return worker

    def start(self) -> None:
        """Begin to take commands in."""
        threading.Thread(target=self._read, daemon=True).start()

    def emit(self, event: str, **fields: Any) -> None:
        """Write one event. A reader that has gone away means: stop."""
        line = json.dumps({"event": event, "wall_time_s": time.time(), **fields}, ensure_ascii=False)
        try:
            with self._lock:
                print(line, file=self._events, flush=True)
        except (BrokenPipeError, ValueError):
            self.stopping.set()

    def warn(self, message: str) -> None:
        """Say that something is wrong, though the work goes on."""
        self.emit("warning", message=message)

    def commands(self) -> list[dict[str, Any]]:
        """Return the commands that have come since the last call."""
        found = []
        while not self._queue.empty():
            found.append(self._queue.get())
        return found

    def wait_command(self, name: str, timeout_s: float) -> dict[str, Any] | None:
        """Return the first command called ``name``, or None when the time is over or the work has to stop.

        Other commands that come before it are dropped.
        """
        deadline = time.monotonic() + timeout_s
        while not self.stopping.is_set() and time.monotonic() < deadline:
            try:
                command = self._queue.get(timeout=0.1)
            except queue.Empty:
                continue
            if command.get("command") == name:
                return command
        return None

    def next_begin(self) -> float | None:
        """Wait to be told to begin; return the link time in seconds at which to, None when it is time to stop."""
        while not self.stopping.is_set():
            try:
                return self._begins.get(timeout=0.1)
            except queue.Empty:
                continue
        return None

    def interrupted(self) -> bool:
        """Whether to stop what is being done: for good, or to begin at another link time."""
        return self.stopping.is_set() or not self._begins.empty()

    def _read(self) -> None:
        """Take commands in until ``stop``, or as long as there are any."""
        try:
            for line in self._commands:
                match self._parse(line):
                    case {"command": "stop"}:
                        self.stopping.set()
                        return
                    case {"command": "begin", "link_time_s": float() | int() as time_s} if 0 <= time_s <= _LONGEST_S:
                        self._begins.put(float(time_s))
                    case {**command} if command:
                        self._queue.put(command)
        except UnicodeDecodeError as error:
            self.emit("error", message=f"commands are not UTF-8: {error}")
            self.stopping.set()
        if self._until_input_closes:
            self.stopping.set()

    def _parse(self, line: str) -> dict[str, Any]:
        """Return the command, or an empty one after saying that the line is none."""
        try:
            command = json.loads(line)
        except (ValueError, RecursionError):
            command = None
        if isinstance(command, dict):
            return command
        self.emit("error", message=f"command is {line.strip()!r}, accepted: a JSON object on one line")
        return {}
