"""What the testbed's pages share: how a template is filled, and how tables and numbers look."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape
from importlib import resources
from string import Template

NONE = "–"


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of a table: its text, what stands small below it, and its class in the style."""

    text: str
    small: str = ""
    kind: str = ""


def fill(package: str, template: str, **parts: str) -> str:
    """Return a package's template with its parts, HTML all of them, and the style that pages share as ``$style``."""
    style = resources.files("testbed").joinpath("page.css").read_text(encoding="utf-8")
    text = resources.files(package).joinpath(template).read_text(encoding="utf-8")
    return Template(text).substitute(style=style, **parts)


def table(headings: Sequence[str], lines: Iterable[Sequence[str | Cell]], numbers: Iterable[int]) -> str:
    """Return a table of text; the columns in ``numbers`` stand to the right."""
    right = set(numbers)

    def row(tag: str, cells: Sequence[str | Cell]) -> str:
        return f"<tr>{''.join(_cell(tag, cell, n in right) for n, cell in enumerate(cells))}</tr>"

    return f"<table>{row('th', headings)}{''.join(row('td', line) for line in lines)}</table>"


def facts(texts: Iterable[str]) -> str:
    """Return facts in a row, each of which stays on its line."""
    return " ".join(f"<span>{escape(text)}</span>" for text in texts)


def tiles(figures: Iterable[tuple[str, str, str]]) -> str:
    """Return figures side by side, large: of each its name, value and unit."""
    drawn = (
        f"<div><dt>{escape(name)}</dt><dd>{escape(value)} <small>{escape(unit)}</small></dd></div>"
        for name, value, unit in figures
    )
    return f'<dl class="tiles">{"".join(drawn)}</dl>'


def number(value: float | None, digits: int) -> str:
    """Return a number with a true minus sign, or a dash."""
    if value is None:
        return NONE
    return f"{round(value, digits) + 0.0:.{digits}f}".replace("-", "−")  # + 0.0: no minus before a zero


def _cell(tag: str, cell: str | Cell, is_number: bool) -> str:
    cell = Cell(cell) if isinstance(cell, str) else cell
    classes = " ".join(filter(None, ("n" if is_number else "", cell.kind)))
    mark = f'<{tag} class="{classes}">' if classes else f"<{tag}>"
    small = f"<br><small>{escape(cell.small)}</small>" if cell.small else ""
    return f"{mark}{escape(cell.text)}{small}</{tag}>"
