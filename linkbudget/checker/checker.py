"""The checker's table of rules, and the study taken through it."""

from collections.abc import Callable, Iterator
from dataclasses import fields, replace

from linkbudget.checker import (
    aperture_limits,
    elements,
    geometries,
    noise_figures,
    polarisations,
    power,
    rates,
    sampling,
    validity,
)
from linkbudget.checker.case import Case
from linkbudget.checker.finding import Finding
from linkbudget.checker.tolerances import check_tolerances
from linkbudget.errors import LinkInputError
from linkbudget.scene import link_budget, view_of
from linkbudget.study import Study
from linkbudget.study_file import StudyFile
from linkbudget.view import View

STUDY_RULES: tuple[Callable[[Study], Iterator[Finding]], ...] = (
    elements.age,
    geometries.altitude,
    geometries.geometry_and_orbit,
)
LINK_RULES: tuple[Callable[[Case], Iterator[Finding]], ...] = (
    geometries.carrier,
    power.low_gain_power,
    power.stated_eirp,
    power.margin,
    power.stated_g_over_t,
    aperture_limits.radiated_power,
    aperture_limits.dish,
    aperture_limits.yagi,
    aperture_limits.aperture,
    aperture_limits.pointing,
    noise_figures.stage_temperature,
    noise_figures.noise_figure,
    noise_figures.celsius,
    noise_figures.antenna_temperature,
    noise_figures.system_temperature,
    polarisations.power_ratio,
    polarisations.crossed,
    rates.required_below_shannon,
    rates.rate_above_shannon,
    rates.narrow_bandwidth,
    rates.wide_bandwidth,
    rates.slow_rate,
    sampling.sample_rate,
    validity.outside_range,
)
"""What is looked at, in the order of the findings: first what the rest follows from."""

_STUDY_FIELDS = {field.name for field in fields(Study)}


def check(study: Study) -> list[Finding]:
    """Return what is probably wrong in a study, in the order of the rules; nothing for a sound one.

    The numbers looked at are the nominal ones. A study whose budgets cannot be worked out is itself a finding.
    """
    found = [finding for rule in STUDY_RULES for finding in rule(study)]
    for name in study.links:
        case, failures = _case(study, name)
        found += failures
        found += [finding for rule in LINK_RULES for finding in rule(case)]
    return list(dict.fromkeys(found))  # what several links suffer from is told once


def check_study(file: StudyFile) -> list[Finding]:
    """Return what `check` finds in a study's file, and which of its tolerances are the wrong way round."""
    return [*check(file.study), *check_tolerances(file.study, file.tolerances)]


def _case(study: Study, name: str) -> tuple[Case, list[Finding]]:
    """Return a link with as much of its budgets as can be had, and why there is no more."""
    elevation_place = "geometry.elevation_deg" if study.geometry else "passes.min_elevation_deg"
    case = Case(name, study.links[name], station=study.station, elevation_place=elevation_place)
    try:
        view, best_view = view_of(study), _best_view(study)
    except LinkInputError:
        return case, []  # the study has no geometry; of elements that cannot be read `elements.age` tells
    case = replace(case, view=view)
    try:
        budget, best = (link_budget(study, name, view=each) for each in (view, best_view))
    except LinkInputError as error:
        place = error.field if error.field.split(".")[0] in _STUDY_FIELDS else f"links.{name}.{error.field}"
        return case, [Finding(place, str(error.value), "the budget cannot be worked out", error.accepted, "error")]
    return replace(case, budget=budget, best=best), []


def _best_view(study: Study) -> View:
    """Return the view of the orbit's lowest point from below; without an orbit, the study's geometry."""
    if study.orbit is None:
        return view_of(study)
    lowest_km, _ = geometries.orbit_heights_km(study)
    return View.of_altitude(90.0, 1e3 * max(lowest_km, geometries.LOWEST_ORBIT_KM))
