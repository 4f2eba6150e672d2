"""The picture of a sweep: measured points and their intervals on what was predicted."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import cycle

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import FuncFormatter, LogLocator

from linkbudget.decibels import Floats
from linkbudget.plots.style import FAINT, INK, SERIES, drawn, titled
from testbed.campaign.plan import Series
from testbed.campaign.result import PointResult
from testbed.campaign.rows import measure_name
from testbed.campaign.theory import Curve

_HEIGHT_IN, _LOWER_IN = 5.0, 2.2
_MARKERS = ("o", "s", "D", "^", "v", "P")
_SIZES_PT = (8.0, 6.5, 5.5, 5.5, 4.5, 4.5)
_DODGE = 0.008
"""Of the axis, between the points of two series that would hide each other's intervals."""
_ROOM, _LEAST_ROOM_DB, _MOST_ROOM_DB = 0.06, 0.2, 2.5
_FAILED = "#d55e00"
_SUPERSCRIPT = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


@dataclass(frozen=True, slots=True)
class _Line:
    """One series and its look."""

    series: Series
    points: list[PointResult]
    colour: str
    marker: str
    size_pt: float
    """Of its markers: later ones are smaller, and do not hide those under them."""

    def at_db(self, point: PointResult) -> float:
        """Return where a point stands on the axis."""
        return (point.point.eb_n0_db or 0.0) + self.series.shown_db


@drawn
def chart(title: str, points: Sequence[PointResult], confidence: float) -> Figure:
    """Draw error rates over Eb/N0 or Es/N0; below, where there is a theory, how many decibels they are away from it."""
    lines = _lines(points)
    has_theory = any(line.series.prediction.theory for line in lines)
    heights = [_HEIGHT_IN, _LOWER_IN] if has_theory else [_HEIGHT_IN]
    figure = titled(title, sum(heights))
    panels: list[Axes] = list(figure.subplots(len(heights), 1, sharex=True, squeeze=False, height_ratios=heights)[:, 0])
    grid_db = _grid(lines)
    _draw_predictions(panels[0], lines, grid_db)
    for line in lines:
        _draw_rates(panels[0], line)
    _scale_rates(panels[0], points)
    panels[0].set_title(f"intervals of {100 * confidence:g} %, Clopper-Pearson")
    panels[0].set_ylabel(measure_name(points[0]))
    if has_theory:
        _draw_distances(panels[1], lines, _DODGE * float(np.ptp(grid_db)))
    panels[-1].set_xlabel(f"{lines[0].series.swept} (dB)")
    panels[-1].set_xlim(grid_db[0], grid_db[-1])
    figure.legend(handles=_legend(lines), loc="outside lower center", ncols=3)
    return figure


def _lines(points: Sequence[PointResult]) -> list[_Line]:
    series = list({id(each.point.series): each.point.series for each in points}.values())
    looks = zip(series, cycle(SERIES), cycle(_MARKERS), cycle(_SIZES_PT), strict=False)
    return [
        _Line(one, [each for each in points if each.point.series is one], colour, marker, size_pt)
        for one, colour, marker, size_pt in looks
    ]


def _grid(lines: Sequence[_Line]) -> Floats:
    """Return the axis in dB: the points, the bound's fall if it is not far off, and some room."""
    at_db = [line.at_db(point) for line in lines for point in line.points]
    room = max(_LEAST_ROOM_DB, _ROOM * (max(at_db) - min(at_db)))
    first_db = min([min(at_db), *(_fall_db(line) for line in lines)])
    return np.linspace(max(first_db, min(at_db) - _MOST_ROOM_DB) - room, max(at_db) + room, 300)


def _fall_db(line: _Line) -> float:
    """Return where a line's bound falls through its highest measured rate; infinity without a bound."""
    bound, highest = line.series.prediction.bound, max(point.interval.high for point in line.points)
    before_db = np.linspace(-10.0, 20.0, 601)
    if bound is None:
        return np.inf
    return float(before_db[int(np.argmax(bound(before_db) < highest))]) + line.series.shown_db


def _draw_predictions(axes: Axes, lines: Sequence[_Line], grid_db: Floats) -> None:
    """Draw band, theory and bound, once where several series share them."""
    bands = [np.stack(line.series.prediction.band(grid_db - line.series.shown_db)) for line in lines]
    firsts = [k for k, band in enumerate(bands) if not any(np.array_equal(band, other) for other in bands[:k])]
    for k in firsts:
        prediction, shown_db = lines[k].series.prediction, lines[k].series.shown_db
        colour = lines[k].colour if len(firsts) > 1 else INK
        axes.fill_between(grid_db, np.maximum(bands[k][0], 1e-300), bands[k][1], color=colour, alpha=0.15, lw=0)
        _draw_curve(axes, prediction.theory, grid_db, shown_db, colour, "-")
        _draw_curve(axes, prediction.bound, grid_db, shown_db, colour, ":")


def _draw_curve(axes: Axes, curve: Curve | None, grid_db: Floats, shown_db: float, colour: str, dashes: str) -> None:
    if curve is not None:
        axes.plot(grid_db, curve(grid_db - shown_db), color=colour, ls=dashes, lw=1.2)


def _draw_rates(axes: Axes, line: _Line) -> None:
    for each in line.points:
        at_db, low, high = line.at_db(each), max(each.interval.low, 1e-300), each.interval.high
        axes.plot([at_db, at_db], [low, high], color=line.colour, ls="-", lw=1.4, solid_capstyle="butt")
        if each.errors:
            axes.plot(at_db, each.rate, line.marker, color=line.colour, ms=line.size_pt, mec="white", mew=0.6)
        else:
            axes.plot(at_db, high, marker="v", color=line.colour, ms=6, mfc="white")
        if each.has_failed:
            axes.plot(at_db, each.rate or high, "o", ms=13, mfc="none", mec=_FAILED, mew=1.8)


def _draw_distances(axes: Axes, lines: Sequence[_Line], dodge_db: float) -> None:
    better_db, loss_db = lines[0].series.prediction.allowance_db  # a sweep has one
    axes.axhspan(better_db, loss_db, color=INK, alpha=0.15, lw=0)
    axes.axhline(0.0, color=INK, lw=1.2)
    for number, line in enumerate(lines):
        shift_db = (number - (len(lines) - 1) / 2) * dodge_db
        for each in line.points:
            at_db = line.at_db(each) + shift_db
            lost, least, most = (each.from_theory_db(r) for r in (each.rate, each.interval.low, each.interval.high))
            if least is not None and most is not None:
                axes.plot([at_db, at_db], [least, most], color=line.colour, ls="-", lw=1.4, solid_capstyle="butt")
            if lost is not None:
                axes.plot(at_db, lost, line.marker, color=line.colour, ms=line.size_pt, mec="white", mew=0.6)
    axes.set_ylabel("dB from theory")


def _scale_rates(axes: Axes, points: Sequence[PointResult]) -> None:
    axes.set_yscale("log")
    least = min(each.rate or each.interval.high for each in points)
    most = max(max(each.interval.high, each.band[1]) for each in points)
    axes.set_ylim(least / 5, min(1.0, 2 * most))
    axes.yaxis.set_major_locator(LogLocator(numticks=12))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda rate, _: _power_of_ten(rate)))
    axes.yaxis.set_minor_formatter(FuncFormatter(lambda *_: ""))


def _power_of_ten(rate: float) -> str:
    return "1" if rate == 1.0 else "10" + f"{round(np.log10(rate))}".translate(_SUPERSCRIPT)


def _legend(lines: Sequence[_Line]) -> list[Artist]:
    points = [point for line in lines for point in line.points]
    handles: list[Artist] = [
        Line2D([], [], color=line.colour, marker=line.marker, ls="-", ms=5, label=f"measured: {line.series.label}")
        for line in lines
    ]
    predictions = [line.series.prediction for line in lines]
    if any(each.theory for each in predictions):
        handles.append(Line2D([], [], color=INK, ls="-", lw=1.2, label="theory"))
    handles.append(Patch(color=INK, alpha=0.15, lw=0, label="predicted band"))
    if any(each.bound for each in predictions):
        handles.append(Line2D([], [], color=INK, ls=":", lw=1.2, label="normal approximation bound"))
    if not all(each.errors for each in points):
        handles.append(Line2D([], [], color=FAINT, ls="", marker="v", mfc="white", ms=6, label="no error: upper end"))
    if any(each.has_failed for each in points):
        handles.append(Line2D([], [], ls="", marker="o", mfc="none", mec=_FAILED, ms=11, mew=1.8, label="failed"))
    return handles
