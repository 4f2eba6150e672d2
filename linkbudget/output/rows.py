"""A budget's lines as rows to print: one row for each line up to C/N0, then one for each line and mode."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from linkbudget.lines import Budget, Kind, Line
from linkbudget.provenance import Source


@dataclass(frozen=True, slots=True)
class Row:
    """One printed row; `values` by case, `mode` is None where all modes have the same."""

    mode: str | None
    key: str
    name: str
    values: dict[str, float]
    unit: str
    kind: Kind
    source: Source


def rows(cases: Mapping[str, Budget], modes: Sequence[str]) -> list[Row]:
    """Return the rows of budgets of one link, each for a number of everything: no time and no draws."""
    lines = {case: budget.lines for case, budget in cases.items()}
    return [
        *_rows(lines, None, 0, by_mode=False),
        *(row for i, m in enumerate(modes) for row in _rows(lines, m, i, by_mode=True)),
    ]


def _rows(lines: Mapping[str, Sequence[Line]], mode: str | None, index: int, *, by_mode: bool) -> Iterator[Row]:
    for each in zip(*lines.values(), strict=True):
        if (each[0].value.ndim == 2) == by_mode:
            values = {case: number(line, index) for case, line in zip(lines, each, strict=True)}
            yield Row(mode, each[0].key, each[0].name, values, each[0].unit, each[0].kind, each[0].source)


def number(line: Line, mode: int) -> float:
    """Return a line's value in one mode, float64[modes, 1], or that of all modes, one number."""
    column = np.ravel(line.value)
    return float(column[mode] if line.value.ndim == 2 else column[0])
