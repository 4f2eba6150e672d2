"""A study brought to the point where budgets can be worked out: its orbit, its site, its view."""

import math
from collections.abc import Mapping

from linkbudget.budget import Site, budget
from linkbudget.constants import EARTH_RADIUS_M
from linkbudget.decibels import Real
from linkbudget.errors import LinkInputError
from linkbudget.lines import Budget
from linkbudget.link import Link
from linkbudget.orbit.element_file import parse_elements
from linkbudget.orbit.elements import MeanElements
from linkbudget.orbit.gravity import GM_M3_S2
from linkbudget.orbit.orbit import Orbit
from linkbudget.orbit.presets import preset
from linkbudget.orbit.station import Station
from linkbudget.study import PassTable, Study
from linkbudget.tree import with_numbers
from linkbudget.view import View

_DAY_S = 86_400.0


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
    """Return the view of the study's geometry; without one, that of its orbit at the least elevation of a pass."""
    geometry = study.geometry
    if geometry is None:
        return View.of_altitude(passes_of(study).min_elevation_deg, mean_altitude_m(orbit_of(study).elements))
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


def orbit_of(study: Study) -> Orbit:
    """Return the study's orbit. Raises LinkInputError if it has none or its elements cannot be used."""
    wanted = study.orbit
    if wanted is None:
        raise LinkInputError("orbit", None, "a table [orbit], or [geometry] in its place")
    if wanted.elements is not None:
        return Orbit(parse_elements(wanted.elements, wanted.satellite))
    assert wanted.preset is not None  # the table holds one of the two, and an epoch with this one
    assert wanted.epoch is not None
    return Orbit(preset(wanted.preset, wanted.epoch))


def station_of(study: Study) -> Station:
    """Return the study's station. Raises LinkInputError if it has none."""
    if study.station is None:
        raise LinkInputError("station", None, "a table [station]")
    return study.station


def passes_of(study: Study) -> PassTable:
    """Return what passes the study looks for. Raises LinkInputError if it does not say."""
    if study.passes is None:
        raise LinkInputError("passes", None, "a table [passes] with the start of the search")
    return study.passes


def mean_altitude_m(elements: MeanElements) -> float:
    """Return the semi-major axis less the mean radius of the Earth, by Kepler's third law."""
    rate_rad_s = elements.mean_motion_rev_day * 2.0 * math.pi / _DAY_S
    return float((GM_M3_S2 / rate_rad_s**2) ** (1.0 / 3.0) - EARTH_RADIUS_M)
