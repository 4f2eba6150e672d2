"""A comparison as tables of text: the same on the terminal and on the page."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from testbed.compare.budget import Verdict
from testbed.compare.comparison import Comparison
from testbed.compare.difference import OPEN, SAME, Difference
from testbed.compare.run import Leg, Run
from testbed.compare.summary import Summary
from testbed.measure import E2E, ENERGY, ENERGY_PER_TOKEN, GOODPUT_TOKENS, ITL, TTFT, Measure
from testbed.page import NONE, Cell, number

_ENERGIES = (ENERGY, ENERGY_PER_TOKEN)
_FOREMOST = (TTFT, ITL, E2E, GOODPUT_TOKENS, ENERGY_PER_TOKEN)

_LEGS = ("uplink", "downlink")


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table with its title; the columns in ``numbers`` stand to the right."""

    title: str
    headings: Sequence[str]
    lines: list[tuple[str | Cell, ...]]
    numbers: Iterable[int]


def name(number_of_run: int, run: Run) -> str:
    """Return what a run is called beside others."""
    return f"{number_of_run} · {run.rig}"


def overview_sheet(comparison: Comparison) -> Sheet:
    """The medians that matter most; below each how it differs from the first run's."""
    measures = [measure for measure in comparison.measures if measure in _FOREMOST]
    lines: list[tuple[str | Cell, ...]] = [
        (
            name(n, run),
            f"{run.answered} of {len(run.prompts)}",
            *(_beside_first(comparison, run, measure) for measure in measures),
        )
        for n, run in enumerate(comparison.runs, 1)
    ]
    headings = ("run", "answered", *map(_heading, measures))
    return Sheet("Medians over the prompts of each run", headings, lines, numbers=range(1, len(headings)))


def runs_sheet(comparison: Comparison) -> Sheet:
    """What each run was."""
    headings = ("run", "record", "profile", "scenario", "seed", "station", "start", "answered")
    lines: list[tuple[str | Cell, ...]] = [(name(n, run), *_facts(run)) for n, run in enumerate(comparison.runs, 1)]
    return Sheet("Runs", headings, lines, numbers=(4, 7))


def figures_sheet(comparison: Comparison) -> Sheet:
    """Each measure but energy: the median, and the tail where there is more than one sample."""
    return _summaries("What a user waits for", comparison, _figures(comparison))


def phases_sheet(comparison: Comparison) -> Sheet:
    """The same of the spans of the journey."""
    return _summaries("Spans", comparison, comparison.phases)


def energy_sheet(comparison: Comparison) -> Sheet:
    """The same of energy."""
    return _summaries("Energy on board", comparison, [each for each in comparison.measures if each in _ENERGIES])


def differences_sheet(comparison: Comparison) -> Sheet:
    """How each run but the first differs from it, in what can be compared."""
    others = comparison.runs[1:]
    columns = {_heading(each): [comparison.difference(run, each) for run in others] for each in comparison.measures}
    columns |= {f"{leg} FER": [comparison.frame_error_difference(run, leg) for run in others] for leg in _LEGS}
    known = {heading: found for heading, found in columns.items() if any(found)}
    lines: list[tuple[str | Cell, ...]] = [
        (name(n, run), *(_difference(found[n - 2]) for found in known.values())) for n, run in enumerate(others, 2)
    ]
    headings = ("run", *known)
    title = f"Against {name(1, comparison.runs[0])}"
    return Sheet(title, headings, lines, numbers=range(1, len(headings)))


def link_sheet(comparison: Comparison) -> Sheet:
    """What went through each direction of the link."""
    headings = ("run", "", "sent", "lost", "FER", "95 %", "sent again", "Eb/N0 predicted", "measured", "difference")
    lines: list[tuple[str | Cell, ...]] = [
        (name(n, run), leg, *_leg(run.legs[leg])) for n, run in enumerate(comparison.runs, 1) for leg in run.legs
    ]
    return Sheet("Link", headings, lines, numbers=range(2, len(headings)))


def budgets_sheet(comparison: Comparison) -> Sheet:
    """Which run kept to which budget."""
    numbers = {id(run): n for n, run in enumerate(comparison.runs, 1)}
    lines = [_verdict(name(numbers[id(verdict.run)], verdict.run), verdict) for verdict in comparison.verdicts]
    return Sheet("Budgets", ("run", "budget", "found", ""), lines, numbers=())


def _facts(run: Run) -> tuple[str, ...]:
    start = (run.start_utc or NONE).split(".")[0].removesuffix("+00:00").replace("T", " ")
    answered = f"{run.answered} of {len(run.prompts)}"
    seed = NONE if run.seed is None else str(run.seed)
    return _record(run), run.profile or NONE, run.scenario or NONE, seed, run.station or NONE, start, answered


def _record(run: Run) -> str:
    """The folder's name where the record has the name that the testbed gave it."""
    path = Path(run.path)
    return path.parent.name if path.stem in ("run", "orbit", "events") and path.parent.name else path.name


def _figures(comparison: Comparison) -> list[Measure]:
    return [measure for measure in comparison.measures if measure not in _ENERGIES]


def _summaries(title: str, comparison: Comparison, measures: Sequence[Measure]) -> Sheet:
    """A row for each run; below them one for all prompts of all runs."""
    lines: list[tuple[str | Cell, ...]] = [
        (name(n, run), *(_summary(measure, run.summary(measure)) for measure in measures))
        for n, run in enumerate(comparison.runs, 1)
    ]
    if len(comparison.runs) > 1:
        lines.append(("all runs", *(_summary(measure, comparison.whole(measure)) for measure in measures)))
    headings = ("run", *map(_heading, measures))
    return Sheet(title, headings, lines if measures else [], numbers=range(1, len(headings)))


def _heading(measure: Measure) -> str:
    return f"{measure.label}, {measure.unit}" if measure.unit else measure.label


def _summary(measure: Measure, summary: Summary) -> Cell:
    """The tail is told for what it is: of few samples it is the worst of them."""
    median, tail = number(summary.median, measure.digits), number(summary.p99, measure.digits)
    if summary.n <= 1:
        return Cell(median)
    return Cell(median, f"worst of {summary.n}: {tail}" if summary.p99_is_worst else f"p99 of {summary.n}: {tail}")


def _difference(difference: Difference | None) -> Cell:
    if difference is None:
        return Cell(NONE)
    return Cell(str(difference), kind=_kind(difference))


def _beside_first(comparison: Comparison, run: Run, measure: Measure) -> Cell:
    difference = None if run is comparison.runs[0] else comparison.difference(run, measure)
    kind = "" if difference is None else _kind(difference)
    return Cell(number(run.summary(measure).median, measure.digits), str(difference or ""), kind)


def _kind(difference: Difference) -> str:
    """Return the class of what is better or worse."""
    return "" if difference.verdict in (SAME, OPEN) else difference.verdict


def _leg(leg: Leg) -> tuple[str, ...]:
    interval = leg.frame_error_interval
    return (
        str(leg.frames_sent),
        str(leg.frames_lost),
        _percent(leg.frame_error_rate),
        f"{_percent(interval.low)} – {_percent(interval.high)}",
        str(leg.retransmissions),
        number(leg.eb_n0_db_predicted, 1),
        number(leg.eb_n0_db_measured, 1),
        number(leg.eb_n0_db_difference, 1),
    )


def _percent(rate: float | None) -> str:
    return NONE if rate is None else f"{100 * rate:.3g} %"


def _verdict(run: str, verdict: Verdict) -> tuple[str | Cell, ...]:
    kind = "better" if verdict.passed else "worse"
    return run, str(verdict.budget), verdict.said, Cell("kept" if verdict.passed else "exceeded", kind=kind)
