"""Which input matters most."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from linkbudget.decibels import Floats, Real
from linkbudget.uncertainty.tolerance import Tolerance

_BINS = 32


@dataclass(frozen=True, slots=True)
class Sensitivity:
    """What one input does to the margin, in dB at its most adverse and most favourable value, all else as given.

    `variance_share` is its first-order Sobol index: the part of the margin's variance that would go if it were known.
    """

    name: str
    adverse_db: float
    favourable_db: float
    variance_share: float

    @property
    def swing_db(self) -> float:
        """The distance between the two."""
        return abs(self.favourable_db - self.adverse_db)


def sensitivities(
    tolerances: Mapping[str, Tolerance],
    margin_db: Callable[[Mapping[str, Real]], Floats],
    draws: Mapping[str, Floats],
    drawn_margin_db: Floats,
) -> list[Sensitivity]:
    """Return the inputs by their swing, the largest first.

    `margin_db` gives the margin with some inputs replaced, one number; `drawn_margin_db` is float64[draws] for `draws`.
    """
    nominal_db = float(margin_db({}))
    found = [
        Sensitivity(
            name=name,
            adverse_db=float(margin_db({name: each.adverse})) - nominal_db,
            favourable_db=float(margin_db({name: each.favourable})) - nominal_db,
            variance_share=first_order_index(draws[name], drawn_margin_db),
        )
        for name, each in tolerances.items()
    ]
    return sorted(found, key=lambda each: each.swing_db, reverse=True)


def first_order_index(inputs: Floats, outputs: Floats) -> float:
    """Return the first-order Sobol index of an input, float64[n], on an output, float64[n], from plain draws.

    Var(E[Y|X]) / Var(Y), with the expectation taken in bins of equal count (Plischke, Borgonovo, Smith, Eur. J. Oper.
    Res. 226, 2013), less what bins of pure noise would show. 0 if the output does not vary.
    """
    variance = outputs.var()
    bins = min(_BINS, len(outputs) // 8)
    if variance == 0.0 or bins < 2:
        return 0.0
    parts = np.array_split(outputs[np.argsort(inputs, kind="stable")], bins)
    between = sum(len(part) * (part.mean() - outputs.mean()) ** 2 for part in parts) / len(outputs)
    within = sum(len(part) * part.var() for part in parts) / len(outputs)
    chance = within * (bins - 1) / (len(outputs) - bins)
    return float(np.clip((between - chance) / variance, 0.0, 1.0))
