"""A sweep: lines over one number, a heat map over two."""

from typing import Any, Literal

import numpy as np
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Normalize
from matplotlib.contour import ContourSet
from matplotlib.figure import Figure
from matplotlib.ticker import Locator, LogLocator, MaxNLocator, NullLocator

from linkbudget.decibels import Floats
from linkbudget.plots.labels import narrow, number_format, place_label, unit_of, with_minus
from linkbudget.plots.style import INK, drawn, titled
from linkbudget.study import SweepAxis
from linkbudget.sweep import Sweep

_LINES_IN, _MAP_IN, _SMALL_MAP_IN, _AROUND_IN = 5.0, 5.6, 3.9, 1.1
_MOST_LEVELS = 8
_MIDDLE, _LEAST_APART = 0.44, 0.13  # parts of the map: how far from its middle a label may be, and from another label


@drawn
def heat_map(sweep: Sweep, title: str) -> Figure:
    """Draw a sweep of one number as a line for each mode, one of two numbers as a map for each.

    All maps have the same colours, with contours on them; that of a margin of 0 dB is broad.
    """
    return _lines(sweep, title) if sweep.table.y is None else _maps(sweep, sweep.table.y, title)


def _lines(sweep: Sweep, title: str) -> Figure:
    figure = titled(title, _LINES_IN)
    axes = figure.subplots()
    for index, mode in enumerate(sweep.modes):
        axes.plot(sweep.x, sweep.value[0, :, index], label=narrow(mode))
    if _is_margin(sweep):
        axes.axhline(0.0, color=INK, lw=1.2, ls="-")
    axes.set(xlabel=place_label(sweep.table.x.place), ylabel=_result(sweep))
    _scale(axes, "x", sweep.table.x, sweep.x)
    if any(sweep.modes):
        axes.legend(loc="upper left", bbox_to_anchor=(1.0, 1.02))
    return figure


def _maps(sweep: Sweep, vertical: SweepAxis, title: str) -> Figure:
    columns = min(len(sweep.modes), 2)
    rows = -(-len(sweep.modes) // columns)
    figure = titled(title, _AROUND_IN + (_SMALL_MAP_IN * rows if columns > 1 else _MAP_IN))
    panels = figure.subplots(rows, columns, sharex=True, sharey=True, squeeze=False).ravel()
    norm = _norm(sweep.value)
    levels = np.round(MaxNLocator(_MOST_LEVELS).tick_values(*norm), 9) + 0.0  # 0 is 0, whatever rounding made of it
    for index, (axes, mode) in enumerate(zip(panels, sweep.modes, strict=False)):
        axes.set_title(mode)
        _scale(axes, "x", sweep.table.x, sweep.x)
        _scale(axes, "y", vertical, sweep.y)
        _draw_map(axes, sweep, vertical, index, norm)
        _draw_contours(axes, sweep, index, levels)
    for axes in panels[len(sweep.modes) :]:
        axes.set_axis_off()
        panels[len(sweep.modes) - 2].tick_params(labelbottom=True)  # the map above the empty place
    figure.supxlabel(place_label(sweep.table.x.place), size=10)
    figure.supylabel(place_label(vertical.place), size=10)
    colours = ScalarMappable(Normalize(*norm), "cividis")
    bar = figure.colorbar(colours, ax=panels.tolist(), label=_result(sweep), pad=0.015, ticks=levels)
    bar.ax.grid(visible=False)
    if _is_margin(sweep):
        bar.ax.axhline(0.0, color=INK, lw=2.2)
    return figure


def _norm(value: Floats) -> tuple[float, float]:
    finite = value[np.isfinite(value)]
    return float(finite.min()), float(finite.max())


def _draw_map(axes: Axes, sweep: Sweep, vertical: SweepAxis, index: int, norm: tuple[float, float]) -> None:
    x, y = _edges(sweep.x, sweep.table.x), _edges(sweep.y, vertical)
    cells = axes.pcolormesh(x, y, sweep.value[:, :, index], cmap="cividis")
    cells.set_clim(*norm)
    cells.set_rasterized(True)  # a million rectangles are too many for an .svg
    axes.grid(visible=False)


def _draw_contours(axes: Axes, sweep: Sweep, index: int, levels: Floats) -> None:
    """Draw contours dark on white, to be seen on any colour."""
    value = sweep.value[:, :, index]
    within = levels[(np.nanmin(value) < levels) & (levels < np.nanmax(value))]
    if not within.size:
        return
    widths = np.where(_is_margin(sweep) & (within == 0.0), 2.2, 0.7)
    for colour, times in (("white", 2.4), (INK, 1.0)):
        style: dict[str, Any] = {"colors": colour, "linewidths": times * widths, "linestyles": "-"}
        contour = axes.contour(sweep.x, sweep.y, value, levels=within, **style)
    places: list[tuple[float, float]] = []
    for level in sorted(within, key=abs):
        place = _label_place(value, level, places)
        if place is not None:
            places.append(place)
            _label(axes, contour, sweep, level, place)


def _label_place(value: Floats, level: float, taken: list[tuple[float, float]]) -> tuple[float, float] | None:
    """Return where a contour is nearest to the middle, as parts of the map's height and width.

    None if that is too near to the edge, where the label would be cut off, or to another label.
    """
    above = value > level
    up, across = np.nonzero(above[:, 1:] != above[:, :-1])
    more_up, more_across = np.nonzero(above[1:] != above[:-1])
    rows, columns = value.shape
    places = np.stack([np.append(up, more_up) / (rows - 1), np.append(across, more_across) / (columns - 1)], axis=1)
    if not len(places):
        return None
    nearest = places[np.abs(places - 0.5).max(axis=1).argmin()]
    crowded = any(np.hypot(*(nearest - other)) < _LEAST_APART for other in taken)
    if crowded or np.abs(nearest - 0.5).max() > _MIDDLE:
        return None
    return float(nearest[0]), float(nearest[1])


def _label(axes: Axes, contour: ContourSet, sweep: Sweep, level: float, place: tuple[float, float]) -> None:
    x = sweep.x[round(place[1] * (len(sweep.x) - 1))]
    y = sweep.y[round(place[0] * (len(sweep.y) - 1))]
    said = with_minus(f"{level:g} {sweep.line.unit}")
    for text in axes.clabel(contour, levels=[level], manual=[(x, y)], fmt=lambda _: said, inline=False):
        text.set(size=8, bbox={"fc": "white", "ec": "none", "pad": 1.0})


def _edges(centres: Floats, swept: SweepAxis) -> Floats:
    """Return float64[n + 1] bounds of cells around float64[n]."""
    return np.exp(_linear_edges(np.log(centres))) if swept.spacing == "logarithmic" else _linear_edges(centres)


def _linear_edges(centres: Floats) -> Floats:
    half = (centres[1] - centres[0]) / 2.0
    return np.append(centres - half, centres[-1] + half)


def _scale(axes: Axes, name: Literal["x", "y"], swept: SweepAxis, values: Floats) -> None:
    """Spread an axis as its values are, rising, with round numbers at it."""
    bounds = sorted((float(values[0]), float(values[-1])))
    axis = axes.xaxis if name == "x" else axes.yaxis
    if swept.spacing == "logarithmic":
        axes.set(**{f"{name}scale": "log"})
        axis.set_major_locator(_round_numbers(np.log10(bounds[1] / bounds[0])))
        axis.set_minor_locator(NullLocator())
    axis.set_major_formatter(number_format(unit_of(swept.place)))
    axes.set(**{f"{name}lim": bounds})


def _round_numbers(decades: float) -> Locator:
    if decades < 1.0:
        return MaxNLocator(6)
    return LogLocator(subs=(1.0, 2.0, 5.0) if decades < 3.0 else (1.0,))


def _is_margin(sweep: Sweep) -> bool:
    return sweep.line.key == "margin_db"


def _result(sweep: Sweep) -> str:
    return f"{sweep.line.name} ({sweep.line.unit})"
