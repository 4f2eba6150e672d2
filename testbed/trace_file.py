"""A run as Chrome trace events: the file opens in Perfetto (ui.perfetto.dev) and in chrome://tracing.

Times are microseconds of link time; what the wall's clock showed stands in the arguments of each event.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from itertools import pairwise
from pathlib import Path
from typing import Any

from protocol.journey import Milestone
from testbed.record import LegRecord, RunRecord
from testbed.timeline import moment_s, phases
from testbed.trace import TraceEvent

_PROCESSES = {"ground": 1, "flatsat": 2, "link": 3}
_TOKENS = (Milestone.FIRST_TOKEN.value, Milestone.TOKEN.value)
_GENERATED = (Milestone.PREFILL_DONE.value, *_TOKENS)


@dataclass(frozen=True, slots=True)
class _Span:
    """Something on a track of a process; an instant has no end."""

    process: str
    track: str
    name: str
    start_s: float
    end_s: float | None = None
    args: dict[str, Any] = field(default_factory=dict)


def write_trace(record: RunRecord, path: Path) -> None:
    """Write a run's trace file. Raise OSError if it cannot be written."""
    trace = {
        "traceEvents": trace_events(record),
        "displayTimeUnit": "ms",
        "otherData": {
            "rig": record.rig,
            "scenario": record.scenario,
            "start_utc": record.start_utc,
            "seed": record.seed,
            "prompt_id": record.outcome.prompt_id,
        },
    }
    path.write_text(json.dumps(trace, default=str), encoding="utf-8")


def trace_events(record: RunRecord) -> list[dict[str, Any]]:
    """Return a run's trace events: the names of processes and tracks ("M"), spans ("X") and instants ("i").

    The spans of one track follow one another or lie within one another.
    """
    spans = [
        *_journey_spans(record),
        *_token_spans(record.events),
        *_in_lanes(_segment_spans(record.events)),
        *_in_lanes(_burst_spans(record.uplink)),
        *_in_lanes(_burst_spans(record.downlink)),
        *_instants(record.events),
    ]
    threads = {track: number for number, track in enumerate(dict.fromkeys((s.process, s.track) for s in spans), 1)}
    events = [_name("process_name", _PROCESSES[process], 0, process) for process in _PROCESSES]
    events += [_name("thread_name", _PROCESSES[process], tid, track) for (process, track), tid in threads.items()]
    return events + [_event(span, threads[span.process, span.track]) for span in spans]


def _journey_spans(record: RunRecord) -> list[_Span]:
    """The whole journey and, within it, its phases; those on board stand on the flatsat's own track as well."""
    start_s = moment_s(record, Milestone.QUEUED)
    done_s, refused_s = moment_s(record, Milestone.DONE), moment_s(record, Milestone.REFUSED, last=True)
    end_s = refused_s if done_s is None else done_s
    spans = []
    if start_s is not None and end_s is not None:
        args = {"prompt": record.request.text, "answer": record.outcome.answer, **record.latency.to_json()}
        name = "refusal" if done_s is None else "whole answer"
        spans.append(_Span("ground", "prompt", name, start_s, end_s, args))
    for phase in phases(record):
        span = _Span("ground", "prompt", phase.name, phase.start_s, phase.end_s, {"wall_s": phase.wall_s})
        spans.append(span)
        if phase.where == "flatsat":
            spans.append(replace(span, process="flatsat", track="model"))
    return spans


def _token_spans(events: list[TraceEvent]) -> list[_Span]:
    """Each token from the end of the one before it; the first from the end of the prefill."""
    made = [event for event in events if event.name in _GENERATED]
    return [
        _Span(
            "flatsat",
            "tokens",
            event.detail["text"] or "(no text)",
            before.link_time_s,
            event.link_time_s,
            _args(event),
        )
        for before, event in pairwise(made)
        if event.name in _TOKENS
    ]


def _segment_spans(events: list[TraceEvent]) -> list[_Span]:
    """Each segment from when it was handed to the link, the first time, to when the ground had it."""
    sent: dict[int, TraceEvent] = {}
    spans = []
    for event in events:
        if event.name == Milestone.SEGMENT_SENT.value:
            sent.setdefault(event.detail["index"], event)
        if event.name == Milestone.SEGMENT_RECEIVED.value and event.detail["index"] in sent:
            first = sent.pop(event.detail["index"])
            name, args = f"segment {event.detail['index']}", {**_args(first), **_args(event)}
            spans.append(_Span("link", "segments", name, first.link_time_s, event.link_time_s, args))
    return spans


def _burst_spans(leg: LegRecord) -> list[_Span]:
    return [
        _Span(
            "link",
            f"{leg.name} bursts",
            "frame" if burst.decoded else "not decoded",
            burst.started_s,
            burst.ended_s,
            {
                "decoded": burst.decoded,
                "corrected": burst.corrected,
                "eb_n0_db_measured": round(burst.eb_n0_db_measured, 2),
                "eb_n0_db_predicted": round(burst.eb_n0_db_predicted, 2),
                "offset_hz_measured": round(burst.offset_hz_measured, 1),
                "doppler_hz_predicted": round(burst.doppler_hz_predicted, 1),
            },
        )
        for burst in leg.bursts
    ]


def _instants(events: list[TraceEvent]) -> list[_Span]:
    return [
        _Span(event.source, "milestones", event.name, event.link_time_s, None, _args(event))
        for event in events
        if event.name not in _TOKENS
    ]


def _args(event: TraceEvent) -> dict[str, Any]:
    return {**event.detail, "wall_time_s": event.wall_time_s}


def _in_lanes(spans: list[_Span]) -> Iterable[_Span]:
    """Put spans that overlap on tracks of their own: viewers draw those of one track only when they nest."""
    free_from_us: list[int] = []
    for span in sorted(spans, key=lambda span: span.start_s):
        start_us, end_us = _us(span.start_s), _us(span.end_s or span.start_s)
        lane = next((n for n, free_us in enumerate(free_from_us) if free_us <= start_us), len(free_from_us))
        free_from_us[lane : lane + 1] = [end_us]
        yield replace(span, track=f"{span.track} ({lane + 1})") if lane else span


def _event(span: _Span, tid: int) -> dict[str, Any]:
    event = {
        "name": span.name,
        "cat": span.track,
        "ts": _us(span.start_s),
        "pid": _PROCESSES[span.process],
        "tid": tid,
        "args": span.args,
    }
    if span.end_s is None:
        return {**event, "ph": "i", "s": "t"}  # an instant of its track ("thread")
    return {**event, "ph": "X", "dur": _us(span.end_s) - _us(span.start_s)}


def _us(time_s: float) -> int:
    """Whole microseconds: the ends of spans that meet are then the same number."""
    return round(time_s * 1e6)


def _name(kind: str, pid: int, tid: int, name: str) -> dict[str, Any]:
    return {"name": kind, "ph": "M", "ts": 0, "pid": pid, "tid": tid, "args": {"name": name}}
