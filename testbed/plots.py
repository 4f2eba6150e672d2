"""The figures of a run's report. Every function returns a Figure of its own; nothing is kept between calls."""

import io
import re
from collections.abc import Callable, Iterable
from typing import Any

import matplotlib
import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator

from protocol.journey import Milestone
from testbed.record import Burst, LegRecord, RunRecord
from testbed.timeline import moment_s, origin_s, phases

UPLINK, DOWNLINK, PREFILL, GENERATION, INK, FAINT = "#0072b2", "#d55e00", "#e69f00", "#009e73", "#222222", "#8a8a8a"
"""Okabe and Ito's colours, which people with any kind of colour vision can tell apart."""
_LEG_COLOURS = {"uplink": UPLINK, "downlink": DOWNLINK}
_PHASE_COLOURS = {"prefill": PREFILL, "generation": GENERATION}
_STYLE: dict[Any, Any] = {
    "axes.axisbelow": True,
    "axes.edgecolor": FAINT,
    "axes.grid": True,
    "axes.labelsize": 7,
    "axes.linewidth": 0.6,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.titlelocation": "left",
    "axes.titlesize": 7.5,
    "font.size": 7,
    "grid.color": "#e4e4e4",
    "grid.linewidth": 0.5,
    "legend.fontsize": 6.5,
    "legend.frameon": False,
    "legend.handlelength": 1.4,
    "lines.linewidth": 1.1,
    "lines.markersize": 3.5,
    "svg.fonttype": "none",
    "text.color": INK,
    "xtick.color": INK,
    "xtick.labelsize": 6.5,
    "xtick.major.width": 0.5,
    "ytick.color": INK,
    "ytick.labelsize": 6.5,
    "ytick.major.width": 0.5,
}
_MOST_SHAPES = 500
"""More shapes than this are drawn as pixels, so that a long run's page does not grow without end."""


def figures(record: RunRecord) -> dict[str, Figure]:
    """Return a run's figures by name."""
    drawings: dict[str, Callable[[RunRecord], Figure]] = {
        "timeline": timeline,
        "doppler": doppler,
        "eb_n0": eb_n0,
        "constellation": constellation,
        "spectrum": spectrum,
    }
    with matplotlib.rc_context(_STYLE):
        return {name: draw(record) for name, draw in drawings.items()}


def svg(figure: Figure, name: str) -> str:
    """Return a figure as an <svg> element to stand in a page of HTML; ``name`` makes its ids differ from others'."""
    drawn = io.StringIO()
    nothing = dict.fromkeys(("Creator", "Date", "Format", "Type"))
    with matplotlib.rc_context({**_STYLE, "svg.hashsalt": name}):
        figure.savefig(drawn, format="svg", metadata=nothing, transparent=True, dpi=200)
    element = drawn.getvalue()[drawn.getvalue().index("<svg") :]
    element = re.sub(r' xmlns(:xlink)?="[^"]*"', "", element)  # HTML knows the namespaces of svg by itself
    element = re.sub(r'<g id="[^"]*"', "<g", element)  # the same in every figure
    return re.sub(r"font: ([\d.]+)px [^;\"]*", r"font: \1px system-ui, sans-serif", element)


def timeline(record: RunRecord) -> Figure:
    """What was on the air, and what the model did, from the return key to the last word."""
    figure = Figure(figsize=(7.5, 1.6), layout="constrained")
    axes, start_s = figure.subplots(), origin_s(record)
    rows = ("uplink", "model", "tokens", "downlink", "words shown")
    axes.set_yticks(range(len(rows)), rows)
    axes.set(xlim=_run_span(record), ylim=(len(rows) - 0.5, -0.5), xlabel="link time since the return key (s)")
    axes.grid(axis="y", visible=False)
    axes.tick_params(axis="y", length=0)
    _draw_bursts(axes, record.uplink, 0, start_s)
    for phase in phases(record):
        if phase.name in _PHASE_COLOURS:
            bar = (phase.start_s - start_s, phase.duration_s)
            axes.broken_barh([bar], (0.68, 0.64), color=_PHASE_COLOURS[phase.name])
    _draw_ticks(axes, record, (Milestone.FIRST_TOKEN, Milestone.TOKEN), 2, GENERATION)
    _draw_bursts(axes, record.downlink, 3, start_s)
    _draw_ticks(axes, record, (Milestone.SEGMENT_RECEIVED,), 4, INK)
    _mark_words(axes, record)
    handles = [Patch(color=colour, label=name) for name, colour in _PHASE_COLOURS.items()]
    handles.append(Patch(fc="none", ec=FAINT, label="burst not decoded"))
    axes.legend(handles=handles, ncols=3, loc="lower right", bbox_to_anchor=(1.0, 1.0), borderaxespad=0.1)
    return figure


def doppler(record: RunRecord) -> Figure:
    """The Doppler shift over the pass as predicted, and beside it the run's few seconds with what was measured."""
    figure = Figure(figsize=(3.7, 2.5), layout="constrained")
    grid = figure.add_gridspec(2, 2, width_ratios=(1.1, 1))
    whole = figure.add_subplot(grid[:, 0])
    whole.set(title="the whole pass", xlabel="link time (s)", ylabel="carrier offset (kHz)")
    for row, leg in enumerate((record.uplink, record.downlink)):
        colour, good = _LEG_COLOURS[leg.name], _good(leg)
        whole.plot(leg.time_s, leg.doppler_hz / 1e3, color=colour, label=leg.name)
        times_s, offsets_khz = [b.ended_s for b in good], [b.offset_hz_measured / 1e3 for b in good]
        _draw_points(whole, times_s, offsets_khz, "o", colour)
        _draw_doppler_of_run(figure.add_subplot(grid[row, 1]), record, leg)
    figure.axes[-1].set_xlabel("since the return key (s)")
    _shade_run(whole, record)
    whole.legend(loc="upper right")
    return figure


def eb_n0(record: RunRecord) -> Figure:
    """Eb/N0 of every burst, predicted and measured; below it elevation and range over the pass."""
    figure = Figure(figsize=(3.7, 2.5), layout="constrained")
    run, whole = figure.subplots(2, 1, height_ratios=(1.3, 1))
    start_s, span_s = origin_s(record), _run_span(record)
    run.set(xlim=span_s, xlabel="link time since the return key (s)", ylabel="Eb/N0 (dB)")
    for leg in (record.uplink, record.downlink):
        times_s = np.linspace(*span_s, 50)
        run.plot(times_s, np.interp(times_s + start_s, leg.time_s, leg.eb_n0_db), color=_LEG_COLOURS[leg.name])
        for decoded, marker in ((True, "o"), (False, "x")):
            bursts = [burst for burst in leg.bursts if burst.decoded is decoded]
            times, levels = [b.started_s - start_s for b in bursts], [b.eb_n0_db_measured for b in bursts]
            _draw_points(run, times, levels, marker, _LEG_COLOURS[leg.name])
    handles: list[Artist] = [Patch(color=colour, label=name) for name, colour in _LEG_COLOURS.items()]
    for label, style in (("predicted", "-"), ("measured", "o"), ("not decoded", "x")):
        handles += run.plot([], [], style, color=FAINT, label=label)
    figure.legend(handles=handles, loc="outside upper center", ncols=5, columnspacing=0.9, handlelength=1.1)
    _draw_elevation_and_range(whole, record)
    return figure


def constellation(record: RunRecord) -> Figure:
    """The symbols of the last burst that each receiver decoded."""
    figure = Figure(figsize=(3.7, 1.9), layout="constrained")
    legs = (record.uplink, record.downlink)
    reach = 1.1 * max([1.0, *(abs(part) for leg in legs for z in leg.constellation for part in (z.real, z.imag))])
    for axes, leg in zip(figure.subplots(1, 2, sharey=True), legs, strict=True):
        points = leg.constellation
        axes.plot(points.real, points.imag, "o", ms=1.8, alpha=0.5, mew=0, color=_LEG_COLOURS[leg.name])
        axes.set(xlim=(-reach, reach), ylim=(-reach, reach), aspect="equal", xlabel="in phase")
        axes.set_title(_leg_title(leg))
    figure.axes[0].set_ylabel("quadrature")
    return figure


def spectrum(record: RunRecord) -> Figure:
    """The power density that each receiver saw with the last burst it decoded; carrier and symbol rate are marked."""
    figure = Figure(figsize=(3.7, 1.9), layout="constrained")
    for axes, leg in zip(figure.subplots(1, 2, sharey=True), (record.uplink, record.downlink), strict=True):
        axes.plot(leg.spectrum_hz / 1e3, leg.spectrum_db, color=_LEG_COLOURS[leg.name], lw=0.8)
        axes.set_title(_leg_title(leg))
        if good := _good(leg):
            offset, half = good[-1].offset_hz_measured / 1e3, leg.symbol_rate_baud / 2e3
            axes.axvline(offset, color=INK, lw=0.7, ls="--")
            axes.axvspan(offset - half, offset + half, color=FAINT, alpha=0.25, lw=0)
    figure.axes[0].set_ylabel("dB of full scale per Hz")
    figure.supxlabel("offset from the nominal carrier (kHz)", size=7)
    return figure


def _leg_title(leg: LegRecord) -> str:
    return leg.name if _good(leg) else f"{leg.name}: nothing decoded"


def _bursts(record: RunRecord) -> list[Burst]:
    return [*record.uplink.bursts, *record.downlink.bursts]


def _good(leg: LegRecord) -> list[Burst]:
    return [burst for burst in leg.bursts if burst.decoded]


def _run_span(record: RunRecord) -> tuple[float, float]:
    """Beginning and end of the run, in seconds since its origin, with a little room on both sides."""
    start_s = origin_s(record)
    ends = [event.link_time_s for event in record.events] + [burst.ended_s for burst in _bursts(record)]
    length_s = max([*ends, start_s + 0.1]) - start_s
    return -0.02 * length_s, 1.02 * length_s


def _draw_bursts(axes: Axes, leg: LegRecord, row: int, start_s: float) -> None:
    for decoded, style in ((True, {"fc": _LEG_COLOURS[leg.name]}), (False, {"fc": "none", "ec": FAINT, "lw": 0.6})):
        bars = [(b.started_s - start_s, b.ended_s - b.started_s) for b in leg.bursts if b.decoded is decoded]
        axes.broken_barh(bars, (row - 0.32, 0.64), **style).set_rasterized(len(bars) > _MOST_SHAPES)


def _draw_points(axes: Axes, times_s: list[float], values: list[float], marker: str, colour: str) -> None:
    [points] = axes.plot(times_s, values, marker, color=colour, ms=2.8, mew=0.7, alpha=0.8)
    points.set_rasterized(len(times_s) > _MOST_SHAPES)


def _draw_ticks(axes: Axes, record: RunRecord, milestones: Iterable[Milestone], row: int, colour: str) -> None:
    names = [milestone.value for milestone in milestones]
    times_s = [event.link_time_s - origin_s(record) for event in record.events if event.name in names]
    axes.vlines(times_s, row - 0.3, row + 0.3, color=colour, lw=0.9).set_rasterized(len(times_s) > _MOST_SHAPES)


def _mark_words(axes: Axes, record: RunRecord) -> None:
    words = {"first word": Milestone.FIRST_WORD_SHOWN, "last word": Milestone.DONE}
    times = {said: moment_s(record, milestone) for said, milestone in words.items()}
    marks = {said: time_s - origin_s(record) for said, time_s in times.items() if time_s is not None}
    for mark_s in marks.values():
        axes.axvline(mark_s, color=INK, lw=0.7, ls=":")
    axes.set_title(", ".join(f"{said} after {mark_s:.2f} s" for said, mark_s in marks.items()) or "no answer")


def _draw_doppler_of_run(axes: Axes, record: RunRecord, leg: LegRecord) -> None:
    start_s, good, colour = origin_s(record), _good(leg), _LEG_COLOURS[leg.name]
    times_s = np.linspace(*_run_span(record), 50)
    axes.plot(times_s, np.interp(times_s + start_s, leg.time_s, leg.doppler_hz), color=colour)
    _draw_points(axes, [b.ended_s - start_s for b in good], [b.offset_hz_measured for b in good], "o", colour)
    axes.ticklabel_format(useOffset=False)
    axes.yaxis.set_major_locator(MaxNLocator(4))
    axes.margins(y=0.4)
    axes.set(xlim=(times_s[0], times_s[-1]), ylabel="Hz", title=f"{leg.name}, {leg.carrier_hz / 1e6:g} MHz")
    if good:
        apart_hz = np.mean([b.offset_hz_measured - b.doppler_hz_predicted for b in good])
        apart = f"{apart_hz:+.0f} Hz from predicted".replace("-", "\N{MINUS SIGN}")
        axes.text(0.04, 0.04, apart, transform=axes.transAxes, size=6)


def _draw_elevation_and_range(axes: Axes, record: RunRecord) -> None:
    leg, right = record.downlink, axes.twinx()
    axes.plot(leg.time_s, leg.elevation_deg, color=INK)
    right.plot(leg.time_s, leg.range_m / 1e3, color=INK, ls="--")
    axes.set(xlabel="link time (s)", ylabel="elevation (°)")
    right.set_ylabel("range (km) - -")
    right.spines["right"].set_visible(True)
    right.grid(visible=False)
    _shade_run(axes, record)


def _shade_run(axes: Axes, record: RunRecord) -> None:
    start_s, (first, last) = origin_s(record), _run_span(record)
    axes.axvspan(start_s + first, start_s + last, color=FAINT, alpha=0.3, lw=1)
