"""A study's satellite over its station: orbit, passes, and the one that is worked out."""

from datetime import datetime, timedelta, timezone
from functools import lru_cache

from linkbudget.errors import LinkInputError
from linkbudget.orbit.element_file import parse_elements
from linkbudget.orbit.orbit import Orbit
from linkbudget.orbit.passes import Pass
from linkbudget.orbit.presets import preset
from linkbudget.orbit.station import Station
from linkbudget.study import PassTable, Study


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


def search(study: Study, orbit: Orbit) -> list[Pass]:
    """Return the passes of the study's search. Raises LinkInputError if there is none."""
    wanted = passes_of(study)
    start = in_utc(wanted.start)
    end = start + timedelta(hours=wanted.hours)
    found = list(_passes(orbit, station_of(study), start, end, wanted.min_elevation_deg))
    if not found:
        accepted = f"a search with a pass of at least {wanted.min_elevation_deg:g} deg in it"
        raise LinkInputError("passes.hours", wanted.hours, accepted)
    return found


@lru_cache(maxsize=16)
def _passes(orbit: Orbit, station: Station, start: datetime, end: datetime, least_deg: float) -> tuple[Pass, ...]:
    """Search once, however many budgets of a study ask for the view at its pass."""
    return tuple(orbit.passes(station, start, end, least_deg))


def chosen(study: Study, found: list[Pass]) -> Pass:
    """Return the pass that the study asks for: by its number, or the highest."""
    number = passes_of(study).number
    if number is None:
        return max(found, key=lambda each: each.max_elevation_deg)
    if number > len(found):
        raise LinkInputError("passes.number", number, f"1 to {len(found)}, the passes found")
    return found[number - 1]


def in_utc(time: datetime) -> datetime:
    """Return a time in UTC; one without an offset is taken as UTC."""
    return time.replace(tzinfo=timezone.utc) if time.utcoffset() is None else time.astimezone(timezone.utc)
