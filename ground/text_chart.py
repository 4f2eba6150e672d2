"""A small chart in a terminal: dots of Braille characters, two across and four down in each.

What is foretold is dotted, what was measured stands in full dots above it.
"""

from collections.abc import Callable, Iterable

from rich.console import Console, ConsoleOptions, RenderResult
from rich.text import Text

from ground.watch_desk import Curve

_DOTS = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))
"""Of the eight dots of a character, by row and column (Unicode 15, section 21.1)."""
_BLANK = 0x2800
_PREDICTED, _MEASURED = "cyan", "bold yellow"
_LABEL = 7


class TextChart:
    """A curve as large as there is room for, with its highest and its lowest value beside it."""

    def __init__(self, curve: Curve, least_span: float, label: Callable[[float], str]) -> None:
        """``least_span``: of the values, so that what hardly changes is shown so."""
        self._curve, self._least_span, self._label = curve, least_span, label

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Draw it."""
        width, height = options.max_width - _LABEL - 1, options.height or 4
        values = [value for _, value in (*self._curve.predicted, *self._curve.measured)]
        if not values:
            yield Text("nothing is foretold or was measured", style="dim")
            return
        low, high = _bounds(min(values), max(values), self._least_span)
        predicted = _Canvas(width, height, self._curve, low, high)
        predicted.draw(self._curve.predicted[::2])
        measured = _Canvas(width, height, self._curve, low, high)
        measured.draw(self._curve.measured)
        for row in range(height):
            label = {0: self._label(high), height - 1: self._label(low)}.get(row, "")
            yield Text.assemble((f"{label:>{_LABEL}} ", "dim"), *_cells(predicted.row(row), measured.row(row)))


class _Canvas:
    """Dots of one kind."""

    def __init__(self, width: int, height: int, curve: Curve, low: float, high: float) -> None:
        self._columns, self._rows = 2 * width, 4 * height
        self._curve, self._low, self._high = curve, low, high
        self._bits = [[0] * width for _ in range(height)]

    def draw(self, points: Iterable[tuple[float, float]]) -> None:
        """Set a dot for each point within the curve's span."""
        span_s = self._curve.end_s - self._curve.begin_s
        for at_s, value in points:
            x = round((at_s - self._curve.begin_s) / span_s * (self._columns - 1))
            y = round((self._high - value) / (self._high - self._low) * (self._rows - 1))
            if 0 <= x < self._columns:
                self._bits[y // 4][x // 2] |= _DOTS[y % 4][x % 2]

    def row(self, index: int) -> list[int]:
        return self._bits[index]


def _cells(predicted: list[int], measured: list[int]) -> list[tuple[str, str]]:
    """What was measured hides what was foretold in the same place."""
    return [
        (chr(_BLANK + (above or below)), _MEASURED if above else _PREDICTED)
        for below, above in zip(predicted, measured, strict=True)
    ]


def _bounds(low: float, high: float, least_span: float) -> tuple[float, float]:
    short = max(0.0, least_span - (high - low)) / 2
    return low - short, high + short
