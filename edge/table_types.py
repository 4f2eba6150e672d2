"""What the type of a checked table, a pydantic model or a dataclass, says of its fields."""

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

from pydantic import BaseModel


def fields_of(table: Any) -> dict[str, Any]:
    """Return the type of each field of a table, with its annotations, by the name that it has in a file."""
    hints = get_type_hints(table, include_extras=True)
    if issubclass(table, BaseModel):
        return {field.alias or name: hints[name] for name, field in table.model_fields.items()}
    return {field.name: hints[field.name] for field in fields(table)}


def bare(hint: Any) -> Any:
    """Return a type without its annotations."""
    return get_args(hint)[0] if get_origin(hint) is Annotated else hint


def values_of(hint: Any) -> Any:
    """Return the type of a mapping's values, of the first mapping of a union; None of what holds none."""
    kind = get_origin(hint)
    if kind in (Union, UnionType, Annotated):
        return next(filter(None, map(values_of, get_args(hint))), None)
    return get_args(hint)[1] if isinstance(kind, type) and issubclass(kind, Mapping) else None


def tables_in(hint: Any) -> Iterator[Any]:
    """Give the tables that a field of this type, a union or a list say, can hold."""
    if isinstance(hint, type) and (is_dataclass(hint) or issubclass(hint, BaseModel)):
        yield hint
    elif get_origin(hint) is not Literal:
        for part in get_args(hint):
            yield from tables_in(part)
