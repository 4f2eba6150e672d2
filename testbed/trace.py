"""The trace: what happened to a prompt, when by the link's clock and when by the wall's."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class TraceEvent:
    """One event; `name` is a milestone of the journey, `source` the program that saw it."""

    prompt_id: str
    name: str
    link_time_s: float
    wall_time_s: float
    source: str
    detail: dict[str, Any] = field(default_factory=dict)


class Trace:
    """The events of a run in the order of link time."""

    def __init__(self) -> None:
        self._events: list[TraceEvent] = []

    def add(self, event: TraceEvent) -> None:
        """Take an event, from whichever program it comes."""
        self._events.append(event)

    def of(self, prompt_id: str) -> list[TraceEvent]:
        """Return a prompt's events by link time; of equal times, as they came."""
        return sorted((e for e in self._events if e.prompt_id == prompt_id), key=lambda e: e.link_time_s)

    def named(self, name: str) -> list[TraceEvent]:
        """Return all events of a name, of any prompt, as they came."""
        return [event for event in self._events if event.name == name]

    def first(self, prompt_id: str, name: str) -> TraceEvent | None:
        """Return the first event of a name, or None."""
        return next((e for e in self.of(prompt_id) if e.name == name), None)

    def last(self, prompt_id: str, name: str) -> TraceEvent | None:
        """Return the last event of a name, or None."""
        return next((e for e in reversed(self.of(prompt_id)) if e.name == name), None)
