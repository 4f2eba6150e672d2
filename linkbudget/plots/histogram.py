"""How a link's result is distributed over the draws of its inputs."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from linkbudget.decibels import Floats
from linkbudget.plots.labels import number_format, plain, result_label
from linkbudget.plots.style import BLUE, INK, ORANGE, drawn, titled

_PANEL_IN, _AROUND_IN = 2.6, 1.2
_FEWEST, _MOST, _NARROWEST_DB = 10, 60, 0.01
_LINES: Mapping[int, Any] = {1: (0, (1, 4)), 5: (0, (1, 1)), 50: "-", 95: (0, (4, 2)), 99: (0, (9, 4))}
"""The percentiles that are marked, and how."""


@drawn
def histogram(drawn_db: Floats, title: str, modes: Sequence[str] = ("",), result: str = "margin_db") -> Figure:
    """Draw the distribution of draws, float64[draws] or float64[modes, draws], of a line of the budget.

    Margins below 0 dB have another colour, and their probability is said. Each mode has a panel.
    """
    rows = np.atleast_2d(drawn_db)
    figure = titled(title, _AROUND_IN + _PANEL_IN * len(rows))
    panels: list[Axes] = list(figure.subplots(len(rows), 1, sharex=True, squeeze=False)[:, 0])
    edges = _edges(rows)
    for axes, draws, mode in zip(panels, rows, modes, strict=True):
        _draw(axes, draws, edges)
        _mark_percentiles(axes, draws)
        axes.set_title(": ".join(filter(None, [mode, _below(draws) if result == "margin_db" else ""])))
    panels[-1].set_xlabel(result_label(result))
    panels[-1].xaxis.set_major_formatter(number_format("dB"))
    return figure


def _edges(draws: Floats) -> Floats:
    """Return bounds of bins of a round width that hold all draws; any of them is a multiple of it, as 0 is."""
    lowest, highest = float(draws.min()), float(draws.max())
    width = _rounded_up((highest - lowest) / float(np.clip(np.sqrt(draws.shape[-1]), _FEWEST, _MOST)))
    # a hair more on both sides, for what stands on a bound but for rounding
    return np.arange(np.floor(lowest / width - 1e-9), np.floor(highest / width + 1e-9) + 2.0) * width


def _rounded_up(width: float) -> float:
    """Return the next of ... 0.1, 0.2, 0.5, 1 ..."""
    decade = 10.0 ** np.floor(np.log10(max(width, _NARROWEST_DB)))
    return float(decade * next(step for step in (1.0, 2.0, 5.0, 10.0) if step * decade >= width))


def _draw(axes: Axes, draws: Floats, edges: Floats) -> None:
    shares = np.histogram(draws, edges)[0] / len(draws) * 100.0
    colours = [ORANGE if right <= 0.0 else BLUE for right in edges[1:]]
    axes.bar(
        edges[:-1], shares, np.diff(edges), align="edge", color=colours, edgecolor="white", linewidth=0.4, alpha=0.75
    )
    axes.set_ylabel(f"draws (% per {edges[1] - edges[0]:.2g} dB)")


def _mark_percentiles(axes: Axes, draws: Floats) -> None:
    for percent, line in _LINES.items():
        at = float(np.percentile(draws, percent))
        axes.axvline(at, color=INK, lw=1.2, ls=line, label=f"{percent}% below {plain(at)} dB")
    axes.legend(loc="upper left", bbox_to_anchor=(1.0, 1.03))


def _below(draws: Floats) -> str:
    short = int((draws < 0.0).sum())
    return f"margin below 0 dB in {short:,} of {len(draws):,} draws ({short / len(draws):.2%})"
