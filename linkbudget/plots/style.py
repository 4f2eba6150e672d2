"""The look that all pictures share: readable 1000 pixels wide, in grey, and with any kind of colour vision."""

from collections.abc import Callable
from functools import wraps
from textwrap import fill
from typing import Any, ParamSpec

import matplotlib.style
from cycler import cycler
from matplotlib.figure import Figure

BLUE, ORANGE, INK, FAINT = "#0072b2", "#e69f00", "#222222", "#767676"
LIGHT, GRID, SHADE = "#eeeeee", "#d2d2d2", "#e2e2ec"
"""Blue is what helps and orange what costs: a dark and a light one of Okabe and Ito's colours, so that grey tells
them apart too."""
SERIES = (BLUE, ORANGE, "#009e73", "#b0487f", "#56b4e9", INK)
_DASHES = ("-", "-", "--", "-.", (0, (5, 1, 1, 1, 1, 1)), ":")
WIDTH_IN, _TITLE_WIDTH = 10.0, 85
STYLE: dict[Any, Any] = {
    "axes.axisbelow": True,
    "axes.edgecolor": FAINT,
    "axes.grid": True,
    "axes.labelsize": 10,
    "axes.linewidth": 0.8,
    "axes.prop_cycle": cycler(color=SERIES) + cycler(linestyle=_DASHES),
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.titlelocation": "left",
    "axes.titlesize": 10,
    "axes.unicode_minus": True,
    "figure.constrained_layout.use": True,
    "figure.dpi": 100,
    "figure.titlesize": 13,
    "figure.titleweight": "bold",
    "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans"],
    "font.size": 10,
    "grid.color": GRID,
    "grid.linewidth": 0.6,
    "legend.fontsize": 9,
    "legend.frameon": False,
    "legend.handlelength": 2.2,
    "lines.linewidth": 1.6,
    "savefig.dpi": 150,
    "savefig.facecolor": "white",
    "svg.hashsalt": "linkbudget",  # the same picture has the same ids each time
    "text.color": INK,
    "text.parse_math": False,  # a dollar sign in somebody's name is a dollar sign
    "xtick.color": INK,
    "xtick.labelsize": 9,
    "ytick.color": INK,
    "ytick.labelsize": 9,
}

_Arguments = ParamSpec("_Arguments")


def drawn(draw: Callable[_Arguments, Figure]) -> Callable[_Arguments, Figure]:
    """Make a function draw in the shared look, whatever its caller has set."""

    @wraps(draw)
    def in_style(*args: _Arguments.args, **kwargs: _Arguments.kwargs) -> Figure:
        with matplotlib.style.context(STYLE, after_reset=True):
            figure = draw(*args, **kwargs)
            figure.draw_without_rendering()  # ticks take their look when they are first drawn
        return figure

    return in_style


def titled(title: str, height_in: float) -> Figure:
    """Return an empty figure with its title."""
    figure = Figure(figsize=(WIDTH_IN, height_in))
    figure.suptitle(fill(title, _TITLE_WIDTH), x=0.01, ha="left")  # matplotlib's own wrapping would parse dollar signs
    return figure
