"""How a figure differs from the first run's."""

from dataclasses import dataclass
from typing import Any

from testbed.compare.run import Leg
from testbed.compare.summary import Summary
from testbed.measure import Measure

BETTER, WORSE, SAME, OPEN = "better", "worse", "same", "not told apart"


@dataclass(frozen=True, slots=True)
class Difference:
    """Percent of the first run's figure, None where that is 0, and what the difference means."""

    percent: float | None
    verdict: str

    def __str__(self) -> str:
        if self.percent is None or self.verdict == SAME:
            return self.verdict
        return f"{self.percent:+.1f} % {self.verdict}".replace("-", "−")

    def to_json(self) -> dict[str, Any]:
        """Return it as plain values."""
        return {"percent": None if self.percent is None else round(self.percent, 3), "verdict": self.verdict}


def of_medians(measure: Measure, first: Summary, other: Summary) -> Difference | None:
    """Return how a median differs, or None where there is none, or the first is 0."""
    if first.median is None or other.median is None or not first.median:
        return None
    percent = 100 * (other.median / first.median - 1)
    if abs(percent) < 0.05:  # what would be printed as 0.0
        return Difference(percent, SAME)
    return Difference(percent, BETTER if (percent > 0) is measure.more_is_better else WORSE)


def of_frame_errors(first: Leg, other: Leg) -> Difference | None:
    """Return how a frame error rate differs, or None where there is none.

    It is better or worse only where the intervals do not overlap.
    """
    rate, before = other.frame_error_rate, first.frame_error_rate
    if rate is None or before is None:
        return None
    percent = 100 * (rate / before - 1) if before else None
    if other.frame_error_interval.low > first.frame_error_interval.high:
        return Difference(percent, WORSE)
    if other.frame_error_interval.high < first.frame_error_interval.low:
        return Difference(percent, BETTER)
    return Difference(percent, SAME if rate == before else OPEN)
