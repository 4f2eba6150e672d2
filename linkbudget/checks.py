"""Range checks that every quantity passes where it is made."""

import math
from datetime import datetime

import numpy as np
import numpy.typing as npt

from linkbudget.errors import LinkInputError


def require_between(field: str, value: float, lowest: float, highest: float) -> None:
    """Raise LinkInputError unless lowest <= value <= highest; NaN never is."""
    if not lowest <= value <= highest:
        raise LinkInputError(field, value, f"{lowest:g} to {highest:g}")


def require_finite(field: str, value: float) -> None:
    """Raise LinkInputError for an infinity or NaN."""
    if not math.isfinite(value):
        raise LinkInputError(field, value, "a finite number")


def require_positive(field: str, value: float | npt.NDArray[np.float64]) -> None:
    """Raise LinkInputError, with the first offender, unless every value is finite and greater than 0."""
    values = np.ravel(value)
    offenders = values[~(np.isfinite(values) & (values > 0))]
    if offenders.size:
        raise LinkInputError(field, float(offenders[0]), "a finite number greater than 0")


def require_aware(field: str, value: datetime) -> None:
    """Raise LinkInputError for a time that does not say its offset from UTC."""
    if value.utcoffset() is None:
        raise LinkInputError(field, value.isoformat(), "a time with its UTC offset")
