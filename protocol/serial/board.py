"""The board's messages, as little-endian structures that a C firmware can lay over its buffer.

Every message begins with its kind (u8) and a sequence number (u16); a reply repeats its command's. What
follows these three octets, without padding:

    0x01 ReadStatus        nothing
    0x02 SetRail           rail u8, on u8 (0 or 1)
    0x03 StrokeWatchdog    nothing
    0x04 ReadPower         nothing
    0x05 ReadRail          rail u8
    0x06 ReadThermal       nothing
    0x07 ReadRadio         nothing
    0x08 ReadEnergy        nothing
    0x09 ReadResets        nothing
    0x0a SetWatchdog       timeout ms u32, hold-off ms u32, at least 1 each
    0x0b SetThermalLimit   limit m degC i32, hysteresis m degC u32
    0x0c ResetPeak         nothing
    0x0d SetLoad           rail u8, load permille u16
    0x10 SetSunlight       sunlight permille u16
    0x11 SetBatteryCharge  charge permille u16
    0x12 InjectFault       fault u8, parameter u32
    0x81 Status            uptime ms u32, bus mV u16, payload mA i16, temperature m degC i32,
                           flags u8 (bit 0 payload rail on, bit 1 watchdog armed),
                           watchdog resets u16, reset cause u8
    0x82 Ack               nothing
    0x83 Nack              reason u8
    0x84 Power             solar mV u16, solar mA u16, battery mV u16, battery mA i16, charge permille u16
    0x85 RailReading       rail u8, mV u16, mA i16, flags u8 (bit 0 on, bit 1 tripped, bit 2 latched), trips u16
    0x86 Thermal           payload m degC i32, board m degC i32, limit m degC i32, flags u8 (bit 0 throttled)
    0x87 Radio             RSSI m dBm i32, power amplifier m degC i32, flags u8 (bit 0 powered, bit 1 transmitting)
    0x88 Energy            payload mJ u64, peak payload m degC i32
    0x89 Resets            board's cause u8, payload's cause u8, board resets u16, watchdog resets u16,
                           brown-outs u16, over-current trips u16, commanded resets u16
"""

from dataclasses import dataclass
from enum import IntEnum

from protocol.serial.errors import SerialDecodeError
from protocol.serial.layout import (
    U16,
    U32,
    U64,
    Duration,
    Fraction,
    Layout,
    MilliI16,
    MilliI32,
    MilliU16,
    MilliU32,
)

UPTIME_MODULUS_MS = 2**32
MAX_SEQUENCE = 2**16 - 1
MAX_COUNT = 2**16 - 1
"""A counter that has come here stays here."""

_HEADER_OCTETS = 3


class Rail(IntEnum):
    """A switched supply."""

    PAYLOAD = 0
    RADIO = 1


class ResetCause(IntEnum):
    """Why the payload, or the board itself, last started."""

    POWER_ON = 0
    COMMAND = 1
    WATCHDOG = 2
    BROWN_OUT = 3
    OVER_CURRENT = 4
    BOARD_RESET = 5


class NackReason(IntEnum):
    """Why the board did not do as told."""

    MALFORMED = 1
    """A frame that holds no command; the reply's sequence is 0."""
    BUSY = 2
    """The payload rail is held off by a reset."""
    UNDER_VOLTAGE = 3
    """The bus is too low for the payload."""
    OVER_CURRENT = 4
    """The rail has tripped and waits for its next attempt."""
    UNSUPPORTED = 5
    """A bench command that a board in a real world cannot carry out."""


class FaultKind(IntEnum):
    """What InjectFault breaks, and what its parameter is."""

    LOSE_OCTETS = 1
    """So many octets that the board sends are lost."""
    CORRUPT_OCTET = 2
    """The octet at this index, modulo the length, of the next frame that the board sends is changed."""
    STUCK = 3
    """For so many ms nothing passes on the line."""
    LATE = 4
    """The next reply is sent so many ms late."""
    STALE = 5
    """For so many ms the measured values do not change."""
    BROWN_OUT = 6
    """For so many ms the bus counts as too low for the payload."""
    OVER_CURRENT = 7
    """For so many ms the payload's rail is shorted."""
    PAYLOAD_RESET = 8
    BOARD_RESET = 9


@dataclass(frozen=True, slots=True)
class Message:
    """What is on the line. Raises SerialInputError for a value that its field cannot carry."""

    sequence: U16

    def __post_init__(self) -> None:
        _LAYOUTS[type(self)].encode(self)


class Command(Message):
    """A message to the board."""

    __slots__ = ()


class Reply(Message):
    """A message from the board."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class ReadStatus(Command):
    """Command: send a Status."""


@dataclass(frozen=True, slots=True)
class SetRail(Command):
    """Command: switch a rail."""

    rail: Rail
    on: bool


@dataclass(frozen=True, slots=True)
class StrokeWatchdog(Command):
    """Command: restart the watchdog's count; the first stroke arms it."""


@dataclass(frozen=True, slots=True)
class ReadPower(Command):
    """Command: send a Power."""


@dataclass(frozen=True, slots=True)
class ReadRail(Command):
    """Command: send a RailReading."""

    rail: Rail


@dataclass(frozen=True, slots=True)
class ReadThermal(Command):
    """Command: send a Thermal."""


@dataclass(frozen=True, slots=True)
class ReadRadio(Command):
    """Command: send a Radio."""


@dataclass(frozen=True, slots=True)
class ReadEnergy(Command):
    """Command: send an Energy."""


@dataclass(frozen=True, slots=True)
class ReadResets(Command):
    """Command: send a Resets."""


@dataclass(frozen=True, slots=True)
class SetWatchdog(Command):
    """Command: set how long the watchdog waits for a stroke, and how long a reset holds the payload off."""

    timeout_s: Duration
    hold_off_s: Duration


@dataclass(frozen=True, slots=True)
class SetThermalLimit(Command):
    """Command: set the payload's temperature from which it is throttled, and how far below that ends."""

    limit_c: MilliI32
    hysteresis_c: MilliU32


@dataclass(frozen=True, slots=True)
class ResetPeak(Command):
    """Command: let the peak temperature begin anew."""


@dataclass(frozen=True, slots=True)
class SetLoad(Command):
    """Command: what a rail feeds works so hard, 0 to 1. A board that measures needs not be told."""

    rail: Rail
    load: Fraction


@dataclass(frozen=True, slots=True)
class SetSunlight(Command):
    """Bench command: so much of the full sunlight, 0 to 1, falls on the solar array."""

    sunlight: Fraction


@dataclass(frozen=True, slots=True)
class SetBatteryCharge(Command):
    """Bench command: the battery is charged so far, 0 to 1."""

    charge: Fraction


@dataclass(frozen=True, slots=True)
class InjectFault(Command):
    """Bench command: break something; FaultKind says what the parameter is."""

    fault: FaultKind
    parameter: U32 = 0


@dataclass(frozen=True, slots=True)
class Status(Reply):
    """Reply to ReadStatus: the board's readings, in steps of a thousandth of their unit.

    `uptime_s` counts modulo 2**32 ms (49.7 days); `watchdog_resets` stays at 65535 once there.
    """

    uptime_s: MilliU32
    bus_voltage_v: MilliU16
    payload_current_a: MilliI16
    temperature_c: MilliI32
    payload_rail_on: bool
    watchdog_armed: bool
    watchdog_resets: U16
    reset_cause: ResetCause


@dataclass(frozen=True, slots=True)
class Ack(Reply):
    """Reply: done."""


@dataclass(frozen=True, slots=True)
class Nack(Reply):
    """Reply: not done."""

    reason: NackReason


@dataclass(frozen=True, slots=True)
class Power(Reply):
    """Reply to ReadPower. The battery's current is above 0 while it is charged; `charge` is 0 to 1."""

    solar_voltage_v: MilliU16
    solar_current_a: MilliU16
    battery_voltage_v: MilliU16
    battery_current_a: MilliI16
    charge: Fraction


@dataclass(frozen=True, slots=True)
class RailReading(Reply):
    """Reply to ReadRail. A tripped rail is off for over-current; a latched one stays so until commanded on."""

    rail: Rail
    voltage_v: MilliU16
    current_a: MilliI16
    on: bool
    tripped: bool
    latched: bool
    trips: U16


@dataclass(frozen=True, slots=True)
class Thermal(Reply):
    """Reply to ReadThermal."""

    payload_temperature_c: MilliI32
    board_temperature_c: MilliI32
    limit_c: MilliI32
    throttled: bool


@dataclass(frozen=True, slots=True)
class Radio(Reply):
    """Reply to ReadRadio."""

    rssi_dbm: MilliI32
    amplifier_temperature_c: MilliI32
    powered: bool
    transmitting: bool


@dataclass(frozen=True, slots=True)
class Energy(Reply):
    """Reply to ReadEnergy: what the payload has used since the board started, and its highest temperature.

    64 bits, since 32 would wrap after 85 hours of 14 W.
    """

    payload_energy_mj: U64
    peak_temperature_c: MilliI32


@dataclass(frozen=True, slots=True)
class Resets(Reply):
    """Reply to ReadResets: why the board and the payload last started, and what has happened how often."""

    board_cause: ResetCause
    payload_cause: ResetCause
    board_resets: U16
    watchdog_resets: U16
    brown_outs: U16
    over_current_trips: U16
    commanded_resets: U16


_KINDS: dict[int, type[Command] | type[Reply]] = {
    0x01: ReadStatus,
    0x02: SetRail,
    0x03: StrokeWatchdog,
    0x04: ReadPower,
    0x05: ReadRail,
    0x06: ReadThermal,
    0x07: ReadRadio,
    0x08: ReadEnergy,
    0x09: ReadResets,
    0x0A: SetWatchdog,
    0x0B: SetThermalLimit,
    0x0C: ResetPeak,
    0x0D: SetLoad,
    0x10: SetSunlight,
    0x11: SetBatteryCharge,
    0x12: InjectFault,
    0x81: Status,
    0x82: Ack,
    0x83: Nack,
    0x84: Power,
    0x85: RailReading,
    0x86: Thermal,
    0x87: Radio,
    0x88: Energy,
    0x89: Resets,
}

_LAYOUTS: dict[type[Message], Layout] = {message: Layout(kind, message) for kind, message in _KINDS.items()}


def encode(message: Message) -> bytes:
    """Return the payload of the frame that carries `message`."""
    return _LAYOUTS[type(message)].encode(message)


def decode(payload: bytes) -> Command | Reply:
    """Return the message that a frame's payload holds.

    Exactly what `encode` writes is accepted. Raises SerialDecodeError for all else.
    """
    if len(payload) < _HEADER_OCTETS:
        raise SerialDecodeError("len(payload)", len(payload), f"at least {_HEADER_OCTETS} octets")
    message_type = _KINDS.get(payload[0])
    if message_type is None:
        raise SerialDecodeError("kind", payload[0], "one of " + ", ".join(map(hex, _KINDS)))
    layout = _LAYOUTS[message_type]
    if len(payload) != layout.octets:
        octets = layout.octets - _HEADER_OCTETS
        raise SerialDecodeError(
            "len(body)", len(payload) - _HEADER_OCTETS, f"{octets} octets for kind {payload[0]:#04x}"
        )
    return message_type(**layout.decode(payload))
