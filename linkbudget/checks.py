"""Range checks that every quantity passes where it is made."""

from datetime import datetime

import numpy as np

from linkbudget.decibels import Real
from linkbudget.errors import LinkInputError


def require_between(field: str, value: Real, lowest: float, highest: float) -> None:
    """Raise LinkInputError, with the first offender, unless all are between the bounds; NaN never is."""
    # the comparisons are written so that NaN fails them
    _require(field, value, (lowest <= np.asarray(value)) & (np.asarray(value) <= highest), f"{lowest:g} to {highest:g}")


def require_finite(field: str, value: Real) -> None:
    """Raise LinkInputError, with the first offender, for an infinity or NaN."""
    _require(field, value, np.isfinite(value), "a finite number")


def require_positive(field: str, value: Real) -> None:
    """Raise LinkInputError, with the first offender, unless every value is finite and greater than 0."""
    _require(field, value, np.isfinite(value) & (np.asarray(value) > 0), "a finite number greater than 0")


def require_aware(field: str, value: datetime) -> None:
    """Raise LinkInputError for a time that does not say its offset from UTC."""
    if value.utcoffset() is None:
        raise LinkInputError(field, value.isoformat(), "a time with its UTC offset")


def _require(
    field: str, value: Real, good: np.bool_ | np.ndarray[tuple[int, ...], np.dtype[np.bool_]], accepted: str
) -> None:
    if not np.all(good):
        raise LinkInputError(field, float(np.asarray(value)[~np.asarray(good)].flat[0]), accepted)
