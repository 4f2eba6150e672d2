"""TOML files read through a pydantic model, with one mistake told at a time."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar, get_args

from pydantic import BaseModel, ConfigDict, ValidationError

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ModelT = TypeVar("ModelT", bound=BaseModel)
ErrorOf = Callable[[str, object, str], Exception]
"""Makes an exception of field, value and what would be accepted."""


class CheckedModel(BaseModel):
    """A table whose every field is known and cannot be changed afterwards."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


def load_checked(path: Path, model: type[ModelT], error_of: ErrorOf) -> ModelT:
    """Return the file's content as ``model``.

    Raises ``error_of(field, value, accepted)`` for the first mistake in it.
    """
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise error_of("file", str(path), f"a readable TOML file ({error})") from None
    except tomllib.TOMLDecodeError as error:
        raise error_of("file", str(path), f"TOML ({error})") from None
    return check(content, model, error_of)


def check(content: dict[str, object], model: type[ModelT], error_of: ErrorOf) -> ModelT:
    """Return ``content`` as ``model``; raise ``error_of(field, value, accepted)`` for the first mistake in it."""
    try:
        return model.model_validate(content)
    except ValidationError as error:
        mistakes = error.errors()  # a misspelt field is also a missing one: say the first
        mistake = next((m for m in mistakes if m["type"] == "extra_forbidden"), mistakes[0])
        field, known = _place(mistake["loc"], model)
        missing = mistake["type"] == "missing"  # pydantic gives the whole table as the input then
        value = None if missing else mistake["input"]
        raise error_of(field or "file", value, _accepted(mistake["type"], mistake["msg"], known)) from None


def _accepted(kind: str, message: str, known: list[str]) -> str:
    if kind == "extra_forbidden":
        return f"no such field; known here: {', '.join(known)}"
    if kind == "missing":
        return "a value: the field is required"
    return message[0].lower() + message[1:]


def _place(location: tuple[int | str, ...], model: type[BaseModel]) -> tuple[str, list[str]]:
    """Return a mistake's field as the file's author knows it, and the names that are known in its table.

    Where a field tells which of several tables another field's is, pydantic puts that tag into the location.
    """
    tables: list[type[BaseModel]] = [model]
    names: list[str] = []
    for part in location[:-1]:
        if isinstance(part, int):  # of a list: its tables are those of the field
            names.append(str(part))
            continue
        fields = [table.model_fields[part] for table in tables if part in table.model_fields]
        tagged = [table for table in tables if not fields and _has_tag(table, part)]
        tables = tagged or [table for field in fields for table in _tables_in(field.annotation)]
        names += [] if tagged else [part]
    names += [str(part) for part in location[-1:]]
    return ".".join(names), sorted({name for table in tables for name in table.model_fields})


def _has_tag(table: type[BaseModel], tag: str) -> bool:
    return any(tag in get_args(field.annotation) for field in table.model_fields.values())


def _tables_in(annotation: Any) -> list[type[BaseModel]]:
    """Return the tables that a field of this type, a union say, can hold."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [table for part in get_args(annotation) for table in _tables_in(part)]
