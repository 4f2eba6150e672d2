"""Which inputs move the result most: a tornado diagram."""

from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from linkbudget.plots.labels import input_name, number_format, result_name, signed
from linkbudget.plots.style import BLUE, INK, ORANGE, drawn, titled
from linkbudget.uncertainty.sensitivity import Sensitivity

_ROW_IN, _AROUND_IN, _BAR = 0.3, 1.75, 0.66
_COLUMNS_PT = {"adverse": 58.0, "favourable": 122.0, "share of\nvariance": 180.0}


@drawn
def tornado(sensitivities: Sequence[Sensitivity], title: str, result: str = "margin_db") -> Figure:
    """Draw what each input of a link does to a line of its budget, from its most adverse to its most favourable value.

    The largest swing is on top. Beside it stand the numbers and the share of the variance, that of the first mode.
    """
    rows = sorted(sensitivities, key=lambda each: each.swing_db, reverse=True)
    figure = titled(title, _AROUND_IN + _ROW_IN * len(rows))
    axes = figure.subplots()
    for row, each in enumerate(rows):
        _draw_bars(axes, row, each)
        _print(axes, row, (signed(each.adverse_db), signed(each.favourable_db), f"{each.variance_share:.0%}"))
    _print(axes, -1, tuple(_COLUMNS_PT))
    axes.axvline(0.0, color=INK, lw=0.8)
    axes.set_ylim(len(rows) - 0.5, -0.5)
    axes.set_yticks(range(len(rows)), [input_name(each.name) for each in rows])
    axes.tick_params(axis="y", length=0)
    axes.grid(axis="y", visible=False)
    axes.spines["left"].set_visible(False)
    axes.set_xlabel(f"change of {result_name(result)} (dB)")
    axes.xaxis.set_major_formatter(number_format("dB"))
    handles = [Patch(color=ORANGE, label="input most adverse"), Patch(color=BLUE, label="input most favourable")]
    figure.legend(handles=handles, loc="outside lower center", ncols=2)
    return figure


def _draw_bars(axes: Axes, row: int, each: Sensitivity) -> None:
    """Draw the two bars, the shorter one last: it would be hidden where both point the same way."""
    bars = [(each.adverse_db, ORANGE), (each.favourable_db, BLUE)]
    for change_db, colour in sorted(bars, key=lambda bar: abs(bar[0]), reverse=True):
        axes.barh(row, change_db, _BAR, color=colour)


def _print(axes: Axes, row: int, texts: Sequence[str]) -> None:
    """Print a row's columns beside the bars."""
    for text, offset_pt in zip(texts, _COLUMNS_PT.values(), strict=True):
        axes.annotate(
            text,
            (1.0, row),
            (offset_pt, 0.0),
            xycoords=axes.get_yaxis_transform(),
            textcoords="offset points",
            ha="right",
            va="center_baseline" if row >= 0 else "center",
            size=9,
        )
