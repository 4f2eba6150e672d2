"""One line of a budget over one or two numbers of its study."""

from dataclasses import dataclass

import numpy as np

from linkbudget.decibels import Floats, Real
from linkbudget.errors import LinkInputError
from linkbudget.lines import Line
from linkbudget.scene import link_budget, link_of
from linkbudget.study import Study, SweepAxis, SweepTable
from linkbudget.tree import takes_array


@dataclass(frozen=True, slots=True, eq=False)
class Sweep:
    """`value` is float64[y, x, mode]: one y where only x is swept, one mode for a line that all modes share."""

    table: SweepTable
    line: Line
    modes: tuple[str, ...]
    x: Floats
    y: Floats
    value: Floats


def sweep(study: Study) -> Sweep:
    """Return the study's sweep. Raises LinkInputError if it has none, or a place, a bound or the result is unknown."""
    wanted = study.sweep
    if wanted is None:
        raise LinkInputError("sweep", None, "a table [sweep]")
    modes = tuple(mode.name for mode in link_of(study, wanted.link).modes)
    x, y = axis_values(wanted.x), axis_values(wanted.y) if wanted.y else np.zeros(1)
    first = _line(study, wanted, {wanted.x.place: float(x[0])})
    value = np.stack([_row(study, wanted, x, float(each)) for each in y])
    return Sweep(wanted, first, modes if first.value.ndim else ("",), x, y, value)


def axis_values(axis: SweepAxis) -> Floats:
    """Return the values along an axis, float64[points], rising or falling as its ends are given."""
    space = np.linspace if axis.spacing == "linear" else np.geomspace
    return space(axis.lowest, axis.highest, axis.points)


def _row(study: Study, wanted: SweepTable, x: Floats, y: float) -> Floats:
    """Return the result over x at one y: float64[x, mode]."""
    fixed: dict[str, Real] = {wanted.y.place: y} if wanted.y else {}
    if takes_array(study, wanted.x.place):
        value = _line(study, wanted, {**fixed, wanted.x.place: x}).value
        return (
            np.broadcast_to(value, (*np.shape(value)[:-1], len(x)) if value.ndim else (len(x),)).reshape(-1, len(x)).T
        )
    return np.stack([np.ravel(_line(study, wanted, {**fixed, wanted.x.place: float(each)}).value) for each in x])


def _line(study: Study, wanted: SweepTable, values: dict[str, Real]) -> Line:
    budget = link_budget(study, wanted.link, values)
    if not budget.has(wanted.result):
        known = ", ".join(line.key for line in budget)
        raise LinkInputError("sweep.result", wanted.result, f"a line of the budget: {known}")
    return budget.line(wanted.result)
