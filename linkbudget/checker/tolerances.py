"""Tolerances whose worst case is better than their best."""

from collections.abc import Iterator, Mapping

import numpy as np

from linkbudget.checker.finding import Finding
from linkbudget.errors import LinkInputError
from linkbudget.lines import Budget
from linkbudget.scene import link_budget
from linkbudget.study import Study
from linkbudget.uncertainty.tolerance import Tolerance

LEAST_CHANGE_DB = 0.01


def check_tolerances(study: Study, tolerances: Mapping[str, Tolerance]) -> Iterator[Finding]:
    """Give the tolerances whose adverse value is better for every link that it acts on, or that cannot be used."""
    for place, tolerance in tolerances.items():
        try:
            changes_db = [_change_db(study, link, place, tolerance) for link in _links(study, place)]
        except LinkInputError as error:
            yield Finding(place, str(error.value), "a value of its tolerance cannot be used", error.accepted, "error")
            continue
        if changes_db and max(changes_db) <= LEAST_CHANGE_DB and min(changes_db) < -LEAST_CHANGE_DB:
            hint = f"exchange adverse ({tolerance.adverse:g}) and favourable ({tolerance.favourable:g})"
            suspicion = f"its adverse value is {-min(changes_db):.2f} dB better than its favourable one"
            yield Finding(place, tolerance.adverse, suspicion, hint)


def _links(study: Study, place: str) -> list[str]:
    """Return the links that a number at a place acts on: its own, or all."""
    own = [name for name in study.links if place.startswith(f"links.{name}.")]
    return own or list(study.links)


def _change_db(study: Study, link: str, place: str, tolerance: Tolerance) -> float:
    """Return by how much the link is better at the favourable value than at the adverse one."""
    favourable, adverse = (
        _result_db(link_budget(study, link, {place: value})) for value in (tolerance.favourable, tolerance.adverse)
    )
    return favourable - adverse


def _result_db(budget: Budget) -> float:
    return float(np.mean(budget["margin_db" if budget.has("margin_db") else "c_n0_db_hz"]))
