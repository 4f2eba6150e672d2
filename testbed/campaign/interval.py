"""What a count of errors says of an error rate."""

from dataclasses import dataclass

from scipy.special import betaincinv


@dataclass(frozen=True, slots=True)
class Interval:
    """Where an error rate lies, both ends included."""

    low: float
    high: float


def clopper_pearson(errors: int, trials: int, confidence: float) -> Interval:
    """Return the interval that holds the rate of independent errors with at least this confidence.

    C. J. Clopper, E. S. Pearson, Biometrika 26 (1934), by quantiles of the beta distribution. Without a trial it is 0
    to 1. Raises ValueError unless 0 <= errors <= trials.

    >>> clopper_pearson(0, 3000, 0.95).high < 1.3e-3
    True
    """
    if not 0 <= errors <= trials:
        raise ValueError(f"errors is {errors}; accepted: 0 to the {trials} trials")
    tail = (1 - confidence) / 2
    low = float(betaincinv(errors, trials - errors + 1, tail)) if errors else 0.0
    high = float(betaincinv(errors + 1, trials - errors, 1 - tail)) if errors < trials else 1.0
    return Interval(low, high)
