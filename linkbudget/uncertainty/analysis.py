"""A link's budget with what is uncertain about it: cases, draws, and which input matters most."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from linkbudget.decibels import Floats, Real
from linkbudget.lines import Budget
from linkbudget.scene import link_budget, link_of
from linkbudget.study_file import StudyFile
from linkbudget.uncertainty.draws import draw
from linkbudget.uncertainty.sensitivity import Sensitivity, sensitivities
from linkbudget.uncertainty.tolerance import Tolerance


@dataclass(frozen=True, slots=True, eq=False)
class Uncertainty:
    """Draws of a link's result, float64[modes, draws], and the inputs by how far they move the first mode's."""

    result_db: Floats
    sensitivities: list[Sensitivity]


@dataclass(frozen=True, slots=True, eq=False)
class Analysis:
    """A link worked out: its budget as given and, where it has tolerances, with all of them adverse and favourable."""

    link: str
    modes: tuple[str, ...]
    cases: dict[str, Budget]
    result: str
    """The line that matters: the margin, or C/N0 of a link without modes."""
    uncertainty: Uncertainty | None


def analyse(file: StudyFile, link: str) -> Analysis:
    """Return the analysis of one link of a study. Raises LinkInputError for what cannot be used."""
    modes = tuple(mode.name for mode in link_of(file.study, link).modes)
    result = "margin_db" if modes else "c_n0_db_hz"
    tolerances = tolerances_of(file, link)
    cases = {"nominal": link_budget(file.study, link)}
    if not tolerances:
        return Analysis(link, modes, cases, result, None)
    for case in ("adverse", "favourable"):
        values = {place: getattr(each, case) for place, each in tolerances.items()}
        cases[case] = link_budget(file.study, link, values)
    return Analysis(link, modes, cases, result, _uncertainty(file, link, result, tolerances))


def tolerances_of(file: StudyFile, link: str) -> dict[str, Tolerance]:
    """Return the tolerances that a link depends on: all but those of other links."""
    return {
        place: each
        for place, each in file.tolerances.items()
        if place.startswith(f"links.{link}.") or not place.startswith("links.")
    }


def _uncertainty(file: StudyFile, link: str, result: str, tolerances: Mapping[str, Tolerance]) -> Uncertainty:
    def result_db(values: Mapping[str, Real]) -> Floats:
        return np.atleast_2d(link_budget(file.study, link, values)[result])

    draws = draw(tolerances, file.study.monte_carlo)
    drawn_db = result_db(draws)
    drawn_db = np.broadcast_to(drawn_db, (len(drawn_db), file.study.monte_carlo.draws))
    return Uncertainty(drawn_db, sensitivities(tolerances, lambda values: result_db(values)[0, 0], draws, drawn_db[0]))
