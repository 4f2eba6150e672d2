"""The study file's schema, described from the tables that read it, so that it cannot be out of date."""

import re
from collections.abc import Iterator
from dataclasses import MISSING, Field, fields, is_dataclass
from inspect import cleandoc
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin

from edge.table_types import bare, fields_of, tables_in
from linkbudget.quantity import quantities
from linkbudget.study import Study

_HEADING = "| field | what | unit | from | to | if left out |\n|---|---|---|--:|--:|---|\n"


def schema_markdown() -> str:
    """Return every table of a study file with its fields, as Markdown."""
    return "\n".join(_section(place, table) for place, table in _tables("", Study, set()))


def _tables(place: str, table: Any, seen: set[Any]) -> Iterator[tuple[str, Any]]:
    """Give a table and those in it, each once, at the first place where it can stand."""
    if table in seen:
        return
    seen.add(table)
    yield place, table
    for name, hint in fields_of(table).items():
        for inner in tables_in(hint):
            yield from _tables(_join(place, name, hint), inner, seen)


def _join(place: str, name: str, hint: Any) -> str:
    mark = {dict: ".NAME", tuple: ".N"}.get(get_origin(_only(hint)), "")
    return f"{place}.{name}{mark}".lstrip(".")


def _section(place: str, table: Any) -> str:
    kind = fields_of(table).get("kind")
    title = f"[{place}]" if place else "the file itself"
    title += f' kind = "{get_args(kind)[0]}"' if kind else ""
    rows = "".join(_row(table, field) for field in fields(table) if field.name != "kind")
    return f"### `{title}`\n\n{_description(table)}\n\n{_HEADING}{rows}"


def _description(table: Any) -> str:
    """Return a table's docstring without what it says of exceptions."""
    return re.sub(r"\s*Raises LinkInputError[^.]*(\.\s|\.$)", "", cleandoc(table.__doc__) + "\n").strip()


def _row(table: Any, field: "Field[Any]") -> str:
    within = quantities(table).get(field.name)
    hint = fields_of(table)[field.name]
    what = within.meaning if within else _what(hint)
    unit, lowest, highest = (within.unit, f"{within.lowest:g}", f"{within.highest:g}") if within else ("", "", "")
    return f"| `{field.name}` | {what} | {unit} | {lowest} | {highest} | {_default(field)} |\n"


def _what(hint: Any) -> str:
    """Return what stands in a field without bounds: what it says itself, words to choose from, or its kind."""
    said = [mark for mark in getattr(hint, "__metadata__", ()) if isinstance(mark, str)]
    if said:
        return said[0]
    only = _only(hint)
    choices = [
        str(choice) for part in (only, *_parts(only)) if get_origin(part) is Literal for choice in get_args(part)
    ]
    if choices:
        return ", ".join(f'"{choice}"' for choice in choices)
    if get_origin(only) is dict:
        return "tables by a name of your choice"
    if list(tables_in(hint)):
        return "a list of tables" if get_origin(only) is tuple else "a table"
    if get_origin(only) is tuple:
        return f"a list of {_names(get_args(only)[0])}"
    return _names(only)


def _names(hint: Any) -> str:
    words = {"str": "text", "float": "number", "int": "number", "datetime": "time (UTC unless it carries an offset)"}
    kinds = [part for part in (_parts(hint) or [hint]) if part is not NoneType]
    return " or ".join(words.get(kind.__name__, kind.__name__) for kind in kinds if hasattr(kind, "__name__"))


def _default(field: "Field[Any]") -> str:
    if field.default is MISSING:
        return "*needed*"
    if field.default is None:
        return ""
    if is_dataclass(field.default):
        return f"as `{type(field.default).__name__}()`"
    return f"{field.default!r}" if not isinstance(field.default, float) else f"{field.default:g}"


def _only(hint: Any) -> Any:
    """Return a hint without its annotation, and without None beside it."""
    hint = bare(hint)
    kinds = [part for part in _parts(hint) if part is not NoneType]
    return _only(kinds[0]) if len(kinds) == 1 else hint


def _parts(hint: Any) -> tuple[Any, ...]:
    return get_args(hint) if get_origin(hint) in (Union, UnionType) else ()
