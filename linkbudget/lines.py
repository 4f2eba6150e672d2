"""A budget as lines, each with its value, unit and source."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

import numpy as np

from linkbudget.decibels import Floats, Real
from linkbudget.provenance import Source


class Kind(Enum):
    """What a line does to the running sum from the transmitter's power down to the margin."""

    CONTEXT = "context"  # nothing: frequency, range
    GAIN = "gain"  # adds
    LOSS = "loss"  # subtracts
    TOTAL = "total"  # is the sum so far
    DETAIL = "detail"  # nothing: a part of the gain or loss that follows, or another form of the total before


@dataclass(frozen=True, slots=True, eq=False)
class Line:
    """One line: `value` is float64 of the shape that its inputs have together."""

    key: str
    name: str
    value: Floats
    unit: str
    kind: Kind
    source: Source


@dataclass(frozen=True, slots=True, eq=False)
class Budget:
    """The lines of one link, in the order of the signal's way. `budget["margin_db"]` is the value of one line.

    The axes of a value are those that its inputs had: a link over a pass, in several modes, with draws gives (time,
    mode, draw) where all of them matter, and 1 or nothing along an axis that does not.
    """

    lines: tuple[Line, ...]

    def __getitem__(self, key: str) -> Floats:
        return self.line(key).value

    def __iter__(self) -> Iterator[Line]:
        return iter(self.lines)

    def line(self, key: str) -> Line:
        """Return a line by its key. Raises KeyError naming the known keys."""
        for line in self.lines:
            if line.key == key:
                return line
        raise KeyError(f"{key}; known here: {', '.join(line.key for line in self.lines)}")

    def has(self, key: str) -> bool:
        """Say whether there is such a line: those that a link has depend on what it was given."""
        return any(line.key == key for line in self.lines)


class Ledger:
    """Lines as they are written down, with the running sum."""

    def __init__(self) -> None:
        self._lines: list[Line] = []
        self._sum_db: Floats = np.asarray(0.0)

    def context(self, key: str, name: str, value: Real, unit: str, source: Source) -> None:
        """Write what the link is like."""
        self._write(key, name, value, unit, Kind.CONTEXT, source)

    def gain(self, key: str, name: str, value: Real, unit: str, source: Source) -> None:
        """Write a gain and add it."""
        self._sum_db = self._sum_db + self._write(key, name, value, unit, Kind.GAIN, source)

    def loss(self, key: str, name: str, value: Real, unit: str, source: Source) -> None:
        """Write a loss and subtract it."""
        self._sum_db = self._sum_db - self._write(key, name, value, unit, Kind.LOSS, source)

    def detail(self, key: str, name: str, value: Real, unit: str, source: Source) -> None:
        """Write what is part of another line."""
        self._write(key, name, value, unit, Kind.DETAIL, source)

    def total(self, key: str, name: str, unit: str, source: Source) -> Floats:
        """Write the sum so far and return it."""
        return self._write(key, name, self._sum_db, unit, Kind.TOTAL, source)

    def budget(self) -> Budget:
        """Return what was written."""
        return Budget(tuple(self._lines))

    def _write(self, key: str, name: str, value: Real, unit: str, kind: Kind, source: Source) -> Floats:
        written = np.asarray(value, dtype=np.float64)
        self._lines.append(Line(key, name, written, unit, kind, source))
        return written
