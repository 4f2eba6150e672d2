"""A program of the rig: a child process that speaks JSON lines."""

import contextlib
import json
import queue
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

from testbed.errors import RigError, SettingsError

_STOP_S = 5.0
_USER_MISTAKE = 2


class Child:
    """A child process; its events are read by a thread of ours, its errors kept for the message if it dies.

    It stops by itself when its standard input closes, so it cannot outlive us, however we end.
    """

    def __init__(self, name: str, module: str, arguments: list[str], errors: Path) -> None:
        self.name = name
        self._errors = errors
        self._events: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()
        with errors.open("wb") as stderr:
            self._process = subprocess.Popen(
                [sys.executable, "-c", f"import sys; from {module} import main; sys.exit(main())", *arguments],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=stderr,
                start_new_session=True,  # a Ctrl-C is ours to handle: the child is told, not hit
            )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def command(self, name: str, **fields: Any) -> None:
        """Send a command. Raise RigError or SettingsError if the child has ended."""
        line = json.dumps({"command": name, **fields}) + "\n"
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
        if not found and self._process.poll() is not None and self._events.empty():
            raise self._ended()
        return found

    def wait_for(self, event: str, timeout_s: float) -> tuple[dict[str, Any], list[dict[str, Any]]]:
        """Return the first event of a name, and those that came before it. Raise if it does not come."""
        before: list[dict[str, Any]] = []
        deadline = time.monotonic() + timeout_s
        while time.monotonic() < deadline:
            try:
                found = self._checked(self._events.get(timeout=0.1))
            except queue.Empty:
                if self._process.poll() is not None and self._events.empty():
                    raise self._ended() from None
                continue
            if found["event"] == event:
                return found, before
            before.append(found)
        raise RigError(f"{self.name} did not say {event!r} within {timeout_s:g} s")

    def raise_if_ended(self) -> None:
        """Raise if the child has ended; its events stay where they are."""
        if self._process.poll() is not None:
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
        self._reader.join()

    def _checked(self, event: dict[str, Any]) -> dict[str, Any]:
        if event["event"] == "error":
            try:
                status = self._process.wait(_STOP_S)
            except subprocess.TimeoutExpired:
                status = None
            kind = SettingsError if status == _USER_MISTAKE else RigError
            raise kind(event["message"])
        return event

    def _ended(self) -> Exception:
        status = self._process.wait()
        lines = self._errors.read_text(errors="replace").strip().splitlines()
        said = lines[-1] if lines else f"exit status {status}"
        if status == _USER_MISTAKE:
            return SettingsError(said)
        return RigError(f"{self.name} ended: {said}")

    def _read(self) -> None:
        stdout = self._process.stdout
        assert stdout is not None
        with stdout:
            for line in stdout:
                self._events.put(json.loads(line))
