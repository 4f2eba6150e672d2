"""When the satellite is in view and in sunlight, and when what is asked."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

import numpy as np

from ground.contact import Contact
from linkbudget.decibels import Floats
from linkbudget.errors import LinkInputError
from linkbudget.orbit.orbit import Orbit
from linkbudget.orbit.passes import Pass
from linkbudget.orbit.station import Station
from linkbudget.study import Study
from linkbudget.study_file import load_study
from linkbudget.study_passes import in_utc, orbit_of, passes_of, search, station_of
from testbed.errors import ScenarioError
from testbed.orbit.orbit_request import OrbitRequest

_LEAD_S = 60.0
"""From the beginning to the first AOS."""
_SLACK = 0.1
"""Of a turn: so much longer a contact may be in coming that still belongs to the last one."""
_LAST_QUESTION_S = 180.0
"""Before the last LOS nothing more is asked: there would be no time for the answer."""


@dataclass(frozen=True, slots=True)
class OrbitPlan:
    """Link times in seconds since `start`."""

    start: datetime
    duration_s: float
    satellite: str
    station: str
    contacts: tuple[Contact, ...]
    eclipses: tuple[tuple[float, float], ...]
    """From entry to exit."""
    asked_s: tuple[float, ...]
    """When each prompt is asked."""

    def in_view(self, time_s: float) -> bool:
        """Whether a frame that is on the air now is heard."""
        return any(contact.aos_s <= time_s <= contact.los_s for contact in self.contacts)

    def next_aos_s(self, time_s: float) -> float:
        """Return when the next contact begins after `time_s`; infinity if none does."""
        return min((contact.aos_s for contact in self.contacts if contact.aos_s > time_s), default=float("inf"))


def make_plan(request: OrbitRequest) -> OrbitPlan:
    """Return the plan of a request. Raises ScenarioError naming the field that cannot be used."""
    try:
        study = load_study(request.study).study
        orbit, station = orbit_of(study), station_of(study)
        start = _start(request, study, orbit)
        least_s = request.orbits * _period_s(orbit)
        contacts = _contacts(study, orbit, station, start, least_s)
        duration_s = max(least_s, contacts[-1].los_s)
        eclipses = _eclipses(orbit, station, start, duration_s)
    except LinkInputError as error:
        raise ScenarioError(error.field, error.value, error.accepted) from None
    asked_s = _spread(contacts, request.prompts)
    return OrbitPlan(start, duration_s, orbit.elements.name, station.name, contacts, eclipses, asked_s)


def _period_s(orbit: Orbit) -> float:
    return 86_400.0 / orbit.elements.mean_motion_rev_day


def _start(request: OrbitRequest, study: Study, orbit: Orbit) -> datetime:
    """Take the first pass that has another one turn later; one in eclipse, if there is: the battery is low then."""
    if request.start is not None:
        return in_utc(request.start)
    found = search(study, orbit)
    followed = [first for first, second in pairwise(found) if _apart_s(first, second) < (1 + _SLACK) * _period_s(orbit)]
    candidates = followed or found
    chosen = next((each for each in candidates if not each.sunlit), candidates[0])
    return chosen.aos - timedelta(seconds=_LEAD_S)


def _apart_s(first: Pass, second: Pass) -> float:
    return (second.aos - first.aos).total_seconds()


def _contacts(study: Study, orbit: Orbit, station: Station, start: datetime, least_s: float) -> tuple[Contact, ...]:
    """Return the contacts that begin within the orbit, or soon after its end: the answers' way down."""
    latest_aos_s = least_s + _SLACK * _period_s(orbit)
    end = start + timedelta(seconds=latest_aos_s + _period_s(orbit))
    passes = orbit.passes(station, start, end, passes_of(study).min_elevation_deg)
    spans_s = [((p.aos - start).total_seconds(), (p.los - start).total_seconds()) for p in passes]
    contacts = tuple(Contact(max(0.0, aos_s), los_s) for aos_s, los_s in spans_s if aos_s < latest_aos_s)
    if not contacts:
        raise ScenarioError("start", start.isoformat(), f"a time with a pass over {station.name} in the orbit after it")
    return contacts


def _eclipses(orbit: Orbit, station: Station, start: datetime, duration_s: float) -> tuple[tuple[float, float], ...]:
    time_s: Floats = np.arange(0.0, duration_s + 2.0, 1.0)
    dark = np.concatenate([[False], ~orbit.geometry(station, start, time_s).sunlit, [False]])
    edges = np.flatnonzero(dark[1:] != dark[:-1])
    return tuple((float(entry), float(end)) for entry, end in edges.reshape(-1, 2))


def _spread(contacts: tuple[Contact, ...], prompts: int) -> tuple[float, ...]:
    """Return so many times, evenly over what there is of contact but for the end of the last one."""
    spans = [(each.aos_s, each.los_s) for each in contacts]
    last_aos_s, last_los_s = spans.pop()
    spans.append((last_aos_s, max(last_aos_s + 1.0, last_los_s - _LAST_QUESTION_S)))
    edges = np.cumsum([0.0, *(end - begin for begin, end in spans)])
    shares = edges[-1] * (np.arange(prompts) + 0.5) / prompts
    which = np.searchsorted(edges, shares, side="right") - 1
    return tuple(spans[number][0] + float(share - edges[number]) for number, share in zip(which, shares, strict=True))
