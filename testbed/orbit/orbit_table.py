"""An orbit on the terminal."""

from rich.box import SIMPLE_HEAD
from rich.table import Table
from rich.text import Text

from testbed.orbit.orbit_record import OrbitRecord
from testbed.orbit.orbit_rows import ANSWER_HEADINGS, DEFERRAL_HEADINGS, answer_rows, deferral_rows, figures


def orbit_table(record: OrbitRecord) -> Table:
    """Return the answers, the deferrals and the figures of the whole orbit, for a terminal of 80 columns or more."""
    grid = Table.grid()
    grid.add_row(_table(ANSWER_HEADINGS, answer_rows(record)))
    if record.deferrals:
        grid.add_row(_table(DEFERRAL_HEADINGS, deferral_rows(record)))
    whole = Table(box=None, show_header=False, pad_edge=False)
    for name, value, unit in figures(record):
        whole.add_row(name, Text(f"{value} {unit}".strip(), style="bold"))
    grid.add_row(whole)
    return grid


def _table(headings: tuple[str, ...], rows: list[tuple[str, ...]]) -> Table:
    """All columns but the last hold numbers."""
    table = Table(box=SIMPLE_HEAD, header_style="bold", pad_edge=False, collapse_padding=True)
    for heading in headings[:-1]:
        table.add_column(heading, justify="right", no_wrap=True)
    table.add_column(headings[-1], overflow="fold")
    for row in rows:
        table.add_row(*map(Text, row))
    return table
