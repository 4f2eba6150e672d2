"""A campaign's points as rows of text, for the terminal and for the page."""

from collections.abc import Iterator
from itertools import groupby

from testbed.campaign.count import Measure
from testbed.campaign.result import CampaignResult, PointResult

COLUMNS = (
    "Eb/N0 dB",
    "Es/N0 dB",
    "errors",
    "of",
    "rate",
    "interval",
    "theory",
    "predicted",
    "dB from theory",
    "not acquired",
    "verdict",
)
_MEASURES: dict[Measure, str] = {
    "frames": "frame error rate",
    "symbols": "channel symbol error rate",
    "acquisition": "rate of markers not found",
    "alarms": "false alarms an hour",
}


def sweeps(result: CampaignResult) -> Iterator[tuple[str, list[PointResult]]]:
    """Give each sweep's name and points."""
    for name, points in groupby(result.points, key=lambda each: each.point.sweep):
        yield name, list(points)


def lines(points: list[PointResult]) -> Iterator[tuple[str, list[PointResult]]]:
    """Give each line of a sweep: its label and points."""
    for series, own in groupby(points, key=lambda each: each.point.series):
        yield series.label, list(own)


def measure_name(result: PointResult) -> str:
    """Return what a point's rate is a rate of."""
    return _MEASURES[result.point.rule.measure]


def row(result: PointResult) -> tuple[str, ...]:
    """Return a point's texts, one for each of COLUMNS."""
    lowest, highest = result.band
    theory = result.to_json()["theory"]
    return (
        _decibels(result.point.eb_n0_db),
        _decibels(result.es_n0_db),
        f"{result.errors}",
        f"{result.trials}",
        _rate(result, result.rate),
        _span(result, result.interval.low, result.interval.high),
        "" if theory is None else _rate(result, theory),
        _span(result, lowest, highest),
        _from_theory(result),
        f"{result.count.frames - result.count.acquired} of {result.count.frames}",
        ending(result),
    )


def ending(result: PointResult) -> str:
    """Return a point's verdict, and what else must be said of it."""
    wrong = f"{result.count.wrong} WRONG FRAMES PASSED AS RIGHT" if result.count.wrong else ""
    is_about_few = result.is_full or result.point.rule.measure == "alarms"
    return ", ".join(said for said in (result.verdict.value, wrong, "" if is_about_few else "few errors") if said)


def sentence(result: PointResult) -> str:
    """Return a point in one line."""
    where = "" if result.point.eb_n0_db is None else f", Eb/N0 {_decibels(result.point.eb_n0_db)} dB"
    measured = f"{_rate(result, result.rate)} ({_span(result, result.interval.low, result.interval.high)})"
    point = f"{result.point.sweep}, {result.point.series.label}{where}"
    return f"{point}: {measure_name(result)} {measured}, predicted {_span(result, *result.band)}: {ending(result)}"


def _from_theory(result: PointResult) -> str:
    """Return the distance in dB and its interval: a lower rate is a smaller loss."""
    rates = (result.rate, result.interval.low, result.interval.high)
    lost, least, most = (result.from_theory_db(rate) for rate in rates)
    if most is None:
        return ""
    if lost is None or least is None:
        return f"at most {most:+.2f}"
    return f"{lost:+.2f} ({least:+.2f} to {most:+.2f})"


def _span(result: PointResult, low: float, high: float) -> str:
    return f"{_rate(result, low)} to {_rate(result, high)}"


def _rate(result: PointResult, rate: float) -> str:
    per_hour = result.point.series.per_hour
    return f"{rate:#.3g}" if per_hour is None else f"{rate * per_hour:#.3g}"


def _decibels(value: float | None) -> str:
    return "" if value is None else f"{value:.2f}"
