"""How a message's fields lie in its octets: read off the types of its dataclass."""

import math
import struct
from dataclasses import dataclass, fields
from enum import IntEnum
from typing import Annotated, Any, get_type_hints

from protocol.serial.errors import SerialDecodeError, SerialInputError


@dataclass(frozen=True, slots=True)
class Number:
    """A number as `code` of the struct module, in steps of 1 / `per_unit`, from `lowest` to `highest` steps."""

    code: str
    lowest: int
    highest: int
    per_unit: int = 1

    def steps(self, field: str, value: float) -> int:
        """Return the number on the wire. Raises SerialInputError for a value that does not fit."""
        if not math.isfinite(value) or not self.lowest <= round(value * self.per_unit) <= self.highest:
            raise SerialInputError(field, value, self._accepted)
        return round(value * self.per_unit)

    def value(self, field: str, steps: int) -> float:
        """Return what the number on the wire says. Raises SerialDecodeError for one that does not fit."""
        value = steps if self.per_unit == 1 else steps / self.per_unit
        if not self.lowest <= steps <= self.highest:
            raise SerialDecodeError(field, value, self._accepted)
        return value

    @property
    def _accepted(self) -> str:
        if self.per_unit == 1:
            return f"{self.lowest} to {self.highest}"
        return f"{self.lowest / self.per_unit} to {self.highest / self.per_unit}"


U16 = Annotated[int, Number("H", 0, 2**16 - 1)]
U32 = Annotated[int, Number("I", 0, 2**32 - 1)]
U64 = Annotated[int, Number("Q", 0, 2**64 - 1)]
MilliU16 = Annotated[float, Number("H", 0, 2**16 - 1, 1000)]
MilliI16 = Annotated[float, Number("h", -(2**15), 2**15 - 1, 1000)]
MilliU32 = Annotated[float, Number("I", 0, 2**32 - 1, 1000)]
MilliI32 = Annotated[float, Number("i", -(2**31), 2**31 - 1, 1000)]
Duration = Annotated[float, Number("I", 1, 2**32 - 1, 1000)]
"""Seconds in steps of a millisecond, at least one."""
Fraction = Annotated[float, Number("H", 0, 1000, 1000)]
"""0 to 1, in steps of a thousandth."""


@dataclass(frozen=True, slots=True)
class _Choice:
    """A member of an enumeration, in an octet."""

    members: type[IntEnum]
    code: str = "B"

    def steps(self, field: str, value: int) -> int:  # noqa: ARG002
        return int(value)

    def value(self, field: str, steps: int) -> int:
        if steps not in list(self.members):
            raise SerialDecodeError(field, steps, f"{min(self.members)} to {max(self.members)}")
        return self.members(steps)


class Layout:
    """The octets of one type of message: its kind (u8), its fields in their order, and its flags in one octet.

    The flags are the fields of type bool, which stand together; the first is bit 0.
    """

    def __init__(self, kind: int, message_type: type) -> None:
        hints = get_type_hints(message_type, include_extras=True)
        self.kind = kind
        self._names = [field.name for field in fields(message_type)]
        self._flags = [name for name in self._names if hints[name] is bool]
        self._forms = {name: _form(hints[name]) for name in self._names if name not in self._flags}
        self._struct = struct.Struct("<B" + "".join(map(self._code, self._names)))

    @property
    def octets(self) -> int:
        """How many octets the message has."""
        return self._struct.size

    def encode(self, message: object) -> bytes:
        """Return the message's octets. Raises SerialInputError for a field whose value does not fit."""
        values = [form.steps(name, getattr(message, name)) for name, form in self._forms.items()]
        if self._flags:
            set_bits = sum(bool(getattr(message, name)) << bit for bit, name in enumerate(self._flags))
            values.insert(self._names.index(self._flags[0]), set_bits)
        return self._struct.pack(self.kind, *values)

    def decode(self, octets: bytes) -> dict[str, Any]:
        """Return the fields' values. Raises SerialDecodeError for a value that `encode` never writes."""
        _, *values = self._struct.unpack(octets)
        flags = self._decode_flags(values.pop(self._names.index(self._flags[0]))) if self._flags else {}
        return flags | {
            name: form.value(name, steps) for (name, form), steps in zip(self._forms.items(), values, strict=True)
        }

    def _decode_flags(self, set_bits: int) -> dict[str, bool]:
        if set_bits >> len(self._flags):
            field = self._flags[0] if len(self._flags) == 1 else "flags"
            raise SerialDecodeError(field, set_bits, f"0 to {2 ** len(self._flags) - 1}")
        return {name: bool(set_bits >> bit & 1) for bit, name in enumerate(self._flags)}

    def _code(self, name: str) -> str:
        if name in self._forms:
            return self._forms[name].code
        return "B" if name == self._flags[0] else ""


def _form(hint: Any) -> Number | _Choice:
    return hint.__metadata__[0] if hasattr(hint, "__metadata__") else _Choice(hint)
