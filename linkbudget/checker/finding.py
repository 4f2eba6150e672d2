"""What the checker says of a value, and how it words numbers."""

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np

from linkbudget.decibels import Real

Severity = Literal["error", "warning"]
"""An error cannot be so; a warning can, and seldom is."""

_PREFIXES = {-12: "p", -9: "n", -6: "u", -3: "m", 0: "", 3: "k", 6: "M", 9: "G", 12: "T"}


@dataclass(frozen=True, slots=True)
class Finding:
    """One value of a study that is probably wrong.

    `place` is its dotted place in the study's file, `suspicion` says what is thought to have happened, and `hint` what
    would be plausible, in figures where there are some.
    """

    place: str
    value: float | str | None
    suspicion: str
    hint: str
    severity: Severity = "warning"

    def __str__(self) -> str:
        value = f"{self.value:g}" if isinstance(self.value, float) else str(self.value)
        return f"{self.severity}: {self.place} is {value}: {self.suspicion}; {self.hint}"


def nominal(value: Real) -> float:
    """Return a number; of draws their mean."""
    return float(np.mean(value))


def si(value: float, unit: str) -> str:
    """Return a value in three digits with the unit's prefix.

    >>> si(501.2, "W"), si(437.5e6, "Hz"), si(0.0, "W")
    ('501 W', '438 MHz', '0 W')
    """
    rounded = float(f"{value:.3g}")
    power = 3 * math.floor(math.log10(abs(rounded)) / 3.0) if rounded else 0
    power = min(max(power, min(_PREFIXES)), max(_PREFIXES))
    return f"{rounded / 10.0**power:.3g} {_PREFIXES[power]}{unit}"
