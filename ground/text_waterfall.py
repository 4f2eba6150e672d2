"""Spectra over time in a terminal: half blocks, so that each line shows two, the newest on top."""

from collections.abc import Sequence
from functools import cache
from itertools import pairwise, zip_longest

from rich.color import Color
from rich.console import Console, ConsoleOptions, RenderResult
from rich.style import Style
from rich.text import Text

_UPPER_HALF = "▀"
_LEAST_SPAN_DB = 10.0
# Nine of the colours of viridis (S. van der Walt and N. Smith, 2015; CC0): evenly lighter, for any colour vision.
_COLOURS = (
    (68, 1, 84),
    (71, 44, 122),
    (59, 81, 139),
    (44, 113, 142),
    (33, 144, 141),
    (39, 173, 129),
    (92, 200, 99),
    (170, 220, 50),
    (253, 231, 37),
)
_SHADES = 32


class TextWaterfall:
    """The newest spectra that there is room for, the lowest frequency on the left."""

    def __init__(self, rows_db: Sequence[Sequence[float]]) -> None:
        """``rows_db``: the newest last."""
        self._rows_db = rows_db

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Draw it."""
        width, height = options.max_width, options.height or 8
        if not self._rows_db:
            yield Text("no samples: nothing to see", style="dim")
            return
        newest = [narrowed(row, width) for row in list(self._rows_db)[: -2 * height - 1 : -1]]
        low_db, high_db = levels(newest)
        shades = [[_shade(level_db, low_db, high_db) for level_db in row] for row in newest]
        for above, below in zip_longest(shades[::2], shades[1::2]):
            line = zip(above, below or [None] * len(above), strict=True)
            yield Text.assemble(*((_UPPER_HALF, _style(*pair)) for pair in line))


def narrowed(row_db: Sequence[float], width: int) -> list[float]:
    """Return a spectrum in `width` columns: the highest level of each part, so that a carrier stays to be seen."""
    bins = len(row_db)
    edges = [column * bins // width for column in range(width + 1)]
    return [max(row_db[a : max(b, a + 1)]) for a, b in pairwise(edges)]


def levels(rows_db: Sequence[Sequence[float]]) -> tuple[float, float]:
    """Return the levels of the darkest and the brightest colour: from what most bins have to the highest."""
    ordered = sorted(level for row in rows_db for level in row)
    low_db = ordered[len(ordered) // 4]
    return low_db, max(ordered[-1], low_db + _LEAST_SPAN_DB)


def _shade(level_db: float, low_db: float, high_db: float) -> int:
    return min(max(int((level_db - low_db) / (high_db - low_db) * _SHADES), 0), _SHADES - 1)


def _colour(shade: int) -> Color:
    place = shade / (_SHADES - 1) * (len(_COLOURS) - 1)
    index = min(int(place), len(_COLOURS) - 2)
    mixed = (a + (place - index) * (b - a) for a, b in zip(_COLOURS[index], _COLOURS[index + 1], strict=True))
    return Color.from_rgb(*mixed)


@cache
def _style(upper: int, lower: int | None) -> Style:
    """Return the style of two spectra's levels in one place."""
    return Style(color=_colour(upper), bgcolor=None if lower is None else _colour(lower))
