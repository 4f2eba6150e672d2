"""The layout of a telemetry packet: which value stands where."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ground.mission_control.value_types import Flag, ValueType

# By the end of a name, the longest first: names carry units.
_UNITS = {"_db": "dB", "_hz": "Hz", "_s": "s", "_v": "V", "_a": "A", "_c": "degC", "_j": "J"}


@dataclass(frozen=True, slots=True)
class Limits:
    """Where a reading is as it should be: outside of `warning` it is worth a look, outside of `critical` it is bad."""

    warning: tuple[float, float]
    critical: tuple[float, float]


@dataclass(frozen=True, slots=True)
class Parameter:
    """A value in a packet. `of` names what it is taken from, if that is another name."""

    name: str
    type: ValueType
    description: str = ""
    limits: Limits | None = None
    of: str = ""
    is_optional: bool = False
    """Whether it may be absent: None."""
    tells_presence: bool = False
    """Whether it says if another value is there, and not what that is."""

    @property
    def unit(self) -> str:
        """The unit that the name carries; none if it carries none."""
        return next((unit for ending, unit in _UNITS.items() if self.name.endswith(ending)), "")

    def pack(self, values: Mapping[str, Any]) -> bytes:
        """Return the octets of its value. Raises LocalError for one that does not fit, or is absent and may not be."""
        value = values.get(self.of or self.name)
        if self.tells_presence:
            value = value is not None
        elif value is None and self.is_optional:
            return self.type.absent
        return self.type.pack(self.name, value)


def presence(of: str, name: str = "") -> Parameter:
    """Return the flag that says whether a value is there: `<value>_known`, or the name that is given."""
    return Parameter(name or f"{of}_known", Flag(), f"whether there is {of}", of=of, tells_presence=True)


@dataclass(frozen=True, slots=True)
class PacketLayout:
    """What the packets of one APID hold after their header, one parameter after the other."""

    name: str
    apid: int
    description: str
    parameters: tuple[Parameter, ...]

    @property
    def octets(self) -> int:
        """Of the values."""
        return sum(parameter.type.octets for parameter in self.parameters)

    def pack(self, values: Mapping[str, Any]) -> bytes:
        """Return the octets of the values, by name. Raises LocalError for one that does not fit."""
        return b"".join(parameter.pack(values) for parameter in self.parameters)
