"""What ``testbed orbit`` wrote down, as a run of many prompts: no link, and no word before the last."""

from itertools import pairwise
from typing import Any

from pydantic import Field

from testbed.compare.record_table import Count, RecordTable, read_table
from testbed.compare.run import PHASES, TO_SPACECRAFT, WORKING, Prompt, Run
from testbed.latency import ratio
from testbed.measure import E2E, ENERGY, ENERGY_PER_TOKEN, GOODPUT_TOKENS, INFERENCE

_PHASES = (TO_SPACECRAFT, "waiting on board", WORKING, "last downlink")
"""Between asked, on board, begun, ended and down."""


class AnswerTable(RecordTable):
    """What became of a prompt."""

    asked_s: float
    on_board_s: float | None = None
    begun_s: float | None = None
    ended_s: float | None = None
    down_s: float | None = None
    tokens: Count
    energy_j: float | None = None
    joules_per_token: float | None = None


class OrbitTable(RecordTable):
    """The object that ``testbed orbit --json`` prints."""

    study: str
    station: str
    start_utc: str
    seed: int
    energy_source: str
    answers: list[AnswerTable] = Field(min_length=1)


def orbit_run(content: dict[str, Any], path: str) -> Run:
    """Return the run of a record. Raises ScenarioError naming file and field."""
    record = read_table(content, OrbitTable, path)
    return Run(
        path=path,
        rig="orbit",
        scenario=record.study,
        seed=record.seed,
        profile=None,
        station=record.station,
        start_utc=record.start_utc,
        prompts=[_prompt(answer) for answer in record.answers],
        energy_source=record.energy_source or None,
    )


def _prompt(answer: AnswerTable) -> Prompt:
    moments_s = (answer.asked_s, answer.on_board_s, answer.begun_s, answer.ended_s, answer.down_s)
    spans_s = [None if a is None or b is None else b - a for a, b in pairwise(moments_s)]
    phases = {PHASES[name].name: span_s for name, span_s in zip(_PHASES, spans_s, strict=True) if span_s is not None}
    whole_s = None if answer.down_s is None else answer.down_s - answer.asked_s
    figures = {
        E2E.name: whole_s,
        INFERENCE.name: spans_s[_PHASES.index(WORKING)],
        GOODPUT_TOKENS.name: ratio(answer.tokens, whole_s),
        ENERGY.name: answer.energy_j,
        ENERGY_PER_TOKEN.name: answer.joules_per_token,
    }
    known = {name: value for name, value in figures.items() if value is not None}
    samples = {name: (value,) for name, value in {**phases, **known}.items()}
    return Prompt(whole_s is not None, samples, tuple(phases))
