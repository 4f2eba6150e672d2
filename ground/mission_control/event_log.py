"""The log of a station: one JSON object a line for each event that an operator may look for later."""

import json
import sys
from collections.abc import Callable
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from edge.command_line import finite
from ground.gateway.desk import Event
from ground.mission_control.rotating_file import RotatingFile
from protocol.journey import Milestone

STANDARD_ERROR = "-"

# What is not logged comes many times a second, or is what a person or the model wrote.
_LEVELS = {
    "ready": "info",
    "station": "info",
    "milestone": "info",
    "uplink": "info",
    "tuned": "info",
    "model_sent": "info",
    "model": "info",
    "rejected": "warning",
    "warning": "warning",
    "error": "error",
}
_ENVELOPE = ("event", "wall_time_s", "link_time_s", "prompt_id", "detail")
_NOT_LOGGED = ("text",)


class EventLog:
    """Writes events to a file, or to standard error for `-`."""

    def __init__(self, target: str, warn: Callable[[str], None]) -> None:
        """``warn`` is told once that lines are being lost. Raises RequestError for a file that cannot be written."""
        self._file = None if target == STANDARD_ERROR else RotatingFile(Path(target))
        self._warn = warn
        self._link_time_s: float | None = None
        self._is_losing = False

    def take(self, event: Event) -> None:
        """Log an event, if it is of those that are logged."""
        self._link_time_s = event.get("link_time_s", self._link_time_s)
        if line := log_line(event, self._link_time_s):
            self._write(line)

    def close(self) -> None:
        """Close the file."""
        if self._file:
            self._file.close()

    def _write(self, line: str) -> None:
        try:
            if self._file:
                self._file.write(line)
            else:
                sys.stderr.write(line + "\n")
                sys.stderr.flush()
            self._is_losing = False
        except (OSError, ValueError) as error:  # ValueError: standard error is closed
            was_losing, self._is_losing = self._is_losing, True
            if not was_losing:
                self._warn(f"the log cannot be written: {error}")


def log_line(event: Event, link_time_s: float | None) -> str | None:
    """Return an event's line, without its end; None for one that is not logged.

    `time` (UTC by the station's wall clock), `level`, `event`, `link_time_s` and `prompt_id` (null for what is of none)
    are in each line, first; what else the event says follows. It is plain ASCII: whatever an event holds, it is a line.
    """
    level = _LEVELS.get(event["event"])
    if level is None:
        return None
    said = {name: value for name, value in event.items() if name not in _ENVELOPE}
    if isinstance(detail := event.get("detail"), dict):
        said |= {name: value for name, value in detail.items() if name not in said}
    record: dict[str, Any] = {
        "time": datetime.fromtimestamp(event["wall_time_s"], timezone.utc).isoformat(timespec="milliseconds"),
        "level": "warning" if said.get("name") == Milestone.REFUSED.value else level,
        "event": event["event"],
        "link_time_s": event.get("link_time_s", link_time_s),
        "prompt_id": event.get("prompt_id"),
    }
    return json.dumps(finite(record | {name: value for name, value in said.items() if name not in _NOT_LOGGED}))
