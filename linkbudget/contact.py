"""One pass worked out: every link at every moment, the best mode for each, and how much data gets through."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from linkbudget.decibels import Floats
from linkbudget.lines import Budget
from linkbudget.modes.mode import Mode, stack
from linkbudget.orbit.geometry import Geometry
from linkbudget.orbit.orbit import Orbit
from linkbudget.orbit.passes import Pass
from linkbudget.scene import link_budget
from linkbudget.study import Study
from linkbudget.study_passes import passes_of, station_of
from linkbudget.view import View


@dataclass(frozen=True, slots=True, eq=False)
class Usage:
    """What the modes of one link can do over a pass.

    `best` is the mode with the highest rate among those with enough margin, by its index, int64[time], -1 for none.
    A volume counts information bits while the mode has enough margin, with the rate held from one moment to the next.
    """

    modes: tuple[Mode, ...]
    best: npt.NDArray[np.int64]
    rate_bit_s: Floats
    volume_bit: float
    volume_bit_by_mode: dict[str, float]


@dataclass(frozen=True, slots=True, eq=False)
class Contact:
    """A pass, its geometry, and budgets and usage of each link by its name; budgets are (time, mode, 1)."""

    found: Pass
    age_days: float
    geometry: Geometry
    budgets: dict[str, Budget]
    usages: dict[str, Usage]


def work_out(study: Study, orbit: Orbit, found: Pass) -> Contact:
    """Return a pass of a study worked out at every `step_s`, and at LOS."""
    wanted = passes_of(study)
    time_s = np.append(np.arange(0.0, found.duration_s, wanted.step_s), found.duration_s)
    geometry = orbit.geometry(station_of(study), found.aos, time_s)
    budgets = {name: link_budget(study, name, view=View.over_time(geometry)) for name in study.links}
    usages = {
        name: usage(link.modes, budgets[name]["margin_db"], time_s, wanted.least_margin_db)
        for name, link in study.links.items()
        if link.modes
    }
    return Contact(found, orbit.age_days(found.aos), geometry, budgets, usages)


def usage(modes: tuple[Mode, ...], margin_db: Floats, time_s: Floats, least_margin_db: float) -> Usage:
    """Return what the modes can do with their margins, float64[time, mode, 1], at rising times, float64[time]."""
    rates = stack(modes).information_rate_bit_s[:, 0]
    usable = np.broadcast_to(margin_db, (len(time_s), len(modes), 1))[:, :, 0] >= least_margin_db
    offered = np.where(usable, rates, 0.0)
    best = np.where(usable.any(axis=1), offered.argmax(axis=1), -1)
    rate = offered.max(axis=1)
    held_s = np.diff(time_s, append=time_s[-1])
    volumes = held_s @ offered
    return Usage(modes, best, rate, float(held_s @ rate), dict(zip((m.name for m in modes), volumes, strict=True)))
