"""Dataclasses as CBOR maps: fields take the keys 1, 2, ... in their order; one that is None is left out."""

from collections.abc import Callable, Mapping
from dataclasses import MISSING, fields, is_dataclass
from enum import Enum
from typing import Any, TypeVar

from protocol.errors import LocalError, RemoteError

_Record = TypeVar("_Record")


def to_map(record: Any) -> dict[int, object]:
    """Return the fields of a dataclass by key; an enum member becomes its place in the enum."""
    values = (getattr(record, field.name) for field in fields(record))
    return {key: _to_item(value) for key, value in enumerate(values, 1) if value is not None}


def from_map(
    kind: type[_Record], item: Mapping[int, object], readers: Mapping[str, Callable[[object], object]]
) -> _Record:
    """Return the `kind` whose fields `item` holds; `readers`, by field name, turn CBOR items into values.

    Keys without a field are ignored. Raises RemoteError if a field without default is missing or `kind`
    refuses a value.
    """
    values: dict[str, Any] = {}
    for key, field in enumerate(fields(kind), 1):  # type: ignore[arg-type]
        if key in item:
            read = readers.get(field.name)
            values[field.name] = read(item[key]) if read else item[key]
        elif field.default is MISSING:
            raise RemoteError(kind.__name__, f"{field.name} (key {key}) is missing")
    try:
        return kind(**values)
    except LocalError as error:
        raise RemoteError(kind.__name__, str(error)) from error


def read_tuple(item: object) -> object:
    """Return a CBOR array as a tuple, anything else as it is: the class then refuses it."""
    return tuple(item) if isinstance(item, list) else item


def read_member(kind: type[Enum]) -> Callable[[object], Enum]:
    """Return a reader of members of `kind` by their place; it raises RemoteError for an unknown one."""
    members = list(kind)

    def read(item: object) -> Enum:
        if type(item) is not int or not 0 <= item < len(members):
            raise RemoteError(kind.__name__, f"{item!r:.20} is unknown")
        return members[item]

    return read


def _to_item(value: object) -> object:
    if isinstance(value, Enum):
        return list(type(value)).index(value)
    return to_map(value) if is_dataclass(value) else value
