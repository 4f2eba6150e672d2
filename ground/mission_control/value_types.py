"""The kinds of value that a telemetry packet holds, each of a fixed size; numbers are big-endian."""

import struct
from dataclasses import dataclass
from math import nan
from typing import TypeAlias

import numpy as np

from protocol.checks import check_bool, check_float, check_int
from protocol.errors import LocalError

_FORMATS = {4: ">f", 8: ">d"}
_LARGEST = {octets: float(np.finfo(f"f{octets}").max) for octets in _FORMATS}


@dataclass(frozen=True, slots=True)
class Unsigned:
    """An integer from 0 on, of 1 to 8 octets."""

    octets: int

    def pack(self, name: str, value: object) -> bytes:
        """Return the value's octets. Raises LocalError, with `name`, for one that does not fit."""
        check_int(name, value, 0, 256**self.octets - 1)
        return value.to_bytes(self.octets, "big")  # type: ignore[attr-defined, no-any-return]

    @property
    def absent(self) -> bytes:
        """What stands in the place of a value that is not known."""
        return bytes(self.octets)


@dataclass(frozen=True, slots=True)
class Float:
    """A number of 4 or 8 octets (IEEE 754); not-a-number if it is not known."""

    octets: int

    def pack(self, name: str, value: object) -> bytes:
        """Return the octets of the nearest number. Raises LocalError, with `name`, for what is none or out of range."""
        largest = _LARGEST[self.octets]
        check_float(name, value, -largest, largest)
        return struct.pack(_FORMATS[self.octets], value)

    @property
    def absent(self) -> bytes:
        """Not-a-number."""
        return struct.pack(_FORMATS[self.octets], nan)


@dataclass(frozen=True, slots=True)
class Flag:
    """True or false, in one octet."""

    octets: int = 1

    def pack(self, name: str, value: object) -> bytes:
        """Return 1 for True, 0 for False. Raises LocalError, with `name`, for anything else."""
        check_bool(name, value)
        return bytes([value])  # type: ignore[list-item]

    @property
    def absent(self) -> bytes:
        """What stands in the place of a value that is not known."""
        return bytes(self.octets)


@dataclass(frozen=True, slots=True)
class Enumerated:
    """One of some words; its number, in one octet, is its place among them."""

    labels: tuple[str, ...]
    octets: int = 1

    def pack(self, name: str, value: object) -> bytes:
        """Return the word's number. Raises LocalError, with `name`, for an unknown one."""
        if value not in self.labels:
            raise LocalError(name, value, ", ".join(self.labels))
        return bytes([self.labels.index(value)])

    @property
    def absent(self) -> bytes:
        """What stands in the place of a value that is not known."""
        return bytes(self.octets)


@dataclass(frozen=True, slots=True)
class Text:
    """UTF-8, cut to fit between two characters, zero octets after it: at least one. Empty if it is not known."""

    octets: int

    def pack(self, name: str, value: object) -> bytes:
        """Return the text's octets. Raises LocalError, with `name`, for what is no text."""
        if not isinstance(value, str):
            raise LocalError(name, value, "a str")
        octets = value.replace("\0", "\N{REPLACEMENT CHARACTER}").encode(errors="replace")
        whole = octets[: self.octets - 1].decode(errors="ignore")
        return whole.encode().ljust(self.octets, b"\0")

    @property
    def absent(self) -> bytes:
        """No text."""
        return bytes(self.octets)


ValueType: TypeAlias = Unsigned | Float | Flag | Enumerated | Text
