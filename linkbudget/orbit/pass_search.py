"""When a satellite stands above an elevation: a coarse grid, then all roots of all passes at once.

Peaks are found where the elevation's rate changes sign, not where it is high: while the elevation turns at most once
between two points of the grid, no pass is too short to be found.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from linkbudget.decibels import Floats
from linkbudget.orbit.sight import Sight

Indices = npt.NDArray[np.intp]
See = Callable[[Floats], Sight]

_TOLERANCE_S = 1e-7  # datetime resolves a microsecond
_MOST_STEPS = 100  # halving alone takes 40 from an hour


@dataclass(frozen=True, slots=True, eq=False)
class PassTimes:
    """The passes of a search: rise, closest approach and set in seconds and the highest elevation, float64[n]."""

    aos_s: Floats
    tca_s: Floats
    los_s: Floats
    max_elevation_deg: Floats


def find_passes(see: See, span_s: float, step_s: float, min_elevation_deg: float) -> PassTimes:
    """Return the spans of 0 to `span_s` seconds at or above an elevation; one under way at an end is cut there."""
    grid_s = np.linspace(0.0, span_s, 2 + int(span_s / step_s))
    seen = see(grid_s)
    turns_s = _roots(grid_s, seen.sine_rate_s, lambda time_s: _sine_rate(see(time_s)))
    nearest_s = _roots(grid_s, seen.range_rate_m_s, lambda time_s: _range_rate(see(time_s)))

    least_sine = np.sin(np.radians(min_elevation_deg))
    time_s, sine = _merged(grid_s, seen.sine, turns_s, see(turns_s).sine)
    crossings_s = _roots(time_s, sine - least_sine, lambda time_s: _sine(see(time_s), least_sine))
    starts_s = [0.0] * int(sine[0] >= least_sine)
    ends_s = [span_s] * int(sine[-1] >= least_sine)
    bounds_s = np.concatenate([starts_s, crossings_s, ends_s])
    aos_s, los_s = bounds_s[::2], bounds_s[1::2]

    candidates_s, owner = _candidates(aos_s, los_s, np.concatenate([turns_s, nearest_s]))
    at = see(candidates_s)
    highest, closest = _best(owner, at.sine), _best(owner, -at.range_m)
    max_elevation_deg = np.degrees(np.arcsin(np.minimum(at.sine[highest], 1.0)))
    return PassTimes(aos_s, candidates_s[closest], los_s, max_elevation_deg)


def _sine_rate(seen: Sight) -> tuple[Floats, Floats]:
    return seen.sine_rate_s, seen.sine_acceleration_s2


def _range_rate(seen: Sight) -> tuple[Floats, Floats]:
    return seen.range_rate_m_s, seen.range_acceleration_m_s2


def _sine(seen: Sight, least: float) -> tuple[Floats, Floats]:
    return seen.sine - least, seen.sine_rate_s


def _merged(time_s: Floats, value: Floats, more_s: Floats, more: Floats) -> tuple[Floats, Floats]:
    all_s = np.concatenate([time_s, more_s])
    order = np.argsort(all_s, kind="stable")
    return all_s[order], np.concatenate([value, more])[order]


def _candidates(aos_s: Floats, los_s: Floats, time_s: Floats) -> tuple[Floats, Indices]:
    """Return the ends of the passes and the times within them, and the index of the pass that each belongs to."""
    index = np.searchsorted(aos_s, time_s, side="right") - 1
    inside = (index >= 0) & (time_s < los_s[index]) if los_s.size else np.zeros(time_s.size, dtype=bool)
    each = np.arange(aos_s.size)
    return np.concatenate([aos_s, los_s, time_s[inside]]), np.concatenate([each, each, index[inside]])


def _best(owner: Indices, score: Floats) -> Indices:
    """Return the index of the greatest score of each owner."""
    order = np.lexsort((-score, owner))
    firsts = np.unique(owner[order], return_index=True)[1]
    return np.asarray(order[firsts])


def _roots(time_s: Floats, value: Floats, function: Callable[[Floats], tuple[Floats, Floats]]) -> Floats:
    """Return where a function changes sign between the times, in order; `function` returns values and slopes.

    Newton's method for all at once, kept between the two times by halving where it would leave them or is slow.
    """
    edges = np.flatnonzero((value[1:] >= 0.0) != (value[:-1] >= 0.0))
    before_s, after_s = time_s[edges], time_s[edges + 1]
    rising = value[edges + 1] > value[edges]
    step_s = after_s - before_s
    root_s = before_s - value[edges] * step_s / (value[edges + 1] - value[edges])
    done = np.zeros(edges.size, dtype=bool)
    for _ in range(_MOST_STEPS):
        now, slope = function(root_s)
        ahead = (now < 0.0) == rising
        before_s, after_s = np.where(ahead, root_s, before_s), np.where(ahead, after_s, root_s)
        with np.errstate(divide="ignore", invalid="ignore"):
            newton_s = root_s - now / slope
        quick = (newton_s >= before_s) & (newton_s <= after_s) & (np.abs(newton_s - root_s) < 0.5 * step_s)
        next_s = np.where(done, root_s, np.where(quick, newton_s, 0.5 * (before_s + after_s)))
        step_s = np.abs(next_s - root_s)
        root_s = next_s
        done |= step_s <= _TOLERANCE_S
        if done.all():
            break
    return np.asarray(root_s)
