"""The figure of an orbit: battery, heat, and what went on."""

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from linkbudget.plots.style import BLUE, FAINT, INK, ORANGE, SHADE, drawn, titled
from testbed.orbit.orbit_record import OrbitRecord, Sample

_GREEN, _MINUTE_S = "#009e73", 60.0
Span = tuple[float, float]


@drawn
def orbit_figure(record: OrbitRecord) -> Figure:
    """Return battery charge and payload temperature over the orbit with their limits, and the spans of what went on."""
    plan = record.plan
    figure = titled(f"{plan.satellite} over {plan.station}: battery, heat and inference over an orbit", 6.6)
    charge, heat, spans = figure.subplots(3, 1, sharex=True, height_ratios=(1.25, 1.25, 1.0))
    request, samples = record.request, record.samples
    _draw_reading(charge, samples, [None if s.charge is None else 100 * s.charge for s in samples])
    charge.set(
        ylabel="battery charge (%)",
        title="Shaded: eclipse. Beyond the dashed line no answer begins, until the dotted one.",
    )
    _draw_reading(heat, samples, [sample.payload_c for sample in samples])
    limits = request.limits
    if limits.lowest_charge is not None:
        _draw_limit(charge, 100 * limits.lowest_charge, 100 * limits.charge_margin)
    if limits.highest_temperature_c is not None:
        _draw_limit(heat, limits.highest_temperature_c, -limits.temperature_margin_c)
    heat.set_ylabel("payload (°C)")
    _draw_spans(spans, record)
    for axes in (charge, heat, spans):
        for entry_s, exit_s in plan.eclipses:
            axes.axvspan(entry_s / _MINUTE_S, min(exit_s, plan.duration_s) / _MINUTE_S, color=SHADE, lw=0, zorder=0)
    spans.set(xlabel="link time since the start (min)", xlim=(0.0, plan.duration_s / _MINUTE_S))
    return figure


def _draw_limit(axes: Axes, limit: float, margin: float) -> None:
    axes.axhline(limit, color=INK, lw=1.0, ls="--")
    axes.axhline(limit + margin, color=INK, lw=1.0, ls=":")


def _draw_reading(axes: Axes, samples: list[Sample], values: list[float | None]) -> None:
    known = [(each.time_s / _MINUTE_S, value) for each, value in zip(samples, values, strict=True) if value is not None]
    axes.plot(*zip(*known, strict=True), color=BLUE, ls="-")
    axes.margins(y=0.12)


def _draw_spans(axes: Axes, record: OrbitRecord) -> None:
    rows = (
        ("contact", INK, [(contact.aos_s, contact.los_s) for contact in record.plan.contacts]),
        ("inference", _GREEN, [(a.begun_s, a.ended_s) for a in record.answers if a.begun_s and a.ended_s]),
        ("deferred", ORANGE, [(each.from_s, each.to_s) for each in record.deferrals]),
    )
    for row, (_, colour, found) in enumerate(rows):
        bars = [(begin_s / _MINUTE_S, (end_s - begin_s) / _MINUTE_S) for begin_s, end_s in found]
        axes.broken_barh(bars, (row - 0.34, 0.68), color=colour, lw=0)
    asked = [answer.asked_s / _MINUTE_S for answer in record.answers]
    axes.plot(asked, [len(rows)] * len(asked), "|", color=INK, ms=9)
    down = [answer.down_s / _MINUTE_S for answer in record.answers if answer.down_s is not None]
    axes.plot(down, [len(rows) + 1] * len(down), "|", color=BLUE, ms=9)
    names = [*(name for name, _, _ in rows), "asked", "answered"]
    axes.set_yticks(range(len(names)), names)
    axes.set_ylim(len(names) - 0.4, -0.6)
    axes.grid(axis="y", visible=False)
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_color(FAINT)
