"""How far an input may be from what was given, as a design control table says it."""

from typing import Annotated, Literal

import numpy as np
from scipy.special import ndtri

from linkbudget.checks import require_between
from linkbudget.decibels import Floats
from linkbudget.errors import LinkInputError
from linkbudget.quantity import Within, check_quantities, table

_ANY = (-1e30, 1e30, "")


@table
class Tolerance:
    """An input's value, its most adverse and its most favourable one, and how likely those between are.

    "triangular" is likeliest at `value` and never beyond the two others; "uniform" is as likely anywhere between
    them; "normal" has its median at `value` and the two others at three standard deviations, each on its side
    (design control tables: DSN 810-005, module 202; Yuen, Deep Space Telecommunications Systems Engineering, 1983,
    chapter 1). Raises LinkInputError if a number is beyond 1e30 or `value` is not between the two others.
    """

    value: Annotated[float, Within(*_ANY, "what is reckoned with")]
    adverse: Annotated[float, Within(*_ANY, "the worst that can be")]
    favourable: Annotated[float, Within(*_ANY, "the best that can be")]
    shape: Literal["triangular", "uniform", "normal"] = "triangular"

    def __post_init__(self) -> None:
        check_quantities(self)
        low, high = sorted((self.adverse, self.favourable))
        require_between("value", self.value, low, high)
        if low == high:
            raise LinkInputError("favourable", self.favourable, "another number than the adverse one")

    def quantile(self, probability: Floats) -> Floats:
        """Return the values that are undershot with each probability, float64 of its shape, 0 < probability < 1."""
        low, high = sorted((self.adverse, self.favourable))
        if self.shape == "uniform":
            return np.asarray(low + probability * (high - low))
        if self.shape == "triangular":
            return self._triangular(probability, low, high)
        deviate = ndtri(probability)
        return np.asarray(self.value + deviate / 3.0 * np.where(deviate < 0, self.value - low, high - self.value))

    def _triangular(self, probability: Floats, low: float, high: float) -> Floats:
        span = high - low
        peak = (self.value - low) / span
        rising = low + span * np.sqrt(probability * peak)
        falling = high - span * np.sqrt((1.0 - probability) * (1.0 - peak))
        return np.asarray(np.where(probability < peak, rising, falling))
