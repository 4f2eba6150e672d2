"""TOML files read into checked tables (pydantic models or dataclasses), with one mistake told at a time."""

import sys
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path
from typing import Any, TypeVar, get_args

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from edge.table_types import bare, fields_of, tables_in, values_of

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

TableT = TypeVar("TableT")
ErrorOf = Callable[[str, object, str], Exception]
"""Makes an exception of field, value and what would be accepted."""

_MOST_BITS = 1024
_UNKNOWN_FIELD = ("extra_forbidden", "unexpected_keyword_argument")  # of a model, of a dataclass
_ABSENT = object()
_MISSING_FIELD = ("missing", "missing_argument", "missing_keyword_only_argument")


class TableError(ValueError):
    """A mistake that a table finds in itself, in fields that are right one by one and wrong together."""

    def __init__(self, field: str, value: object, accepted: str) -> None:
        super().__init__(f"{field} is {value!r}; accepted: {accepted}")
        self.field = field
        self.value = value
        self.accepted = accepted


class CheckedModel(BaseModel):
    """A table whose every field is known and cannot be changed afterwards."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


def load_checked(path: Path, table: type[TableT], error_of: ErrorOf) -> TableT:
    """Return the file's content as ``table``.

    Raises ``error_of(field, value, accepted)`` for the first mistake in it.
    """
    return check(read_toml(path, error_of), table, error_of)


def read_toml(path: Path, error_of: ErrorOf) -> dict[str, Any]:
    """Return what is in a TOML file; raise ``error_of("file", path, accepted)`` if it cannot be read."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, ValueError) as error:  # no UTF-8, or no path: a name with a null character
        raise error_of("file", str(path), f"a readable TOML file ({error})") from None
    try:
        content = tomllib.loads(text)
        _check_integers(content)
    except (ValueError, RecursionError) as error:
        raise error_of("file", str(path), f"TOML ({error})") from None
    return content


def check(content: dict[str, Any], table: type[TableT], error_of: ErrorOf) -> TableT:
    """Return ``content`` as ``table``; raise ``error_of(field, value, accepted)`` for the first mistake in it.

    A mistake that a table itself finds (a TableError, or any ValueError with ``field``, ``value`` and
    ``accepted``) is told with the table's place before the field.
    """
    try:
        checked: TableT = _adapter(table).validate_python(content)  # type: ignore[arg-type]  # a class can be hashed
        return checked
    except ValidationError as error:
        mistakes = error.errors()  # a misspelt field is also a missing one: say the first
        mistake = next((m for m in mistakes if m["type"] in _UNKNOWN_FIELD), mistakes[0])
    names = _place(mistake["loc"], content, is_missing=mistake["type"] in _MISSING_FIELD)
    found: Any = mistake.get("ctx", {}).get("error")
    if hasattr(found, "accepted"):
        raise error_of(".".join([*names, found.field]), found.value, found.accepted)
    # pydantic gives the whole table as the input if a field, or the kind of table, is missing
    value = None if mistake["type"] in (*_MISSING_FIELD, "union_tag_not_found") else mistake["input"]
    accepted = mistake["msg"][0].lower() + mistake["msg"][1:]
    if mistake["type"] in _UNKNOWN_FIELD:
        accepted = f"no such field; known here: {', '.join(_known(names, content, table))}"
    elif mistake["type"] in _MISSING_FIELD:
        accepted = "a value: the field is required"
    raise error_of(".".join(names) or "file", value, accepted)


def _check_integers(node: Any) -> None:
    """Raise ValueError for an integer that Python may refuse to print: it could not be told as a mistake."""
    if isinstance(node, dict | list):
        for each in node.values() if isinstance(node, dict) else node:
            _check_integers(each)
    elif isinstance(node, int) and node.bit_length() > _MOST_BITS:
        raise ValueError(f"an integer has more than {_MOST_BITS} bits")


@cache
def _adapter(table: Any) -> TypeAdapter[Any]:
    """Return what checks a table: made once, for that takes longer than a file does."""
    return TypeAdapter(table)


def _place(location: tuple[int | str, ...], content: Any, *, is_missing: bool) -> list[str]:
    """Return a mistake's place as the file's author knows it.

    Where one of several kinds of table was chosen, pydantic puts the kind into the location: what the content does
    not have there is left out, but for the last name where it is that of a missing field.
    """
    names = []
    for index, part in enumerate(location):
        here = _child(content, part)
        if here is not _ABSENT:
            content = here
        elif not is_missing or index < len(location) - 1:
            continue
        names.append(str(part))
    return names


def _child(content: Any, part: int | str) -> Any:
    if isinstance(content, dict):
        return content.get(part, _ABSENT)
    is_there = isinstance(content, list) and isinstance(part, int) and part < len(content)
    return content[part] if is_there else _ABSENT  # a pair may be too short


def _known(place: list[str], content: Any, table: Any) -> list[str]:
    """Return the names of the fields that the table may have where, at this place, it has another."""
    *owners, unknown = place
    hint = table
    for part in owners:
        if isinstance(content, list):
            content = content[int(part)]
            continue  # the hint of a list is that of its tables
        hint = values_of(hint) or fields_of(_likeliest(tables_in(hint), content))[part]
        content = content[part]
    tables = (each for each in tables_in(hint) if unknown not in fields_of(each))
    return sorted(fields_of(_likeliest(tables, content)))


def _likeliest(tables: Iterable[Any], content: dict[str, Any]) -> Any:
    """Return, of several kinds of table, the one that the content says or resembles most."""
    return max(tables, key=lambda each: _likeness(each, content))


def _likeness(table: Any, content: dict[str, Any]) -> tuple[bool, int]:
    known = fields_of(table)
    kinds = get_args(bare(known.get("kind")))
    return content.get("kind", ...) in kinds, len(known.keys() & content.keys())
