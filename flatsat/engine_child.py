"""The process that an engine runs in, as its parent holds it."""

from __future__ import annotations

import contextlib
import errno
import json
import os
import signal
import subprocess
from collections.abc import Sequence
from typing import Any

_READ_OCTETS = 1 << 16
_STOP_S = 3.0


class EngineChild:
    """A child process: commands go in as JSON lines, events come out as JSON lines, and no call waits but `close`.

    What it writes to standard error goes to ours. It ends when its standard input closes, so it cannot outlive us,
    however we end. Raises OSError if it cannot be started.
    """

    def __init__(self, command: Sequence[str]) -> None:
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            bufsize=0,
            start_new_session=True,  # a Ctrl-C is ours to handle
        )
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._stdin, self._stdout = self._process.stdin, self._process.stdout
        for pipe in (self._stdin, self._stdout):
            os.set_blocking(pipe.fileno(), False)
        self._unsent = b""
        self._begun = b""

    @property
    def pid(self) -> int:
        """The process's number."""
        return self._process.pid

    @property
    def ended(self) -> bool:
        """Whether the process is gone."""
        return self._process.poll() is not None

    @property
    def congested(self) -> bool:
        """Whether commands wait because the process does not read them."""
        return bool(self._unsent)

    def send(self, command: str, **fields: object) -> None:
        """Send a command; what the pipe cannot take now goes with the next `receive`."""
        self._unsent += json.dumps({"command": command, **fields}).encode() + b"\n"
        self._flush()

    def receive(self) -> list[dict[str, Any]]:
        """Return the events that have come since the last call."""
        self._flush()
        *lines, self._begun = (self._begun + self._read()).split(b"\n")
        return [event for line in lines if (event := _event(line))]

    def kill(self) -> None:
        """End the process at once; it is `ended` a moment later."""
        self._process.kill()

    def cause_of_end(self) -> str:
        """Return in words why the process ended."""
        status = self._process.returncode
        if status is not None and status < 0:
            return signal.Signals(-status).name
        return "out of memory" if status == errno.ENOMEM else f"exit status {status}"

    def close(self) -> None:
        """Have the process end, by force if it takes too long, and wait for that."""
        with contextlib.suppress(BrokenPipeError):
            self._stdin.close()
        try:
            self._process.wait(_STOP_S)
        except subprocess.TimeoutExpired:
            self.kill()
            self._process.wait()
        self._stdout.close()

    def _flush(self) -> None:
        try:
            while self._unsent:
                self._unsent = self._unsent[os.write(self._stdin.fileno(), self._unsent) :]
        except BlockingIOError:
            return
        except BrokenPipeError:
            self._unsent = b""

    def _read(self) -> bytes:
        """Return all that is in the pipe."""
        data = b""
        with contextlib.suppress(BlockingIOError):
            while part := os.read(self._stdout.fileno(), _READ_OCTETS):
                data += part
        return data


def _event(line: bytes) -> dict[str, Any] | None:
    """Return a line's event; None for one that was cut off."""
    try:
        event = json.loads(line)
    except ValueError:
        return None
    return event if isinstance(event, dict) and "event" in event else None
