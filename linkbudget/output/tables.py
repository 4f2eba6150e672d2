"""What the commands print on a terminal."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from rich.box import SIMPLE_HEAD
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from linkbudget.checker.finding import Finding
from linkbudget.contact import Contact
from linkbudget.doppler import doppler_hz
from linkbudget.lines import Kind
from linkbudget.modes.thresholds import Threshold
from linkbudget.orbit.orbit import Orbit
from linkbudget.orbit.passes import Pass
from linkbudget.output.export import PERCENTILES, source_text
from linkbudget.output.rows import rows
from linkbudget.provenance import GIVEN
from linkbudget.sweep import Sweep
from linkbudget.uncertainty.analysis import Analysis

_STYLES = {Kind.CONTEXT: "dim", Kind.DETAIL: "dim", Kind.TOTAL: "bold", Kind.GAIN: "", Kind.LOSS: ""}
_LOOK: dict[str, Any] = {"title_justify": "left", "title_style": "bold", "pad_edge": False, "box": SIMPLE_HEAD}
_SHOWN = {"Hz": ("MHz", 1e6, 3), "m": ("km", 1e3, 1), "K": ("K", 1.0, 1)}
_PASS_COLUMNS = {
    "": 2,
    "AOS (UTC)": 19,
    "TCA": 8,
    "LOS": 8,
    "max\nel.": 5,
    "azimuth": 11,
    "s": 3,
    "light": 5,
    "TLE\nage": 5,
}
_CONTACT_COLUMNS = {
    "s": 3,
    "az.": 3,
    "el.": 4,
    "range\nkm": 5,
    "Doppler\nHz": 7,
    "Hz/s": 6,
    "C/N0\ndB-Hz": 5,
    "margin\ndB": 6,
}
"""Headings and widths: only the last, free column gives way on a narrow terminal."""
_MARKS = {Kind.CONTEXT: "  ", Kind.DETAIL: "    ", Kind.TOTAL: "= ", Kind.GAIN: "+ ", Kind.LOSS: "- "}


def budget_table(analysis: Analysis) -> RenderableType:
    """Return a link's budget, a column for each case, and below it the sources of its lines by their number."""
    table = Table(title=analysis.link, padding=0, **_LOOK)
    table.add_column("line", no_wrap=True)
    for case in analysis.cases:
        table.add_column(case, justify="right", no_wrap=True)
    table.add_column("unit", no_wrap=True)
    table.add_column("source", justify="right", style="dim", no_wrap=True)
    printed = rows(analysis.cases, analysis.modes)
    notes = list(dict.fromkeys(row.source for row in printed if row.source != GIVEN))
    for i, row in enumerate(printed):
        if row.mode != (printed[i - 1].mode if i else None):
            table.add_section()
            table.add_row(Text(row.mode or "", style="bold"))
        texts = (shown(row.unit, value) for value in row.values.values())
        note = f"[{notes.index(row.source) + 1}]" if row.source in notes else row.source.reference
        table.add_row(
            Text(_MARKS[row.kind] + row.name),
            *texts,
            _SHOWN.get(row.unit, (row.unit,))[0],
            Text(note),
            style=_STYLES[row.kind],
        )
    return Group(table, _notes_table([source_text(note) for note in notes]))


def _notes_table(notes: Sequence[str]) -> Table:
    table = Table.grid(padding=(0, 1))
    table.add_column(justify="right", style="dim")
    table.add_column(style="dim")
    for number, note in enumerate(notes, start=1):
        table.add_row(Text(f"[{number}]"), Text(note))
    return table


def shown(unit: str, value: float) -> str:
    """Return a number with as many digits as its unit deserves, in the unit that tables print it in."""
    _, size, digits = _SHOWN.get(unit, (unit, 1.0, 2))
    return f"{value / size:,.{digits}f}"


def uncertainty_table(analysis: Analysis) -> Table:
    """Return how the result is distributed over the draws, by mode."""
    assert analysis.uncertainty is not None
    drawn = analysis.uncertainty.result_db
    table = Table(title=f"{analysis.link}: {drawn.shape[1]:,} draws", **_LOOK)
    for heading in ("mode", "mean", "std", *(f"{p} %" for p in PERCENTILES), "below 0 dB"):
        table.add_column(heading, justify="left" if heading == "mode" else "right")
    for mode, margins in zip(analysis.modes or ("C/N0",), drawn, strict=True):
        quantiles = (f"{each:.2f}" for each in np.percentile(margins, PERCENTILES))
        table.add_row(mode, f"{margins.mean():.2f}", f"{margins.std():.2f}", *quantiles, f"{(margins < 0).mean():.2%}")
    return table


def sensitivity_table(analysis: Analysis) -> Table:
    """Return which input matters most, the first mode's."""
    assert analysis.uncertainty is not None
    table = Table(title=f"{analysis.link}: what matters most", **_LOOK)
    for heading in ("input", "adverse", "favourable", "share of variance"):
        table.add_column(heading, justify="left" if heading == "input" else "right")
    for each in analysis.uncertainty.sensitivities:
        share = f"{each.variance_share:.0%}"
        name = each.name.removeprefix(f"links.{analysis.link}.")
        table.add_row(name, f"{each.adverse_db:+.2f} dB", f"{each.favourable_db:+.2f} dB", share)
    return table


def passes_table(orbit: Orbit, station: str, min_elevation_deg: float, found: Sequence[Pass]) -> Table:
    """Return passes, one a row, with the age of the elements."""
    table = Table(
        title=f"{orbit.elements.name} over {station}, at least {min_elevation_deg:g} deg",
        caption=None if found else "no pass",
        padding=0,
        **_LOOK,
    )
    for heading, width in _PASS_COLUMNS.items():
        table.add_column(heading, justify="right", no_wrap=True, min_width=width)
    for index, each in enumerate(found, start=1):
        azimuths = (each.aos_azimuth_deg, each.tca_azimuth_deg, each.los_azimuth_deg)
        table.add_row(
            str(index),
            f"{each.aos:%Y-%m-%d %H:%M:%S}",
            f"{each.tca:%H:%M:%S}",
            f"{each.los:%H:%M:%S}",
            f"{each.max_elevation_deg:.1f}°",
            " ".join(f"{azimuth:03.0f}" for azimuth in azimuths),
            f"{each.duration_s:.0f}",
            "sun" if each.sunlit else "dark",
            f"{orbit.age_days(each.aos):.1f} d",
        )
    return table


def contact_table(contact: Contact, link: str, rows_wanted: int = 13) -> Table:
    """Return a link over a pass, at evenly spread moments, with the best mode at each."""
    seen, usage = contact.geometry, contact.usages.get(link)
    budget = contact.budgets[link]
    shift_hz = doppler_hz(seen.range_rate_m_s, budget["frequency_hz"])
    rate_hz_s = doppler_hz(seen.range_acceleration_m_s2, budget["frequency_hz"])
    c_n0 = np.broadcast_to(budget["c_n0_db_hz"], (len(seen.time_s), 1, 1))[:, 0, 0]
    table = Table(title=f"{link} from {contact.found.aos:%Y-%m-%d %H:%M:%S} UTC", **_LOOK)
    for heading, width in _CONTACT_COLUMNS.items():
        table.add_column(heading, justify="right", no_wrap=True, min_width=width)
    table.add_column("best mode", no_wrap=True)
    for i in np.unique(np.linspace(0, len(seen.time_s) - 1, rows_wanted).astype(int)):
        mode, margin = ("", "") if usage is None else usage_text(contact, link, int(i))
        table.add_row(
            f"{seen.time_s[i]:.0f}",
            f"{seen.azimuth_deg[i]:.0f}",
            f"{seen.elevation_deg[i]:.1f}",
            f"{seen.range_m[i] / 1e3:,.0f}",
            f"{shift_hz[i]:+,.0f}",
            f"{rate_hz_s[i]:+.1f}",
            f"{c_n0[i]:.1f}",
            margin,
            mode,
        )
    return table


def usage_text(contact: Contact, link: str, index: int) -> tuple[str, str]:
    """Return the best mode at a moment and its margin; the margin of the most robust where none has enough."""
    usage, margins = contact.usages[link], contact.budgets[link]["margin_db"]
    margins = np.broadcast_to(margins, (len(usage.best), len(usage.modes), 1))[index, :, 0]
    best = int(usage.best[index])
    return ("none", f"{margins.max():.1f}") if best < 0 else (usage.modes[best].name, f"{margins[best]:.1f}")


def volume_table(contact: Contact) -> Table:
    """Return how much each mode, and the best at each moment, gets through in the pass."""
    table = Table(title="Data volume of the pass", **_LOOK)
    table.add_column("link")
    table.add_column("mode")
    table.add_column("kbit", justify="right")
    for link, usage in contact.usages.items():
        for mode, volume_bit in usage.volume_bit_by_mode.items():
            table.add_row(link, mode, f"{volume_bit / 1e3:,.0f}")
        table.add_row(link, "best at each moment", f"{usage.volume_bit / 1e3:,.0f}", style="bold")
    return table


def sweep_table(found: Sweep, rows_wanted: int = 13) -> Table:
    """Return a sweep, a row for each x: a column for each mode or, of the first mode, for each y."""
    title = f"{found.table.link}: {found.line.name}, {found.line.unit}"
    table = Table(title=title, **_LOOK)
    picked_x = np.unique(np.linspace(0, len(found.x) - 1, rows_wanted).astype(int))
    table.add_column(found.table.x.place.rsplit(".", 1)[-1], justify="right")
    if found.table.y is None:
        headings, columns = list(found.modes), [found.value[0, :, i] for i in range(len(found.modes))]
    else:
        picked_y = np.unique(np.linspace(0, len(found.y) - 1, 7).astype(int))
        headings, columns = [f"{found.y[i]:.3g}" for i in picked_y], [found.value[i, :, 0] for i in picked_y]
        table.title = f"{table.title}, over {found.table.y.place}"
    for heading in headings:
        table.add_column(heading or found.line.name, justify="right")
    for i in picked_x:
        table.add_row(f"{found.x[i]:g}", *(f"{column[i]:.2f}" for column in columns))
    return table


def thresholds_table(known: Sequence[Threshold]) -> RenderableType:
    """Return what each modulation and code asks for, and below it the sources by their number."""
    table = Table(title="Required Eb/N0", padding=0, **_LOOK)
    for heading in ("threshold", "rate", "at", "Eb/N0", "basis", "source"):
        table.add_column(heading, justify="left" if heading in ("threshold", "at", "basis") else "right", no_wrap=True)
    notes = list(dict.fromkeys(each.source for each in known))
    for each in known:
        error_rate = f"{each.metric} {each.error_rate:g}"
        note = Text(f"[{notes.index(each.source) + 1}]")
        table.add_row(each.id, f"{each.code_rate:.4f}", error_rate, f"{each.eb_n0_db:.2f}", each.basis, note)
    return Group(table, _notes_table(notes))


def findings_text(findings: Sequence[Finding]) -> Text:
    """Return what is probably wrong, a line each."""
    styles = {"error": "bold red", "warning": "yellow"}
    return Text("\n").join(Text(str(each), style=styles[each.severity]) for each in findings)
