"""The way of a satellite over the sky, as trackers draw it: north up, east right, the zenith in the middle."""

from datetime import datetime, timedelta
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from matplotlib.patheffects import withStroke

from linkbudget.contact import Contact
from linkbudget.decibels import Floats
from linkbudget.errors import LinkInputError
from linkbudget.orbit.passes import Pass
from linkbudget.plots.pass_facts import pass_facts
from linkbudget.plots.style import BLUE, FAINT, GRID, INK, drawn, titled
from linkbudget.plots.track import Track, on_sky

_STEPS_S = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400, 21_600, 43_200, 86_400)
_LEAST_APART_DEG, _LEAST_NAMED_DEG = 13.0, 7.0  # between two ticks on the picture: the mean, and those with their time
_TRACK_PT, _LABEL_PT = 5.0, 19.0
_COMPASS = {0: "N", 90: "E", 180: "S", 270: "W"}
_DARK = "#b9b9c9"


@drawn
def sky_track(contact: Contact, title: str, link: str | None = None) -> Figure:
    """Draw a pass on the sky. East is on the right, as on a map laid on the ground, not as seen looking up.

    The track's colour is the margin of the most robust mode of `link`, the first with modes if left out; without any
    the track has one colour. Ticks are at round times in UTC. Raises LinkInputError for a link that has no modes.
    """
    if link is not None and link not in contact.usages:
        raise LinkInputError("link", link, f"one with modes: {', '.join(contact.usages) or 'there is none'}")
    figure = titled(title, 8.8)
    axes = figure.subplots()
    track = Track.of(contact.geometry)
    _draw_sky(axes, track)
    _draw_lowest(axes, contact)
    _draw_eclipse(axes, track, contact)
    name = next(iter(contact.usages), None) if link is None else link
    if name is None:
        axes.plot(track.x, track.y, color=BLUE, lw=_TRACK_PT, solid_capstyle="butt")
    else:
        _draw_margin(figure, axes, track, contact, name)
    _mark_moments(axes, track, contact.found)
    _mark_times(axes, track, contact.found.aos)
    axes.set_title(f"{pass_facts(contact)}\n{_azimuths(contact.found)}; north up, east right, as on a map", loc="left")
    figure.legend(loc="outside lower center", ncols=3)
    return figure


def _azimuths(found: Pass) -> str:
    azimuths = (found.aos_azimuth_deg, found.tca_azimuth_deg, found.los_azimuth_deg)
    return "azimuth {:.0f} deg at AOS, {:.0f} deg at TCA, {:.0f} deg at LOS".format(*azimuths)


def _draw_sky(axes: Axes, track: Track) -> None:
    axes.set(xlim=(-104.0, 104.0), ylim=(-104.0, 104.0), aspect="equal")
    axes.set_axis_off()
    for elevation_deg in (0.0, 30.0, 60.0):
        _draw_circle(axes, elevation_deg, color=GRID if elevation_deg else INK, lw=0.8, ls="-")
    for azimuth_deg in range(0, 360, 30):
        axes.plot(*on_sky(azimuth_deg, np.array([0.0, 90.0])), color=GRID, lw=0.6, ls="-", zorder=1)
        _say(axes, _COMPASS.get(azimuth_deg, f"{azimuth_deg}°"), azimuth_deg, -8.0)
    free_deg = _free_azimuth_deg(track)
    for elevation_deg in (30.0, 60.0):
        _say(axes, f"{elevation_deg:g}°", free_deg, elevation_deg + 2.5)


def _say(axes: Axes, text: str, azimuth_deg: float, elevation_deg: float) -> None:
    x, y = on_sky(azimuth_deg, elevation_deg)
    colour, size = (INK, 12.0) if text in _COMPASS.values() else (FAINT, 9.0)
    axes.text(float(x), float(y), text, ha="center", va="center", color=colour, size=size)


def _free_azimuth_deg(track: Track) -> float:
    """Return a direction between two spokes from which the track stays away."""
    candidates = np.arange(15.0, 360.0, 30.0)
    there_x, there_y = on_sky(candidates, 45.0)
    distance = np.hypot(there_x[:, None] - track.x, there_y[:, None] - track.y).min(axis=1)
    return float(candidates[distance.argmax()])


def _draw_lowest(axes: Axes, contact: Contact) -> None:
    lowest_deg = float(contact.geometry.elevation_deg.min())
    _draw_circle(axes, lowest_deg, color=FAINT, lw=1.0, ls="--", label=f"lowest of the pass, {lowest_deg:.1f} deg")


def _draw_circle(axes: Axes, elevation_deg: float, **style: Any) -> None:
    axes.plot(*on_sky(np.linspace(0.0, 360.0, 361), elevation_deg), zorder=1, **style)


def _draw_eclipse(axes: Axes, track: Track, contact: Contact) -> None:
    dark = np.where(~contact.geometry.sunlit, 1.0, np.nan)
    if not contact.geometry.sunlit.all():
        axes.plot(
            track.x * dark,
            track.y * dark,
            color=_DARK,
            lw=3 * _TRACK_PT,
            ls="-",
            solid_capstyle="butt",
            label="in eclipse",
        )


def _draw_margin(figure: Figure, axes: Axes, track: Track, contact: Contact, link: str) -> None:
    modes, moments = len(contact.usages[link].modes), len(track.time_s)
    margins_db = np.broadcast_to(contact.budgets[link]["margin_db"], (moments, modes, 1)).max(axis=(1, 2))
    points = np.stack([track.x, track.y], axis=1)
    line = LineCollection(np.stack([points[:-1], points[1:]], axis=1).tolist(), cmap="cividis", lw=_TRACK_PT)
    line.set(capstyle="round", zorder=2.5)
    line.set_array((margins_db[:-1] + margins_db[1:]) / 2.0)
    axes.add_collection(line)
    best = "margin" if modes == 1 else "margin of the most robust mode"
    figure.colorbar(line, ax=axes, shrink=0.7, pad=0.01, label=f"{link}\n{best} (dB)")
    if margins_db.min() < 0.0:
        here = np.where(margins_db < 0.0, 1.0, np.nan)
        outline = [withStroke(linewidth=4.0, foreground=INK)]
        style: dict[str, Any] = {"color": "white", "lw": 1.8, "ls": ":", "zorder": 2.6, "path_effects": outline}
        axes.plot(track.x * here, track.y * here, label="margin below 0 dB", **style)


def _mark_moments(axes: Axes, track: Track, found: Pass) -> None:
    """Mark AOS and LOS, named beyond the track's ends, and TCA, named on one side of it."""
    for name, moment, marker, (ahead, aside) in (
        ("AOS", found.aos, "o", (-1.0, 0.0)),
        ("TCA", found.tca, "D", (0.0, -1.0)),
        ("LOS", found.los, "s", (1.0, 0.0)),
    ):
        place, along, across = track.at((moment - found.aos).total_seconds())
        axes.plot(*place, marker, ms=8, mfc="white", mec=INK, mew=1.5, zorder=3)
        _name(axes, name, place, ahead * along + aside * across, weight="bold")


def _mark_times(axes: Axes, track: Track, aos: datetime) -> None:
    """Mark round times on the other side, as many as there is room for."""
    step_s = next((step for step in _STEPS_S if track.length_deg * step / track.time_s[-1] > _LEAST_APART_DEG), None)
    if step_s is None:
        return
    midnight = aos.replace(hour=0, minute=0, second=0, microsecond=0)
    since_s = (aos - midnight).total_seconds()
    named = [track.at(seconds)[0] for seconds in (0.0, track.time_s[-1])]
    for round_s in np.arange(np.ceil(since_s / step_s), (since_s + track.time_s[-1]) / step_s) * step_s:
        place, _, across = track.at(round_s - since_s)
        axes.plot(*np.stack([place - 2 * across, place + 2 * across], axis=1), color=INK, lw=1.2, ls="-", zorder=3)
        if min(np.hypot(*(place - other)) for other in named) > _LEAST_NAMED_DEG:
            named.append(place)
            at = midnight + timedelta(seconds=round_s)
            _name(axes, f"{at:%H:%M}" if step_s % 60 == 0 else f"{at:%H:%M:%S}", place, across)


def _name(axes: Axes, name: str, place: Floats, toward: Floats, **style: Any) -> None:
    x, y = _LABEL_PT * toward
    behind = {"fc": "white", "ec": "none", "pad": 0.5}
    axes.annotate(
        name,
        (place[0], place[1]),
        (x * 1.2, y),
        textcoords="offset points",
        ha="center",
        va="center",
        bbox=behind,
        zorder=1.5,
        **style,
    )
