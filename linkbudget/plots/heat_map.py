"""A sweep: lines over one number, a heat map over two."""

from typing import Literal

import numpy as np
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Normalize
from matplotlib.figure import Figure
from matplotlib.ticker import Locator, LogLocator, MaxNLocator, NullLocator

from linkbudget.decibels import Floats
from linkbudget.plots.labels import narrow, number_format, place_label, unit_of, with_minus
from linkbudget.plots.style import INK, drawn, titled
from linkbudget.study import SweepAxis
from linkbudget.sweep import Sweep

_LINES_IN, _MAP_IN, _SMALL_MAP_IN, _AROUND_IN = 5.0, 5.6, 3.9, 1.1
_MOST_LEVELS = 8
_WITHIN = (0.06, 0.94)  # of the map: a contour's label nearer to the edge would be cut off


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
    levels = np.asarray(MaxNLocator(_MOST_LEVELS).tick_values(*norm))
    for index, (axes, mode) in enumerate(zip(panels, sweep.modes, strict=False)):
        axes.set_title(mode)
        _scale(axes, "x", sweep.table.x, sweep.x)
        _scale(axes, "y", vertical, sweep.y)
        _draw_map(axes, sweep, index, norm)
        _draw_contours(axes, sweep, index, levels)
    for axes in panels[len(sweep.modes) :]:
        axes.set_axis_off()
    figure.supxlabel(place_label(sweep.table.x.place), size=10)
    figure.supylabel(place_label(vertical.place), size=10)
    colours = ScalarMappable(Normalize(*norm), "cividis")
    bar = figure.colorbar(colours, ax=panels.tolist(), label=_result(sweep), pad=0.015, ticks=levels)
    bar.ax.grid(visible=False)
    return figure


def _norm(value: Floats) -> tuple[float, float]:
    finite = value[np.isfinite(value)]
    return float(finite.min()), float(finite.max())


def _draw_map(axes: Axes, sweep: Sweep, index: int, norm: tuple[float, float]) -> None:
    cells = axes.pcolormesh(_edges(sweep.x), _edges(sweep.y), sweep.value[:, :, index], cmap="cividis")
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
        contour = axes.contour(
            sweep.x, sweep.y, value, levels=within, colors=colour, linewidths=times * widths, linestyles="-"
        )
    for text in axes.clabel(contour, fmt=lambda level: with_minus(f"{level:g} {sweep.line.unit}"), inline=False):
        text.set(size=8, bbox={"fc": "white", "ec": "none", "pad": 1.0})
        across, up = axes.transAxes.inverted().transform(axes.transData.transform(text.get_position()))
        text.set_visible(bool(_WITHIN[0] < across < _WITHIN[1] and _WITHIN[0] < up < _WITHIN[1]))


def _edges(centres: Floats) -> Floats:
    """Return float64[n + 1] bounds of cells around float64[n], on the scale on which these are evenly spread."""
    if np.allclose(np.diff(centres), centres[1] - centres[0]):
        return _linear_edges(centres)
    return np.exp(_linear_edges(np.log(centres)))


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
