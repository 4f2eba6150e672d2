"""Median and tail of a figure's samples."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from statistics import median
from typing import Any

_FEW = 100
"""With fewer samples than this the 99th percentile is their worst."""


@dataclass(frozen=True, slots=True)
class Summary:
    """Of ``n`` samples: the median, and the value than which 99 of 100 are no worse. None of no sample."""

    n: int
    median: float | None
    p99: float | None

    @property
    def p99_is_worst(self) -> bool:
        """Whether the samples are too few for more than to name the worst of them."""
        return self.n < _FEW

    def to_json(self) -> dict[str, Any]:
        """Return the figures, rounded to the microsecond."""
        return {name: round(value, 6) if value is not None else None for name, value in asdict(self).items()}


def summarise(samples: Sequence[float], *, more_is_better: bool = False) -> Summary:
    """Return the summary of samples in any order; the tail is the long one, or the low one where more is better.

    The percentile is the nearest rank, a value that was measured: definition 1 of R. J. Hyndman, Y. Fan, The American
    Statistician 50 (1996).

    >>> summarise(range(1, 201))
    Summary(n=200, median=100.5, p99=198)
    """
    if not samples:
        return Summary(0, None, None)
    worst_last = sorted(samples, reverse=more_is_better)
    rank = -(-99 * len(samples) // 100)  # rounded up
    return Summary(len(samples), median(samples), worst_last[rank - 1])
