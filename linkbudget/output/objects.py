"""What the commands print as JSON: plain numbers, text and lists."""

from collections.abc import Sequence
from dataclasses import asdict, fields
from typing import Any

import numpy as np

from linkbudget.checker.finding import Finding
from linkbudget.contact import Contact
from linkbudget.decibels import Floats
from linkbudget.doppler import doppler_hz
from linkbudget.orbit.orbit import Orbit
from linkbudget.orbit.passes import Pass
from linkbudget.orbit.station import Station
from linkbudget.sweep import Sweep

_SERIES = ("c_n0_db_hz", "eb_n0_db", "margin_db")


def orbit_object(orbit: Orbit) -> dict[str, Any]:
    """Return whose orbit it is and how old its elements are."""
    elements = orbit.elements
    return {
        "satellite": elements.name,
        "catalogue_number": elements.catalogue_number,
        "tle_epoch": elements.epoch.isoformat(),
    }


def passes_object(orbit: Orbit, station: Station, min_elevation_deg: float, found: Sequence[Pass]) -> dict[str, Any]:
    """Return passes with the age of the elements at each."""
    return {
        **orbit_object(orbit),
        "station": asdict(station),
        "min_elevation_deg": min_elevation_deg,
        "passes": [pass_object(orbit, each) for each in found],
    }


def pass_object(orbit: Orbit, each: Pass) -> dict[str, Any]:
    """Return one pass."""
    times = {name: getattr(each, name).isoformat() for name in ("aos", "tca", "los")}
    return {
        **asdict(each),
        **times,
        "duration_s": each.duration_s,
        "tle_age_days": orbit.age_days(each.aos),
    }


def contact_object(contact: Contact) -> dict[str, Any]:
    """Return a pass worked out: the geometry and each link as series over time."""
    seen = contact.geometry
    return {
        "geometry": {field.name: getattr(seen, field.name).tolist() for field in fields(seen)},
        "links": {name: _link_object(contact, name) for name in contact.budgets},
    }


def sweep_object(found: Sweep) -> dict[str, Any]:
    """Return a sweep: `value` is a list for each y of lists for each x of a number for each mode."""
    return {
        "link": found.table.link,
        "result": found.table.result,
        "unit": found.line.unit,
        "modes": list(found.modes),
        "x": {"place": found.table.x.place, "values": found.x.tolist()},
        "y": {"place": found.table.y.place, "values": found.y.tolist()} if found.table.y else None,
        "value": found.value.tolist(),
    }


def findings_object(findings: Sequence[Finding]) -> list[dict[str, Any]]:
    """Return what is probably wrong."""
    return [asdict(each) for each in findings]


def _link_object(contact: Contact, link: str) -> dict[str, Any]:
    seen, budget, usage = contact.geometry, contact.budgets[link], contact.usages.get(link)
    modes = [mode.name for mode in usage.modes] if usage else []
    return {
        "doppler_hz": doppler_hz(seen.range_rate_m_s, budget["frequency_hz"]).tolist(),
        "doppler_rate_hz_s": doppler_hz(seen.range_acceleration_m_s2, budget["frequency_hz"]).tolist(),
        **{key: _series(budget[key], len(seen.time_s), modes) for key in _SERIES if budget.has(key)},
        "best_mode": [modes[i] if i >= 0 else None for i in usage.best] if usage else None,
        "volume_bit": usage.volume_bit if usage else None,
        "volume_bit_by_mode": usage.volume_bit_by_mode if usage else None,
    }


def _series(value: Floats, times: int, modes: list[str]) -> Any:
    """Return a line over time: a list, or where modes differ one for each by its name."""
    over_time = np.broadcast_to(value, (times, *np.shape(value)[1:2], 1))[:, :, 0].T
    if len(over_time) == 1:
        return over_time[0].tolist()
    return {mode: each.tolist() for mode, each in zip(modes, over_time, strict=True)}
