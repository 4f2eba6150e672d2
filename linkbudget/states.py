"""A link over time, as a simulated sky takes it: so that scenario and budget cannot disagree."""

from dataclasses import dataclass
from datetime import datetime

import numpy as np

from linkbudget.decibels import Floats
from linkbudget.fading.fading import FadingParameters
from linkbudget.scene import link_budget, link_of
from linkbudget.study import Study
from linkbudget.study_passes import orbit_of, station_of
from linkbudget.view import View


@dataclass(frozen=True, slots=True, eq=False)
class LinkStateSeries:
    """float64[n] each, at evenly spaced times after `start`; `fading` too.

    `c_n0_db_hz` is that of the budget without its fade: how the signal fades is the business of whoever simulates it
    by the parameters, which follow the elevation. `range_rate_m_s` is positive while the range grows.
    """

    start: datetime
    time_s: Floats
    range_m: Floats
    range_rate_m_s: Floats
    elevation_deg: Floats
    c_n0_db_hz: Floats
    fading: FadingParameters


def link_states(study: Study, link: str, start: datetime, time_s: Floats) -> LinkStateSeries:
    """Return the states of one link of a study at `time_s` (float64[n]) seconds after an aware time.

    Raises LinkInputError as the orbit and the budget do.
    """
    seen = orbit_of(study).geometry(station_of(study), start, time_s)
    budget = link_budget(study, link, view=View.over_time(seen))
    c_n0_db_hz = budget["c_n0_db_hz"] + (budget["fade_db"] if budget.has("fade_db") else 0.0)
    return LinkStateSeries(
        start=start,
        time_s=time_s,
        range_m=seen.range_m,
        range_rate_m_s=seen.range_rate_m_s,
        elevation_deg=seen.elevation_deg,
        c_n0_db_hz=np.broadcast_to(c_n0_db_hz, (len(time_s), 1, 1))[:, 0, 0],
        fading=link_of(study, link).path.fading.parameters(seen.elevation_deg),
    )
