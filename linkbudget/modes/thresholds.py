"""Required Eb/N0 by modulation and code: a table of figures, each with its source (thresholds.csv)."""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Literal, cast

from linkbudget.errors import LinkInputError

Metric = Literal["BER", "CWER", "FER", "PER"]
"""Of information bits, code words, transfer frames or packets."""

Basis = Literal["closed form", "bound", "printed", "digitised", "simulated", "measured"]
"""How a figure came about.

closed form: by the equation named. bound: by an upper bound that is close at this rate. printed: a number in the
source. digitised: read off a figure of the source, good to about 0.1 dB. simulated: between points of a published
simulation. measured: simulated for this project, as no published number was found.
"""


@dataclass(frozen=True, slots=True)
class Threshold:
    """The Eb/N0 of an *information* bit at which an error rate is reached, with an ideal receiver.

    `code_rate` is information bits over bits sent; frame synchronisation markers are not counted in it.
    """

    id: str
    modulation: str
    code: str
    code_rate: float
    metric: Metric
    error_rate: float
    eb_n0_db: float
    basis: Basis
    source: str

    def __str__(self) -> str:
        return f"{self.id}: {self.metric} {self.error_rate:g}, {self.basis}, {self.source}"


def threshold(id: str) -> Threshold:  # noqa: A002 # what it is called in files
    """Return the threshold of an id. Raises LinkInputError, with the ids that there are, for another."""
    known = thresholds()
    if id not in known:
        raise LinkInputError("threshold", id, ", ".join(known))
    return known[id]


@cache
def thresholds() -> Mapping[str, Threshold]:
    """Return all thresholds by id, in the order of the table."""
    text = files("linkbudget.modes").joinpath("thresholds.csv").read_text(encoding="utf-8")
    rows = csv.DictReader(text.splitlines())
    return MappingProxyType({row["id"]: _threshold(row) for row in rows})


def _threshold(row: Mapping[str, str]) -> Threshold:
    return Threshold(
        id=row["id"],
        modulation=row["modulation"],
        code=row["code"],
        code_rate=float(Fraction(row["code_rate"])),
        metric=cast("Metric", row["metric"]),
        error_rate=float(row["error_rate"]),
        eb_n0_db=float(row["eb_n0_db"]),
        basis=cast("Basis", row["basis"]),
        source=row["source"],
    )
