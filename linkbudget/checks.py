"""Range checks that every quantity passes where it is made."""

from datetime import datetime

import numpy as np
import numpy.typing as npt

from linkbudget.decibels import Real
from linkbudget.errors import LinkInputError

_Mask = np.bool_ | npt.NDArray[np.bool_]


def require_between(field: str, value: Real, lowest: float, highest: float) -> None:
    """Raise LinkInputError, with the first offender, unless all are between the bounds; NaN never is."""
    # here and below, the comparisons are written so that NaN fails them
    least, greatest = _span(value)
    if not (lowest <= least and greatest <= highest):
        good = (lowest <= np.asarray(value)) & (np.asarray(value) <= highest)
        raise _error(field, value, good, f"{lowest:g} to {highest:g}")


def require_finite(field: str, value: Real) -> None:
    """Raise LinkInputError, with the first offender, for an infinity or NaN."""
    least, greatest = _span(value)
    if not (-np.inf < least and greatest < np.inf):
        raise _error(field, value, np.isfinite(value), "a finite number")


def require_positive(field: str, value: Real) -> None:
    """Raise LinkInputError, with the first offender, unless every value is finite and greater than 0."""
    least, greatest = _span(value)
    if not (least > 0.0 and greatest < np.inf):
        good = np.isfinite(value) & (np.asarray(value) > 0)
        raise _error(field, value, good, "a finite number greater than 0")


def require_aware(field: str, value: datetime) -> None:
    """Raise LinkInputError for a time that does not say its offset from UTC."""
    if value.utcoffset() is None:
        raise LinkInputError(field, value.isoformat(), "a time with its UTC offset")


def _span(value: Real) -> tuple[float, float]:
    """Return the least and the greatest value: NaN if there is one, infinities the wrong way round if there is none."""
    if isinstance(value, float):
        return value, value
    values = np.asarray(value, dtype=np.float64)
    # two passes without a copy: a mask of a million takes longer to write than to fill
    return values.min(initial=np.inf), values.max(initial=-np.inf)


def _error(field: str, value: Real, good: _Mask, accepted: str) -> LinkInputError:
    return LinkInputError(field, float(np.asarray(value)[~np.asarray(good)].flat[0]), accepted)
