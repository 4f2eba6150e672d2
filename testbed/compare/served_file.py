"""What a served station told, as a run of all prompts that it was asked: as much of a journey as the ground sees."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import Field

from ground.errors import RequestError
from ground.gateway.events_file import read_events
from protocol.journey import Milestone
from testbed.compare.record_table import Count, RecordTable, Seconds, mistake_in, read_table
from testbed.compare.run import ON_THE_LINK, PHASES, Prompt, Run
from testbed.latency import e2e_s, itl_s, octets, ratio, ttft_s
from testbed.measure import E2E, ENERGY, ENERGY_PER_TOKEN, GOODPUT_OCTETS, GOODPUT_TOKENS, INFERENCE, ITL, TTFT
from testbed.timeline import phases_of
from testbed.trace import TraceEvent

_SAME_CLOCK_S = 1.0
"""Link time that goes back by more began anew: the station did, and not in the place of one that was killed."""


class StationTable(RecordTable):
    """What a station says of itself when it begins."""

    profile: str
    start_utc: str | None = None


class DetailTable(RecordTable):
    """What is read of a milestone's detail."""

    index: Count | None = None
    completion_tokens: Count = 0
    inference_s: Seconds = 0.0
    waited_s: Seconds | None = None
    prefill_s: Seconds | None = None
    energy_j: float | None = None


class MilestoneTable(RecordTable):
    """A milestone of a prompt."""

    name: str
    prompt_id: str
    link_time_s: float
    wall_time_s: float
    detail: DetailTable = Field(default_factory=DetailTable)


class TextTable(RecordTable):
    """Words of an answer, from a character of it on."""

    prompt_id: str
    at: Count
    text: str


@dataclass(slots=True)
class _Told:
    """What was told of a prompt."""

    events: list[TraceEvent] = field(default_factory=list)
    """By one clock: those of before it began anew are dropped."""
    answer: str = ""
    end: DetailTable | None = None


def served_run(path: Path) -> Run:
    """Return the run of a file of events. Raises ScenarioError naming file and field."""
    mistake = mistake_in(str(path))
    station, told = StationTable(profile=""), dict[str, _Told]()
    clock_s = 0.0
    for event in _events(path):
        match event["event"]:
            case "station":
                station = read_table(event, StationTable, str(path))
            case "milestone":
                milestone = read_table(event, MilestoneTable, str(path))
                if milestone.link_time_s < clock_s - _SAME_CLOCK_S:
                    _drop_times(told.values())
                clock_s = milestone.link_time_s
                _take(told.setdefault(milestone.prompt_id, _Told()), milestone)
            case "text":
                words = read_table(event, TextTable, str(path))
                prompt = told.setdefault(words.prompt_id, _Told())
                prompt.answer = prompt.answer[: words.at] + words.text
    if not told:
        raise mistake(
            "events", "none of a prompt", "a file that 'ground serve --events' kept, with at least one prompt"
        )
    prompts = [_prompt(each) for each in told.values()]
    return Run(str(path), "served", None, None, station.profile or None, None, station.start_utc, prompts)


def _events(path: Path) -> Iterator[dict[str, Any]]:
    try:
        yield from read_events(path)
    except RequestError as error:
        raise mistake_in(str(path))(error.field, error.value, error.accepted) from None


def _drop_times(told: Iterable[_Told]) -> None:
    for prompt in told:
        if prompt.end is None:
            prompt.events.clear()


def _take(prompt: _Told, told: MilestoneTable) -> None:
    detail = {} if told.detail.index is None else {"index": told.detail.index}
    if told.name != Milestone.SEGMENT_RECEIVED.value or detail:
        prompt.events.append(
            TraceEvent(told.prompt_id, told.name, told.link_time_s, told.wall_time_s, "ground", detail)
        )
    if told.name == Milestone.DONE.value:
        prompt.end = told.detail


def _prompt(told: _Told) -> Prompt:
    if told.end is None:
        return Prompt(False, _waiting(told.events), ())
    whole_s = e2e_s(told.events)
    figures = {
        TTFT.name: ttft_s(told.events),
        E2E.name: whole_s,
        GOODPUT_TOKENS.name: ratio(told.end.completion_tokens, whole_s),
        GOODPUT_OCTETS.name: ratio(octets(told.answer), whole_s),
        INFERENCE.name: told.end.inference_s,
        ENERGY.name: told.end.energy_j,
        ENERGY_PER_TOKEN.name: ratio(told.end.energy_j, told.end.completion_tokens),
    }
    spans = _spans(told.events, told.end, whole_s)
    known = {name: (value,) for name, value in (figures | spans).items() if value is not None}
    return Prompt(True, {**known, ITL.name: tuple(itl_s(told.events))}, tuple(spans))


def _waiting(events: list[TraceEvent]) -> dict[str, tuple[float, ...]]:
    return {PHASES[phase.name].name: (phase.duration_s,) for phase in phases_of(events)}


def _spans(events: list[TraceEvent], end: DetailTable, whole_s: float | None) -> dict[str, float]:
    """Return what E2E went into: the wait that was seen, what the spacecraft tells of its own, and the rest."""
    if whole_s is None or end.waited_s is None or end.prefill_s is None:
        return {}
    waiting_s = sum(phase.duration_s for phase in phases_of(events))
    on_board = {"waiting on board": end.waited_s, "prefill": end.prefill_s}
    on_board["generation"] = max(0.0, end.inference_s - end.prefill_s)
    rest_s = max(0.0, whole_s - waiting_s - sum(on_board.values()))
    spans = {"waiting for the link": waiting_s, **on_board, ON_THE_LINK: rest_s}
    return {PHASES[name].name: value for name, value in spans.items()}
