"""A comparison on the terminal."""

from rich.box import SIMPLE_HEAD
from rich.table import Table
from rich.text import Text

from edge.printable import printable
from testbed.compare.comparison import Comparison
from testbed.compare.sheets import Sheet, budgets_sheet, overview_sheet
from testbed.page import Cell

_STYLES = {"better": "green", "worse": "red", "": ""}


def screen_tables(comparison: Comparison) -> list[Table]:
    """Return what fits a terminal of 80 columns, whatever the number of runs; the page has the rest."""
    sheets = (overview_sheet(comparison), budgets_sheet(comparison))
    return [_table(sheet) for sheet in sheets if sheet.lines]


def _table(sheet: Sheet) -> Table:
    table = Table(title=sheet.title, title_justify="left", title_style="bold", box=SIMPLE_HEAD, pad_edge=False)
    numbers = set(sheet.numbers)
    for n, heading in enumerate(sheet.headings):
        table.add_column(heading, justify="right" if n in numbers else "left", overflow="fold", no_wrap=not n)
    for line in sheet.lines:
        table.add_row(*map(_text, line))
    return table


def _text(cell: str | Cell) -> Text:
    cell = Cell(cell) if isinstance(cell, str) else cell
    text = Text(printable(cell.text), style=_STYLES[cell.kind])
    return text.append(f"\n{cell.small}", style="dim") if cell.small else text
