"""A prompt's journey as people read it: its milestones line by line, and the phases that its time went into."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from edge.printable import printable
from linkbudget.doppler import propagation_delay_s
from protocol.journey import Milestone
from testbed.record import LegRecord, RunRecord
from testbed.trace import TraceEvent

_PHASES = (
    ("waiting for the link", "ground", Milestone.QUEUED, Milestone.UPLINK_FIRST_SAMPLE),
    ("uplink", "link", Milestone.UPLINK_FIRST_SAMPLE, Milestone.PROMPT_RECEIVED),
    ("waiting on board", "flatsat", Milestone.PROMPT_RECEIVED, Milestone.INFERENCE_STARTED),
    ("prefill", "flatsat", Milestone.INFERENCE_STARTED, Milestone.PREFILL_DONE),
    ("generation", "flatsat", Milestone.PREFILL_DONE, Milestone.INFERENCE_DONE),
    ("last downlink", "link", Milestone.INFERENCE_DONE, Milestone.DONE),
    ("refusal's downlink", "link", Milestone.REFUSED, Milestone.REFUSED),
)
"""Name, place, first event, last event: in this order they follow one another without a gap. A refusal is seen twice,
on board and on the ground."""

PHASE_NAMES = tuple(name for name, *_ in _PHASES)

_GROUPED = {
    Milestone.TOKEN: ("token", ""),
    Milestone.SEGMENT_SENT: ("segment", " sent"),
    Milestone.SEGMENT_RECEIVED: ("segment", " received"),
}
_MOST_RUNS = 3


@dataclass(frozen=True, slots=True)
class Phase:
    """A span of the journey, in seconds of link time."""

    name: str
    where: str
    start_s: float
    end_s: float
    wall_s: float
    """How long it took by the wall's clock, which goes slower or faster than the link's."""

    @property
    def duration_s(self) -> float:
        """How long it took by the link's clock."""
        return self.end_s - self.start_s


@dataclass(frozen=True, slots=True)
class Row:
    """A milestone, or several of a kind and the last one's times: since the first event, and since the row before."""

    event: str
    where: str
    link_s: float
    delta_s: float
    wall_s: float
    detail: str


def origin_s(record: RunRecord) -> float:
    """Return the link time from which a run's figures count: that of its first event, or of its first burst."""
    times = [event.link_time_s for event in record.events[:1]]
    bursts = [burst.started_s for leg in (record.uplink, record.downlink) for burst in leg.bursts]
    return min(times or bursts or [0.0])


def moment_s(record: RunRecord, milestone: Milestone, last: bool = False) -> float | None:
    """Return the link time of the first event of a name, or of the last, or None."""
    event = _event(record.events, milestone, last)
    return event.link_time_s if event else None


def phases(record: RunRecord) -> list[Phase]:
    """Return the phases of which the run shows both ends."""
    return phases_of(record.events)


def phases_of(events: Sequence[TraceEvent]) -> list[Phase]:
    """Return the phases of which a prompt's events, by link time, show both ends."""
    found = []
    for name, where, first, last in _PHASES:
        start, end = _event(events, first), _event(events, last, last=last is first)
        if start and end and start is not end and start.link_time_s <= end.link_time_s:
            wall_s = end.wall_time_s - start.wall_time_s
            found.append(Phase(name, where, start.link_time_s, end.link_time_s, wall_s))
    return found


def light_time_s(record: RunRecord) -> float | None:
    """Return the time that light took up with the prompt and down with the last word, or None without an answer."""
    up_s, down_s = moment_s(record, Milestone.UPLINK_FIRST_SAMPLE), moment_s(record, Milestone.DONE)
    if up_s is None or down_s is None:
        return None
    return _light_s(record.uplink, up_s) + _light_s(record.downlink, down_s)


def tokens_per_s(record: RunRecord) -> float | None:
    """Return the rate of the tokens after the first, or None of fewer than two."""
    tokens = [e for e in record.events if e.name in (Milestone.FIRST_TOKEN.value, Milestone.TOKEN.value)]
    span_s = tokens[-1].link_time_s - tokens[0].link_time_s if tokens else 0.0
    return (len(tokens) - 1) / span_s if span_s > 0 else None


def rows(record: RunRecord) -> list[Row]:
    """Return a run's milestones in the order of link time, with tokens, segments and repetitions one row a kind."""
    groups: dict[object, list[TraceEvent]] = {}
    for number, event in enumerate(record.events):
        kind = _kind(event, number)
        groups[kind] = [*groups.pop(kind, []), event]  # taken out and put back: a row stands where its last event was
    found: list[Row] = []
    for group in groups.values():
        found.append(_row(group, record.events[0], found[-1].link_s if found else 0.0))
    return found


def _event(events: Sequence[TraceEvent], milestone: Milestone, last: bool = False) -> TraceEvent | None:
    named = [event for event in events if event.name == milestone.value]
    return named[-1 if last else 0] if named else None


def _light_s(leg: LegRecord, time_s: float) -> float:
    return float(propagation_delay_s(float(np.interp(time_s, leg.time_s, leg.range_m))))


def _kind(event: TraceEvent, number: int) -> object:
    """Events of the same kind share a row."""
    if event.name in _GROUPED:
        return event.name, bool(event.detail.get("again"))
    return "again" if event.detail.get("transmission", 1) > 1 else number


def _row(group: list[TraceEvent], first: TraceEvent, before_s: float) -> Row:
    last = group[-1]
    link_s = last.link_time_s - first.link_time_s
    return Row(
        event=_title(group),
        where=last.source,
        link_s=link_s,
        delta_s=link_s - before_s,
        wall_s=last.wall_time_s - first.wall_time_s,
        detail=_detail(group, first),
    )


def _title(group: list[TraceEvent]) -> str:
    event = group[0]
    name, detail = Milestone(event.name), event.detail
    if name in _GROUPED:
        noun, rest = _GROUPED[name]
        title = f"{noun}{'s' if len(group) > 1 else ''} {_runs(_number(e.detail) for e in group)}{rest}"
        return title + " again" if detail.get("again") else title
    if detail.get("transmission", 1) > 1:
        return f"prompt sent again, {_runs(e.detail['transmission'] for e in group)}"
    return "AOS" if name is Milestone.AOS else event.name.replace("_", " ")


def _number(detail: dict[str, Any]) -> int:
    """Tokens are counted from 1, and so are segments where people read of them."""
    return int(detail["n"] if "n" in detail else detail["index"] + 1)


def _runs(numbers: Iterable[int]) -> str:
    """Write numbers as ranges: 1-5, 8."""
    ordered = np.unique(list(numbers))
    runs = np.split(ordered, np.flatnonzero(np.diff(ordered) > 1) + 1)
    if len(runs) > _MOST_RUNS:
        return f"{len(ordered)} of {ordered[0]}-{ordered[-1]}"
    return ", ".join(f"{run[0]}-{run[-1]}" if len(run) > 1 else str(run[0]) for run in runs)


def _detail(group: list[TraceEvent], first: TraceEvent) -> str:
    """Return what else is known of a row's events."""
    known = group[-1].detail
    if len(group) > 1:
        return f"from {group[0].link_time_s - first.link_time_s:.3f} s{_amount(group)}"
    if "text" in known:
        return repr(known["text"])
    if "prompt_tokens" in known and group[0].name == Milestone.PREFILL_DONE.value:
        return f"{known['prompt_tokens']} prompt tokens"
    if "reason" in known:
        return printable(": ".join(filter(None, (known["reason"], known.get("detail")))))
    if group[0].name == Milestone.INFERENCE_DONE.value:
        return printable(", ".join(filter(None, (known["finish_reason"], known["detail"]))))
    return ""


def _amount(group: list[TraceEvent]) -> str:
    span_s = group[-1].link_time_s - group[0].link_time_s
    if group[0].name == Milestone.TOKEN.value and span_s > 0:
        return f", {(len(group) - 1) / span_s:.1f} tokens/s"
    characters = sum(event.detail.get("characters", 0) for event in group)
    return f", {characters} characters" if characters else ""
