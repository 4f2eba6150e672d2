"""A program of the rig: a child process that speaks JSON lines."""

import contextlib
import json
import queue
import signal
import subprocess
import threading
from pathlib import Path
from typing import Any

from testbed.bench.far_folder import command_line
from testbed.errors import RigError, SettingsError

_STOP_S = 5.0
_USER_MISTAKE = 2


class Child:
    """A child process; its events are read by a thread of ours, its errors kept for the message if it dies.

    It stops by itself when its standard input closes, so it cannot outlive us, however we end.
    """

    def __init__(self, name: str, module: str, arguments: list[str], errors: Path, python: list[str]) -> None:
        """Take what runs Python: an interpreter here, or a command that does on another machine."""
        self.name = name
        self._errors = errors
        self._events: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()
        self._ready = False
        program = f"from edge.entry_point import enter; enter({name!r}, {module!r})"
        with errors.open("wb") as stderr:
            self._process = subprocess.Popen(
                command_line(python, ["-c", program, *arguments]),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=stderr,
                start_new_session=True,  # a Ctrl-C is ours to handle: the child is told, not hit
            )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    @property
    def pid(self) -> int:
        """The process's number."""
        return self._process.pid

    def command(self, command: str, /, **fields: Any) -> None:
        """Send a command. Raise RigError or SettingsError if the child has ended."""
        line = json.dumps({"command": command, **fields}) + "\n"
        stdin = self._process.stdin
        try:
            assert stdin is not None
            stdin.write(line.encode())
            stdin.flush()
        except (BrokenPipeError, ValueError):
            raise self._ended() from None

    def events(self) -> list[dict[str, Any]]:
        """Return the events that have come since the last call. Raise if the child has ended or reports an error."""
        found: list[dict[str, Any]] = []
        while not self._events.empty():
            found.append(self._checked(self._events.get()))
        if not found and self._silenced():
            raise self._ended()
        return found

    def kill(self) -> None:
        """End the child at once, by SIGKILL."""
        self._process.kill()

    def last_words(self) -> list[dict[str, Any]]:
        """Return the events that a child had said before it was killed."""
        self.wait()
        self.close_input()
        found = []
        while not self._events.empty():
            found.append(self._events.get())
        return found

    def raise_if_ended(self) -> None:
        """Raise if the child has ended; its events stay where they are."""
        if self._process.poll() is not None:
            self._reader.join(_STOP_S)
            self.events()
            raise self._ended()

    def close_input(self) -> None:
        """Tell the child to stop."""
        if self._process.stdin is not None:
            with contextlib.suppress(BrokenPipeError):
                self._process.stdin.close()

    def wait(self) -> None:
        """Wait until the child has ended; if it does not by itself, end it."""
        try:
            self._process.wait(_STOP_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._reader.join(_STOP_S)

    def _silenced(self) -> bool:
        """Whether the child has ended and all that it said has been taken."""
        if self._process.poll() is None:
            return False
        self._reader.join(_STOP_S)  # its last words may still be on their way through the pipe
        return self._events.empty()

    def _checked(self, event: dict[str, Any]) -> dict[str, Any]:
        if event["event"] == "error":
            kind = SettingsError if self._refused(self._status()) else RigError
            raise kind(event["message"])
        self._ready = self._ready or event["event"] == "ready"
        return event

    def _ended(self) -> Exception:
        status = self._status()
        if status is not None and status < 0:  # what it said before has nothing to do with its end
            return RigError(f"{self.name} was ended by {signal.Signals(-status).name}")
        lines = self._errors.read_text(errors="replace").strip().splitlines()
        said = lines[-1] if lines else f"exit status {status}"
        return SettingsError(said) if self._refused(status) else RigError(f"{self.name} ended: {said}")

    def _refused(self, status: int | None) -> bool:
        """Whether this is the end of a program that could not use its settings: it never became ready."""
        return status == _USER_MISTAKE and not self._ready

    def _status(self) -> int | None:
        """Return the exit status; None if the child goes on for long."""
        try:
            return self._process.wait(_STOP_S)
        except subprocess.TimeoutExpired:
            return None

    def _read(self) -> None:
        stdout = self._process.stdout
        assert stdout is not None
        with stdout:
            for line in stdout:
                if event := _event(line):
                    self._events.put(event)


def _event(line: bytes) -> dict[str, Any] | None:
    """Return a line's event; None for a line cut off by the child's end, or one that a library printed."""
    try:
        event = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return event if isinstance(event, dict) and "event" in event else None
