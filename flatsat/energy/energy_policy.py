"""Whether the model may begin: limits of battery and heat, each with a margin before it counts as over."""

from dataclasses import dataclass
from enum import Enum
from typing import TypeAlias

from flatsat.errors import ConfigError
from protocol.messages import RefusalReason


class AtLimit(str, Enum):
    """What becomes of a prompt that comes in at a limit. One that was accepted before waits in any case."""

    DEFER = "defer"
    REFUSE = "refuse"


@dataclass(frozen=True, slots=True)
class EnergyLimits:
    """What an operator can set; None: no limit. Each is over only once the reading is better by its margin.

    Raises ConfigError for a value that no limit can have.
    """

    lowest_charge: float | None = None
    """Of the battery, 0 to 1."""
    lowest_bus_v: float | None = None
    highest_temperature_c: float | None = None
    """Of the payload; a payload that throttles itself counts as at its limit, whatever it reads."""
    at_limit: AtLimit = AtLimit.DEFER
    charge_margin: float = 0.05
    bus_margin_v: float = 0.2
    temperature_margin_c: float = 5.0

    def __post_init__(self) -> None:
        for field, lowest, highest in (
            ("lowest_charge", 0.0, 1.0),
            ("lowest_bus_v", 0.0, 1000.0),
            ("highest_temperature_c", -100.0, 200.0),
            ("charge_margin", 0.0, 1.0),
            ("bus_margin_v", 0.0, 1000.0),
            ("temperature_margin_c", 0.0, 100.0),
        ):
            value = getattr(self, field)
            if value is not None and not lowest <= value <= highest:
                raise ConfigError(field.replace("_", "-"), value, f"{lowest:g} to {highest:g}")
        if self.lowest_charge is not None and self.lowest_charge + self.charge_margin > 1:
            raise ConfigError(
                "lowest-charge", self.lowest_charge, f"at most {1 - self.charge_margin:g}, to be left again"
            )


@dataclass(frozen=True, slots=True)
class Readings:
    """What is known of battery and payload; None where it is not."""

    charge: float | None = None
    bus_voltage_v: float | None = None
    temperature_c: float | None = None
    throttled: bool = False


@dataclass(frozen=True, slots=True)
class Go:
    """The model may begin."""


@dataclass(frozen=True, slots=True)
class Wait:
    """It may not, for `why`."""

    why: str


@dataclass(frozen=True, slots=True)
class Refuse:
    """It may not, and what comes in is refused."""

    reason: RefusalReason
    why: str


Decision: TypeAlias = Go | Wait | Refuse


class _Limit:
    """A lowest value with its margin: reached at `lowest`, over at `lowest + margin`. What is not known holds, too."""

    def __init__(self, lowest: float | None, margin: float) -> None:
        self._lowest, self._margin = lowest, margin
        self._reached = False

    def holds(self, value: float | None) -> bool:
        if self._lowest is None:
            return False
        if value is not None:
            self._reached = value < self._lowest + (self._margin if self._reached else 0.0)
        return self._reached or value is None


class EnergyPolicy:
    """Judges readings, one after the other."""

    def __init__(self, limits: EnergyLimits) -> None:
        self._limits = limits
        highest_c = limits.highest_temperature_c
        self._charge = _Limit(limits.lowest_charge, limits.charge_margin)
        self._bus = _Limit(limits.lowest_bus_v, limits.bus_margin_v)
        self._coolness = _Limit(None if highest_c is None else -highest_c, limits.temperature_margin_c)

    def judge(self, readings: Readings) -> Decision:
        """Return what to do; battery first."""
        # all of them, whatever the first says: each has to know what was
        charge, bus, heat = self._holds_charge(readings), self._holds_bus(readings), self._holds_heat(readings)
        if why := charge or bus:
            return self._held(RefusalReason.LOW_BATTERY, why)
        return self._held(RefusalReason.TOO_HOT, heat) if heat else Go()

    def _held(self, reason: RefusalReason, why: str) -> Decision:
        return Refuse(reason, why) if self._limits.at_limit is AtLimit.REFUSE else Wait(why)

    def _holds_charge(self, readings: Readings) -> str:
        if not self._charge.holds(readings.charge):
            return ""
        limits = self._limits
        wanted = (limits.lowest_charge or 0.0) + limits.charge_margin
        now = "is not known" if readings.charge is None else f"is {readings.charge:.0%}"
        return f"the battery's charge {now}; from {wanted:.0%} on"

    def _holds_bus(self, readings: Readings) -> str:
        if not self._bus.holds(readings.bus_voltage_v):
            return ""
        limits = self._limits
        wanted_v = (limits.lowest_bus_v or 0.0) + limits.bus_margin_v
        now = "is not known" if readings.bus_voltage_v is None else f"is {readings.bus_voltage_v:.2f} V"
        return f"the bus voltage {now}; from {wanted_v:.2f} V on"

    def _holds_heat(self, readings: Readings) -> str:
        highest_c, temperature_c = self._limits.highest_temperature_c, readings.temperature_c
        if highest_c is None:
            return ""
        held = self._coolness.holds(None if temperature_c is None else -temperature_c)
        if readings.throttled:
            return "the payload throttles itself"
        now = "is not known" if temperature_c is None else f"is {temperature_c:.1f} C"
        cool_c = highest_c - self._limits.temperature_margin_c
        return f"the payload's temperature {now}; up to {cool_c:.1f} C" if held else ""
