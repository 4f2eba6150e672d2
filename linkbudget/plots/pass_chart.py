"""A pass over time: elevation, Doppler, every link's margin in every mode, and the mode that is best."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from linkbudget.contact import Contact, Usage
from linkbudget.decibels import Floats
from linkbudget.doppler import doppler_hz
from linkbudget.orbit.sun import Bools
from linkbudget.plots.labels import narrow, quantity
from linkbudget.plots.pass_facts import pass_facts, spans
from linkbudget.plots.style import FAINT, INK, SHADE, drawn, titled

_SHORT_S = 180.0  # a pass shorter than this is counted in seconds
_PANEL_IN, _RATES_IN, _LEVEL_IN, _AROUND_IN = 1.75, 0.5, 0.24, 1.3
_LINE_IN, _ENTRY_IN = 0.15, 0.07  # of a legend
_DEEPEST_DB = 50.0  # what lies deeper below a link's best moment would press everything else flat
_BESIDE: dict[str, Any] = {"loc": "upper left", "bbox_to_anchor": (1.0, 1.03)}


@drawn
def pass_chart(contact: Contact, title: str) -> Figure:
    """Draw a pass as panels one above the other on one axis of time.

    Where a link has a mode with enough margin, the best one's curve is underlaid broadly; a link without modes shows
    its C/N0. The last panel has the rate of the best mode, link by link.
    """
    levels = _rates(contact.usages)
    heights = _heights_in(contact, len(levels))
    figure = titled(title, _AROUND_IN + sum(heights))
    panels: list[Axes] = list(figure.subplots(len(heights), 1, sharex=True, height_ratios=heights, squeeze=False)[:, 0])
    scale, unit = (1.0, "s") if contact.geometry.time_s[-1] < _SHORT_S else (60.0, "min")
    time = contact.geometry.time_s / scale
    _draw_elevation(panels[0], time, contact)
    _draw_doppler(panels[1], time, contact)
    for panel, link in zip(panels[2:], contact.budgets, strict=False):
        _draw_link(panel, time, contact, link)
    if contact.usages:
        _draw_rates(panels[-1], time, contact.usages, levels)
    for panel in panels:
        _share_time(panel, time, contact)
    panels[-1].set_xlabel(f"time since AOS ({unit})")
    figure.align_ylabels()
    return figure


def _heights_in(contact: Contact, levels: int) -> list[float]:
    """Return the panels' heights: each has room for its legend."""
    links = _legend_in(list(contact.budgets))
    modes = [
        _legend_in([mode.name for mode in contact.usages[link].modes] if link in contact.usages else [])
        for link in contact.budgets
    ]
    panels = [max(_PANEL_IN, legend) for legend in (0.0, links, *modes)]
    return panels + [max(_RATES_IN + _LEVEL_IN * levels, links)] * bool(contact.usages)


def _legend_in(labels: Sequence[str]) -> float:
    return sum(_ENTRY_IN + _LINE_IN * len(narrow(label).splitlines()) for label in labels)


def _draw_elevation(axes: Axes, time: Floats, contact: Contact) -> None:
    axes.plot(time, contact.geometry.elevation_deg, color=INK)
    axes.set_ylabel("elevation (deg)")
    axes.set_ylim(bottom=0.0)
    axes.set_title(pass_facts(contact))
    if not contact.geometry.sunlit.all():
        axes.legend(handles=[Patch(color=SHADE, label="satellite in eclipse")], **_BESIDE)


def _draw_doppler(axes: Axes, time: Floats, contact: Contact) -> None:
    for link, budget in contact.budgets.items():
        frequency_hz = float(budget["frequency_hz"])
        shift_khz = doppler_hz(contact.geometry.range_rate_m_s, frequency_hz) / 1e3
        axes.plot(time, shift_khz, label=narrow(f"{link}, {quantity(frequency_hz, 'Hz')}"))
    axes.axhline(0.0, color=FAINT, lw=0.8, ls="-")
    axes.set_ylabel("Doppler (kHz)")
    axes.legend(**_BESIDE)


def _draw_link(axes: Axes, time: Floats, contact: Contact, link: str) -> None:
    if link in contact.usages:
        _draw_margins(axes, time, contact.budgets[link]["margin_db"], contact.usages[link])
        volume = quantity(contact.usages[link].volume_bit, "bit")
        axes.set_title(f"{link}: {volume} with the best mode at each moment (broad)")
    else:
        axes.plot(time, np.broadcast_to(contact.budgets[link]["c_n0_db_hz"], (len(time), 1, 1))[:, 0, 0])
        axes.set_title(link)
        axes.set_ylabel("C/N0 (dB-Hz)")


def _draw_margins(axes: Axes, time: Floats, margin_db: Floats, usage: Usage) -> None:
    margins_db = np.broadcast_to(margin_db, (len(time), len(usage.modes), 1))[:, :, 0]
    for index, mode in enumerate(usage.modes):
        [curve] = axes.plot(time, margins_db[:, index], label=narrow(mode.name))
        best_db = np.where(_held(usage.best == index), margins_db[:, index], np.nan)
        axes.plot(time, best_db, lw=6, alpha=0.3, ls="-", color=curve.get_color(), solid_capstyle="butt")
    axes.axhline(0.0, color=INK, lw=1.2, ls="-")
    axes.set_ylim(bottom=max(axes.get_ylim()[0], float(margins_db.max()) - _DEEPEST_DB))
    axes.set_ylabel("margin (dB)")
    axes.legend(**_BESIDE)


def _draw_rates(axes: Axes, time: Floats, usages: dict[str, Usage], levels: Sequence[float]) -> None:
    """Draw rates as rungs of a ladder: they are few, and may lie decades apart."""
    for below, (link, usage) in zip(range(len(usages) - 1, -1, -1), usages.items(), strict=True):
        width = 1.4 + 1.6 * below  # so that a link shows beneath another of the same rate
        axes.step(time, np.searchsorted(levels, usage.rate_bit_s), where="post", lw=width, label=narrow(link))
    axes.set_yticks(range(len(levels)), ["none", *(quantity(rate, "bit/s") for rate in levels[1:])])
    axes.set_ylim(-0.5, len(levels) - 0.5)
    axes.set_ylabel("best rate")
    axes.legend(**_BESIDE)


def _share_time(axes: Axes, time: Floats, contact: Contact) -> None:
    axes.set_xlim(time[0], time[-1])
    for start, end in spans(time, ~contact.geometry.sunlit):
        axes.axvspan(start, end, color=SHADE, lw=0, zorder=0)
    tca = (contact.found.tca - contact.found.aos).total_seconds() / contact.geometry.time_s[-1] * time[-1]
    axes.axvline(tca, color=FAINT, lw=0.9, ls="--", zorder=1)


def _held(mask: Bools) -> Bools:
    """Return bool[n] of a mode's use with the moment to which each use lasts."""
    return np.logical_or(mask, np.append(False, mask[:-1]))


def _rates(usages: dict[str, Usage]) -> list[float]:
    return sorted({0.0, *(float(rate) for usage in usages.values() for rate in np.unique(usage.rate_bit_s))})
