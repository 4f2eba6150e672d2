"""Draws of all toleranced inputs at once."""

from collections.abc import Mapping
from typing import Annotated, Literal

import numpy as np

from linkbudget.decibels import Floats
from linkbudget.quantity import Within, table
from linkbudget.uncertainty.tolerance import Tolerance


@table
class MonteCarlo:
    """How many draws, how they are spread, and the seed they follow from.

    "latin-hypercube" divides each input's probability into as many equal strata as there are draws and takes one of
    each (McKay, Beckman, Conover, Technometrics 21, 1979): means and quantiles converge faster than by "random".
    """

    draws: Annotated[int, Within(1, 10_000_000, "", "number of draws")] = 10_000
    method: Literal["latin-hypercube", "random"] = "latin-hypercube"
    seed: Annotated[int, Within(0, 2**63 - 1, "", "seed of the draws")] = 1


def draw(tolerances: Mapping[str, Tolerance], monte_carlo: MonteCarlo) -> dict[str, Floats]:
    """Return independent draws of every input, float64[draws] each, in the order given."""
    rng = np.random.default_rng(monte_carlo.seed)
    probabilities = _probabilities(len(tolerances), monte_carlo, rng)
    return {name: each.quantile(column) for (name, each), column in zip(tolerances.items(), probabilities, strict=True)}


def _probabilities(inputs: int, monte_carlo: MonteCarlo, rng: np.random.Generator) -> Floats:
    """Return float64[inputs, draws], each strictly between 0 and 1."""
    if monte_carlo.method == "random" or not inputs:
        uniform = rng.random((inputs, monte_carlo.draws))
    else:
        from scipy.stats import qmc  # it takes a tenth of a second to load, for studies with tolerances alone

        uniform = qmc.LatinHypercube(inputs, seed=rng).random(monte_carlo.draws).T
    tiny = np.finfo(np.float64).tiny
    return np.clip(uniform, tiny, 1.0 - np.finfo(np.float64).epsneg)
