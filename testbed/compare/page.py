"""A comparison as one page: HTML without scripts that refers to nothing outside of itself."""

from html import escape

from testbed.compare.bars import bars
from testbed.compare.comparison import Comparison
from testbed.compare.sheets import (
    Sheet,
    budgets_sheet,
    differences_sheet,
    energy_sheet,
    figures_sheet,
    link_sheet,
    phases_sheet,
    runs_sheet,
)
from testbed.measure import MEASURES
from testbed.page import fill, table


def comparison_html(comparison: Comparison) -> str:
    """Return the page."""
    runs = len(comparison.runs)
    return fill(
        "testbed.compare",
        "report.html",
        title=f"{runs} runs compared" if runs > 1 else "One run",
        runs=_section(runs_sheet(comparison)),
        budgets=_section(budgets_sheet(comparison)),
        figures=_section(figures_sheet(comparison)),
        differences=_section(differences_sheet(comparison)),
        bars=bars(comparison),
        phases=_section(phases_sheet(comparison)),
        link=_section(link_sheet(comparison)),
        energy=_section(energy_sheet(comparison)) + _energy_sources(comparison),
        definitions=_definitions(),
    )


def _section(sheet: Sheet) -> str:
    """A table that scrolls by itself where the page is narrow; nothing without lines."""
    if not sheet.lines:
        return ""
    whole = table(sheet.headings, sheet.lines, sheet.numbers)
    return f'<section><h2>{escape(sheet.title)}</h2><div class="wide">{whole}</div></section>'


def _energy_sources(comparison: Comparison) -> str:
    found = dict.fromkeys(run.energy_source for run in comparison.runs if run.energy_source)
    return "".join(f'<p class="source">By {escape(source)}.</p>' for source in found)


def _definitions() -> str:
    lines = []
    for measure in MEASURES:
        unit = f" <small>{escape(measure.unit)}</small>" if measure.unit else ""
        source = f" <cite>{escape(measure.source)}</cite>" if measure.source else ""
        lines.append(f"<dt>{escape(measure.label)}{unit}</dt><dd>{escape(measure.meaning)}.{source}</dd>")
    return "".join(lines)
