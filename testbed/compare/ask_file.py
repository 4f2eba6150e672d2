"""What ``testbed ask`` wrote down, as a run."""

from typing import Any

from pydantic import Field, model_validator

from edge.checked_toml import TableError
from protocol.journey import Milestone
from testbed.compare.record_table import Count, RecordTable, Seconds, read_table
from testbed.compare.run import PHASES, Leg, Prompt, Run
from testbed.latency import e2e_s, itl_s, octets, ratio, ttft_s
from testbed.measure import (
    E2E,
    ENERGY,
    ENERGY_PER_TOKEN,
    GOODPUT_OCTETS,
    GOODPUT_TOKENS,
    INFERENCE,
    ITL,
    OVERHEAD,
    TTFT,
)
from testbed.timeline import phases_of
from testbed.trace import TraceEvent


class EventTable(RecordTable):
    """An event of the timeline."""

    event: str
    link_time_s: float
    wall_time_s: float
    index: Count | None = None

    @model_validator(mode="after")
    def _segments_have_numbers(self) -> "EventTable":
        if self.event == Milestone.SEGMENT_RECEIVED.value and self.index is None:
            raise TableError("index", None, "the number of the segment")
        return self


class UsageTable(RecordTable):
    """Tokens."""

    completion_tokens: Count


class LatencyTable(RecordTable):
    """What cannot be had from the timeline."""

    inference_s: Seconds
    overhead_ratio: Seconds | None = None


class EnergyTable(RecordTable):
    """Energy, where it was measured."""

    source: str | None = None
    energy_j: float | None = None
    j_per_token: float | None = None


class LegTable(RecordTable):
    """One direction of the link."""

    frames_sent: Count
    frames_lost: Count
    retransmissions: Count
    eb_n0_db_predicted: float | None = None
    eb_n0_db_measured: float | None = None

    @model_validator(mode="after")
    def _no_more_lost_than_sent(self) -> "LegTable":
        if self.frames_lost > self.frames_sent:
            raise TableError("frames_lost", self.frames_lost, f"0 to the {self.frames_sent} frames sent")
        return self


class LinkTable(RecordTable):
    """Both directions."""

    uplink: LegTable
    downlink: LegTable


class AskTable(RecordTable):
    """The object that ``testbed ask --json`` prints; older ones lack what has a default here."""

    prompt_id: str
    answer: str
    timeline: list[EventTable]
    usage: UsageTable
    latency: LatencyTable
    link: LinkTable
    rig: str
    scenario: str
    seed: int
    energy: EnergyTable = Field(default_factory=EnergyTable)
    profile: str | None = None
    station: str | None = None
    start_utc: str | None = None


def ask_run(content: dict[str, Any], path: str) -> Run:
    """Return the run of a record. Raises ScenarioError naming file and field."""
    record = read_table(content, AskTable, path)
    legs = {"uplink": record.link.uplink, "downlink": record.link.downlink}
    return Run(
        path=path,
        rig=record.rig,
        scenario=record.scenario,
        seed=record.seed,
        profile=record.profile,
        station=record.station,
        start_utc=record.start_utc,
        prompts=[_prompt(record)],
        legs={name: Leg(**leg.model_dump()) for name, leg in legs.items()},
        energy_source=record.energy.source,
    )


def _prompt(record: AskTable) -> Prompt:
    events = sorted(_events(record), key=lambda event: event.link_time_s)
    phases = {PHASES[phase.name].name: phase.duration_s for phase in phases_of(events)}
    known = {**phases, **_figures(record, events)}
    samples: dict[str, tuple[float, ...]] = {name: (value,) for name, value in known.items() if value is not None}
    answered = e2e_s(events) is not None
    if answered:
        samples[ITL.name] = tuple(itl_s(events))
    return Prompt(answered, samples, tuple(phases))


def _figures(record: AskTable, events: list[TraceEvent]) -> dict[str, float | None]:
    whole_s = e2e_s(events)
    return {
        TTFT.name: ttft_s(events),
        E2E.name: whole_s,
        GOODPUT_TOKENS.name: ratio(record.usage.completion_tokens, whole_s),
        GOODPUT_OCTETS.name: ratio(octets(record.answer), whole_s),
        INFERENCE.name: record.latency.inference_s if whole_s is not None else None,
        OVERHEAD.name: record.latency.overhead_ratio,
        ENERGY.name: record.energy.energy_j,
        ENERGY_PER_TOKEN.name: record.energy.j_per_token,
    }


def _events(record: AskTable) -> list[TraceEvent]:
    """The events as the run's own trace had them; which program saw them is not written down."""
    return [
        TraceEvent(record.prompt_id, each.event, each.link_time_s, each.wall_time_s, "", {"index": each.index})
        for each in record.timeline
    ]
