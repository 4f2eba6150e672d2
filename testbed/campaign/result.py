"""What a campaign found, point by point."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from testbed.campaign.count import Count
from testbed.campaign.interval import Interval, clopper_pearson
from testbed.campaign.plan import Plan, Point
from testbed.campaign.prediction import Verdict
from testbed.campaign.tally import Tally
from testbed.campaign.theory import Curve, lost_db


@dataclass(frozen=True, slots=True)
class PointResult:
    """One point, measured and judged."""

    point: Point
    count: Count
    interval: Interval
    """Of the error rate."""
    verdict: Verdict
    is_full: bool
    """Whether it has as many errors as were asked for; if not, the most frames ended it."""

    @property
    def errors(self) -> int:
        """How many errors there were."""
        return self.count.errors(self.point.rule.measure)

    @property
    def trials(self) -> int:
        """Out of how many."""
        return self.count.trials(self.point.rule.measure)

    @property
    def rate(self) -> float:
        """The error rate."""
        return self.errors / self.trials if self.trials else 0.0

    @property
    def has_failed(self) -> bool:
        """Whether the point is outside its band, or a frame was wrong that passed as right."""
        return self.verdict is not Verdict.WITHIN or self.count.wrong > 0

    @property
    def es_n0_db(self) -> float | None:
        """Es/N0 of a channel symbol."""
        eb_n0_db = self.point.eb_n0_db
        return None if eb_n0_db is None else eb_n0_db + self.point.series.code_rate_db

    @property
    def band(self) -> tuple[float, float]:
        """Lowest and highest rate predicted."""
        lowest, highest = self.point.series.prediction.band(np.asarray(self.point.eb_n0_db or 0.0))
        return float(lowest), float(highest)

    def from_theory_db(self, rate: float) -> float | None:
        """Return by how much less Eb/N0 theory has a rate; None without theory, or where it is nowhere near."""
        theory, eb_n0_db = self.point.series.prediction.theory, self.point.eb_n0_db
        return None if theory is None or eb_n0_db is None else lost_db(theory, eb_n0_db, rate)

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON has it."""
        series, prediction = self.point.series, self.point.series.prediction
        lowest, highest = self.band
        return {
            "sweep": self.point.sweep,
            "series": series.label,
            "eb_n0_db": self.point.eb_n0_db,
            "es_n0_db": self.es_n0_db,
            "measure": self.point.rule.measure,
            "errors": self.errors,
            "trials": self.trials,
            "rate": self.rate,
            "low": self.interval.low,
            "high": self.interval.high,
            "predicted_lowest": lowest,
            "predicted_highest": highest,
            "theory": self._at(prediction.theory),
            "bound": self._at(prediction.bound),
            "from_theory_db": self.from_theory_db(self.rate),
            "from_theory_low_db": self.from_theory_db(self.interval.low),
            "from_theory_high_db": self.from_theory_db(self.interval.high),
            "verdict": self.verdict.value,
            "stopped_by": "errors" if self.is_full else "most frames",
            "per_hour": None if series.per_hour is None else self.rate * series.per_hour,
            "count": asdict(self.count),
        }

    def _at(self, curve: Curve | None) -> float | None:
        if curve is None or self.point.eb_n0_db is None:
            return None
        return float(curve(np.asarray(self.point.eb_n0_db)))


@dataclass(frozen=True, slots=True)
class CampaignResult:
    """All points."""

    name: str
    seed: int
    confidence: float
    points: list[PointResult]

    @property
    def failures(self) -> list[PointResult]:
        """The points that failed."""
        return [each for each in self.points if each.has_failed]

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON has it: nothing in it depends on when, where or how fast it was measured."""
        return {
            "campaign": self.name,
            "seed": self.seed,
            "confidence": self.confidence,
            "passed": not self.failures,
            "failed": len(self.failures),
            "points": [each.to_json() for each in self.points],
        }


def judged(point: Point, tally: Tally, confidence: float) -> PointResult:
    """Return a measured point beside what was predicted for it."""
    interval = clopper_pearson(tally.errors, tally.count.trials(point.rule.measure), confidence)
    verdict = point.series.prediction.judge(point.eb_n0_db or 0.0, interval)
    return PointResult(point, tally.count, interval, verdict, tally.errors >= tally.rule.errors)


def all_judged(plan: Plan, tallies: Sequence[Tally], seed: int) -> CampaignResult:
    """Return a campaign's result."""
    confidence = plan.campaign.confidence
    points = [judged(point, tally, confidence) for point, tally in zip(plan.points, tallies, strict=True)]
    return CampaignResult(plan.campaign.name, seed, confidence, points)
