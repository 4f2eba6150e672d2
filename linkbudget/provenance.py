"""Where a figure comes from, and where its equation holds."""

from dataclasses import dataclass

import numpy as np

from linkbudget.decibels import Real

_UNITS = {"hz": ("GHz", 1e9), "deg": ("deg", 1.0), "percent": ("%", 1.0), "m": ("km", 1e3), "db": ("dB", 1.0)}


@dataclass(frozen=True, slots=True)
class Range:
    """The span of one quantity over which an equation holds; `quantity` carries its unit: "elevation_deg"."""

    quantity: str
    lowest: float
    highest: float

    def __str__(self) -> str:
        name, _, unit = self.quantity.rpartition("_")
        if unit not in _UNITS:
            return f"{self.quantity.replace('_', ' ')} {self.lowest:g} to {self.highest:g}"
        shown, size = _UNITS[unit]
        return f"{name.replace('_', ' ')} {self.lowest / size:g} to {self.highest / size:g} {shown}"

    def holds(self, value: Real) -> bool:
        """Say whether every value is within the range, ends included."""
        return bool(np.all((self.lowest <= np.asarray(value)) & (np.asarray(value) <= self.highest)))


@dataclass(frozen=True, slots=True)
class Source:
    """What a figure is computed by: the document with its clause, the equation in a line, and where it holds."""

    reference: str
    equation: str = ""
    valid: tuple[Range, ...] = ()


GIVEN = Source("given")
"""Of a number that the study itself holds."""
