"""What a point is expected to measure, and whether it did."""

from dataclasses import dataclass
from enum import Enum

import numpy as np

from linkbudget.decibels import Floats
from testbed.campaign.interval import Interval
from testbed.campaign.theory import Curve


class Verdict(Enum):
    """How a point's interval lies to its predicted band."""

    WITHIN = "within"
    WORSE = "worse than predicted"
    BETTER = "better than theory allows"


@dataclass(frozen=True, slots=True)
class Prediction:
    """A band of error rates over Eb/N0 in dB."""

    lowest: Curve
    """Below it a measurement is too good to be true."""
    highest: Curve
    theory: Curve | None = None
    """An ideal receiver's rate; None where only a limit is stated."""
    bound: Curve | None = None
    """The best that any code of this length could do, by the normal approximation."""
    allowance_db: tuple[float, float] = (0.0, 0.0)
    """How far the band reaches to either side of theory."""

    def band(self, eb_n0_db: Floats) -> tuple[Floats, Floats]:
        """Return lowest and highest rate, each of the shape of `eb_n0_db`."""
        return self.lowest(eb_n0_db), self.highest(eb_n0_db)

    def judge(self, eb_n0_db: float, measured: Interval) -> Verdict:
        """Compare a measured interval with the band: it passes if they share a rate."""
        lowest, highest = self.band(np.asarray(eb_n0_db))
        if measured.low > highest:
            return Verdict.WORSE
        return Verdict.BETTER if measured.high < lowest else Verdict.WITHIN


def around(theory: Curve, loss_db: float, better_db: float, bound: Curve | None, bound_margin_db: float) -> Prediction:
    """Return the band from a little better than theory to an implementation loss away from it.

    With a bound it is nowhere further than a margin on the good side of that.
    """

    def lowest(eb_n0_db: Floats) -> Floats:
        best = theory(eb_n0_db + better_db)
        return best if bound is None else np.maximum(best, bound(eb_n0_db + bound_margin_db))

    def highest(eb_n0_db: Floats) -> Floats:
        return np.maximum(theory(eb_n0_db - loss_db), lowest(eb_n0_db))

    return Prediction(lowest, highest, theory, bound, (-better_db, loss_db))


def at_most(rate: float) -> Prediction:
    """Return the band from nothing to a rate, at any Eb/N0."""
    return Prediction(lambda eb_n0_db: np.zeros_like(eb_n0_db), lambda eb_n0_db: np.full_like(eb_n0_db, rate))
