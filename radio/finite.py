"""Numbers that files and events can hold."""

import math


def finite_or_none(value: float) -> float | None:
    """Return a number, None for what is not one or has no end: JSON has neither."""
    return float(value) if math.isfinite(value) else None
