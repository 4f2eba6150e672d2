"""The parameters of a message: made from its definition, so that they cannot part from it."""

from collections.abc import Iterator, Mapping
from dataclasses import fields
from enum import Enum
from types import NoneType
from typing import Any, get_args, get_type_hints

from ground.mission_control.packet_layout import Limits, Parameter, presence
from ground.mission_control.value_types import Enumerated, Flag, Float, Text, Unsigned, ValueType

_NUMBER_OCTETS = 4  # as on the link: a message's floats have 32 bits, and so have its counts
_VALUE_TYPES: dict[type, ValueType] = {
    float: Float(_NUMBER_OCTETS),
    int: Unsigned(_NUMBER_OCTETS),
    bool: Flag(),
    str: Text(128),
}
_SAY_THEMSELVES = (Float, Text)  # that they are absent: not-a-number, no text


def message_parameters(message: type, limits: Mapping[str, Limits] | None = None) -> tuple[Parameter, ...]:
    """Return the parameters of a message class, in its order; before one that may be absent stands whether it is there.

    Floats and texts that are absent say so themselves. `limits` are by field.
    """
    return tuple(_parameters(message, limits or {}))


def member_labels(kind: type[Enum]) -> tuple[str, ...]:
    """Return the values of an enum's members, in their order."""
    return tuple(str(member.value) for member in kind)


def _parameters(message: type, limits: Mapping[str, Limits]) -> Iterator[Parameter]:
    hints = get_type_hints(message)
    for field in fields(message):
        kinds = set(get_args(hints[field.name])) or {hints[field.name]}
        is_optional = NoneType in kinds
        kind = _value_type(*(kinds - {NoneType}))
        if is_optional and not isinstance(kind, _SAY_THEMSELVES):
            yield presence(field.name)
        yield Parameter(field.name, kind, limits=limits.get(field.name), is_optional=is_optional)


def _value_type(kind: type[Any]) -> ValueType:
    if issubclass(kind, Enum):
        return Enumerated(member_labels(kind))
    return _VALUE_TYPES[kind]
