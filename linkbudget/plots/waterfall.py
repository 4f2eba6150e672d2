"""A budget as a waterfall: from the transmitter's power down to the margin, one row a line."""

from collections.abc import Mapping, Sequence
from itertools import cycle
from textwrap import shorten
from types import MappingProxyType
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

from linkbudget.lines import Budget, Kind
from linkbudget.output.rows import number
from linkbudget.plots.labels import plain, quantity, signed, with_minus
from linkbudget.plots.steps import Step, steps
from linkbudget.plots.style import BLUE, FAINT, INK, LIGHT, ORANGE, drawn, titled

_ROW_IN, _AROUND_IN = 0.27, 1.75
_FACTS_A_LINE = 3
_BAR = 0.62
_LONGEST_NAME = 36
_DECADES = (-100.0, -10.0, -1.0, 0.0, 1.0, 10.0, 100.0)
_MARKERS = ("v", "^", "s", "D", "o")
_COLUMN_PT, _LABEL_PAD_PT = 56.0, 3.5
_NONE: Mapping[str, Budget] = MappingProxyType({})


@drawn
def waterfall(budget: Budget, title: str, others: Mapping[str, Budget] = _NONE, mode: int = 0) -> Figure:
    """Draw the budget of one moment: the running sum on the left, every term by itself on the right.

    Free space and Boltzmann's constant are a thousand times a small term: so the scale on the right is logarithmic
    beyond 1 dB, and every number is printed. `others` are budgets of the same link in other cases, marked and printed
    beside it; `mode` is an index where the link has several modes. Raises LinkInputError as `steps` does.
    """
    cases = [steps(each, mode) for each in (budget, *others.values())]
    figure = titled(title, _AROUND_IN + _ROW_IN * len(cases[0]))
    sums, terms = figure.subplots(1, 2, width_ratios=(1.25, 1.0))
    sums.set_title(_context(budget), pad=22.0)
    _draw_sums(sums, cases[0])
    _draw_terms(terms, cases[0])
    _print(terms, -1, 0, "nominal" if others else "", "normal", INK)
    for column, (name, case) in enumerate(zip(others, cases[1:], strict=True), start=1):
        pairs = list(zip(cases[0], case, strict=True))
        _mark_case(sums, terms, pairs, _MARKERS[(column - 1) % len(_MARKERS)])
        _print_case(terms, pairs, name, column)
    figure.legend(handles=_legend(list(others)), loc="outside lower center", ncols=4 + len(others))
    return figure


def _context(budget: Budget) -> str:
    """Return what the link is like, in lines that do not push the panels apart."""
    facts = [f"{line.name}: {quantity(number(line, 0), line.unit)}" for line in budget if line.kind is Kind.CONTEXT]
    rows = [facts[i : i + _FACTS_A_LINE] for i in range(0, len(facts), _FACTS_A_LINE)]
    return "\n".join("; ".join(row) for row in rows)


def _draw_sums(axes: Axes, rows: Sequence[Step]) -> None:
    axes.axvline(0.0, color=FAINT, lw=0.8)
    for row, step in enumerate(rows):
        if step.is_total:
            axes.vlines(step.end, row - 0.45, row + 0.45, color=INK, lw=3.5)
        else:
            axes.barh(row, step.change_db, _BAR, left=step.start, color=_colour(step.change_db))
    for row, step in enumerate(rows[:-1]):
        axes.vlines(step.end, row, row + 1, color=INK, lw=0.7, zorder=1.5)
    units = dict.fromkeys(step.line.unit for step in rows if step.is_total)
    axes.set_xlabel(f"running sum ({', then '.join(units)})")
    axes.use_sticky_edges = False
    _share_rows(axes, rows, [shorten(step.line.name, _LONGEST_NAME, placeholder="…") for step in rows])


def _draw_terms(axes: Axes, rows: Sequence[Step]) -> None:
    axes.axvline(0.0, color=INK, lw=0.8)
    for row, step in enumerate(rows):
        if step.is_margin:
            axes.barh(row, step.end, _BAR, color=FAINT)
        elif not step.is_total:
            axes.barh(row, step.change_db, _BAR, color=_colour(step.change_db))
    axes.set_xscale("symlog", linthresh=1.0)
    axes.set_xlim(-400.0, 400.0)
    axes.xaxis.set_major_locator(FixedLocator(_DECADES))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: with_minus(f"{value:g}")))
    axes.set_xlabel("each term (dB, logarithmic beyond 1 dB)")
    _share_rows(axes, rows, [_shown(step) for step in rows])


def _share_rows(axes: Axes, rows: Sequence[Step], labels: list[str]) -> None:
    axes.set_ylim(len(rows) - 0.5, -0.5)
    axes.set_yticks(range(len(rows)), labels)
    axes.tick_params(axis="y", length=0)
    axes.grid(axis="y", visible=False)
    axes.spines["left"].set_visible(False)
    for row, (step, label) in enumerate(zip(rows, axes.get_yticklabels(), strict=True)):
        if step.is_total:
            label.set_fontweight("bold")
            axes.axhspan(row - 0.5, row + 0.5, color=LIGHT, lw=0, zorder=0)


def _mark_case(sums: Axes, terms: Axes, pairs: Sequence[tuple[Step, Step]], marker: str) -> None:
    """Mark how far another case is from the nominal one, where it is."""
    for row, (nominal, other) in enumerate(pairs):
        if not _same(nominal, other):
            for axes in _panels(sums, terms, nominal):
                axes.hlines(row, nominal.shown, other.shown, color=INK, lw=1.2)
                axes.plot(other.shown, row, **_marker(marker))


def _panels(sums: Axes, terms: Axes, step: Step) -> list[Axes]:
    """Return where a row's number has a place: a sum's on the left, a term's on the right, the margin's in both."""
    return [sums] * step.is_total + [terms] * (step.is_margin or not step.is_total)


def _print_case(axes: Axes, pairs: Sequence[tuple[Step, Step]], name: str, column: int) -> None:
    _print(axes, -1, column, name, "normal", INK)
    for row, (nominal, other) in enumerate(pairs):
        weight = "bold" if other.is_total else "normal"
        _print(axes, row, column, _number(other), weight, FAINT if _same(nominal, other) else INK)


def _print(axes: Axes, row: int, column: int, text: str, weight: str, colour: str) -> None:
    """Print right of the axes, in column 0 left of them, where the rows' own labels stand."""
    axes.annotate(
        text,
        (1.0 if column else 0.0, row),
        (_COLUMN_PT * column if column else -_LABEL_PAD_PT, 0.0),
        xycoords=axes.get_yaxis_transform(),
        textcoords="offset points",
        ha="right",
        va="center_baseline",
        size=9,
        weight=weight,
        color=colour,
    )


def _legend(others: Sequence[str]) -> list[Patch | Line2D]:
    bars = [Patch(color=BLUE, label="adds"), Patch(color=ORANGE, label="takes away")]
    total = Line2D([], [], ls="", marker="|", ms=11, mew=3.5, color=INK, label="sum")
    marks = [Line2D([], [], label=name, **_marker(marker)) for marker, name in zip(cycle(_MARKERS), others)]
    return [*bars, total, *marks]


def _marker(marker: str) -> dict[str, Any]:
    return {"ls": "", "marker": marker, "ms": 5, "mfc": "white", "mec": INK, "mew": 0.9}


def _same(one: Step, other: Step) -> bool:
    return _number(one) == _number(other)


def _shown(step: Step) -> str:
    """Return a row's number with its unit; a loss is a change in dB whatever it is a loss of."""
    return f"{_number(step)} {'dB' if step.line.kind is Kind.LOSS else step.line.unit}"


def _number(step: Step) -> str:
    return plain(step.shown) if step.is_total else signed(step.shown)


def _colour(change_db: float) -> str:
    return BLUE if change_db >= 0 else ORANGE
