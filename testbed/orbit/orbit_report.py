"""An orbit as one page: a figure and tables in a file that needs nothing else."""

from collections.abc import Sequence
from html import escape
from pathlib import Path

from testbed.orbit.orbit_plot import orbit_figure
from testbed.orbit.orbit_record import OrbitRecord
from testbed.orbit.orbit_rows import ANSWER_HEADINGS, DEFERRAL_HEADINGS, answer_rows, deferral_rows, figures
from testbed.page import facts, fill, table, tiles
from testbed.plots import svg


def write_orbit_report(record: OrbitRecord, path: Path) -> None:
    """Write an orbit's page. Raises OSError if it cannot be written."""
    path.write_text(orbit_html(record), encoding="utf-8")


def orbit_html(record: OrbitRecord) -> str:
    """Return an orbit's page: HTML without scripts that refers to nothing outside of itself."""
    deferrals = _table(DEFERRAL_HEADINGS, deferral_rows(record)) if record.deferrals else "<p>Nothing was deferred.</p>"
    return fill(
        "testbed.orbit",
        "report.html",
        title=escape(f"An orbit of {record.plan.satellite}"),
        heading=escape(f"An orbit of {record.plan.satellite} over {record.plan.station}"),
        run=_run_line(record),
        figures=tiles(figures(record)),
        orbit=svg(orbit_figure(record), "orbit"),
        answers=_table(ANSWER_HEADINGS, answer_rows(record)),
        deferrals=deferrals,
        source=escape(record.energy_source),
    )


def _run_line(record: OrbitRecord) -> str:
    request = record.request
    known = (
        f"start {record.plan.start:%Y-%m-%d %H:%M:%S} UTC",
        f"study {request.study}",
        f"profile {request.profile}",
        f"scripted engine, {request.tokens_per_s:g} tokens/s",
        f"seed {request.seed}",
    )
    return facts(known)


def _table(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """All columns but the last hold numbers."""
    return table(headings, rows, numbers=range(len(headings) - 1))
