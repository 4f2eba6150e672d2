"""A study brought to the point where budgets can be worked out: its site, its view."""

from collections.abc import Mapping

import numpy as np

from linkbudget.budget import Site, budget
from linkbudget.decibels import Real
from linkbudget.errors import LinkInputError
from linkbudget.lines import Budget
from linkbudget.link import Link
from linkbudget.study import Study
from linkbudget.study_passes import chosen, orbit_of, search, station_of
from linkbudget.tree import with_numbers
from linkbudget.view import View


def link_budget(study: Study, link: str, values: Mapping[str, Real] | None = None, view: View | None = None) -> Budget:
    """Return the budget of one link of a study.

    `values` are numbers, or float64[draws], put at dotted places of the study first; `view` stands in place of the
    study's own. Raises LinkInputError for a link, a place or a value that cannot be used.
    """
    varied = with_numbers(study, values or {})
    return budget(link_of(varied, link), view or view_of(varied), site_of(varied))


def link_of(study: Study, name: str) -> Link:
    """Return a link by its name. Raises LinkInputError with the known ones."""
    if name not in study.links:
        raise LinkInputError("link", name, f"one of {', '.join(study.links)}")
    return study.links[name]


def view_of(study: Study) -> View:
    """Return the view of the study's geometry; without one, that at AOS of the pass that would be worked out."""
    geometry = study.geometry
    if geometry is None:
        orbit = orbit_of(study)
        aos = chosen(study, search(study, orbit)).aos
        return View.at_once(orbit.geometry(station_of(study), aos, np.zeros(1)))
    if geometry.range_m is not None:
        return View.of_range(geometry.elevation_deg, geometry.range_m)
    assert geometry.altitude_m is not None  # the table holds one of the two
    return View.of_altitude(geometry.elevation_deg, geometry.altitude_m)


def site_of(study: Study) -> Site | None:
    """Return where the signal passes through the troposphere; None if the study reckons without it."""
    if study.climate is None:
        return None
    station = station_of(study)
    climate = study.climate.at(station.latitude_deg, station.longitude_deg, station.altitude_m)
    return Site(station.latitude_deg, station.altitude_m, climate, study.climate.rain_rate_source)
