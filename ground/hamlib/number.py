"""Numbers as a client writes them."""

import math

from ground.hamlib.errors import RefusedError
from ground.hamlib.return_code import ReturnCode


def number(text: str) -> float:
    """Return a number. Raise RefusedError if it is none, or not finite."""
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise RefusedError(ReturnCode.INVALID_PARAMETER)
    return value
