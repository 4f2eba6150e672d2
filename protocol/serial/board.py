"""The board's messages, as little-endian structures that a C firmware can lay over its buffer.

Every message begins with its kind (u8) and a sequence number (u16); a reply repeats its command's. What
follows these three octets, without padding:

    0x01 ReadStatus       nothing
    0x02 SetPayloadRail   on u8 (0 or 1)
    0x03 StrokeWatchdog   nothing
    0x81 Status           uptime ms u32, bus mV u16, payload mA i16, temperature m degC i32,
                          flags u8 (bit 0 payload rail on, bit 1 watchdog armed),
                          watchdog resets u16, reset cause u8
    0x82 Ack              nothing
    0x83 Nack             reason u8
"""

import math
import struct
from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum
from typing import TypeAlias

from protocol.serial.errors import SerialDecodeError, SerialInputError

UPTIME_MODULUS_MS = 2**32
MAX_SEQUENCE = 2**16 - 1
MAX_WATCHDOG_RESETS = 2**16 - 1

_HEADER = struct.Struct("<BH")
_STATUS = struct.Struct("<IHhiBHB")
_RAIL_ON = 0x01
_WATCHDOG_ARMED = 0x02


class ResetCause(IntEnum):
    """Why the payload last started."""

    POWER_ON = 0
    COMMAND = 1
    WATCHDOG = 2


class NackReason(IntEnum):
    """Why the board did not do as told."""

    MALFORMED = 1
    """A frame that holds no command; the reply's sequence is 0."""
    BUSY = 2
    """The payload rail is held off by a watchdog reset."""


@dataclass(frozen=True, slots=True)
class _Message:
    sequence: int

    def __post_init__(self) -> None:
        _check_integer("sequence", self.sequence, 0, MAX_SEQUENCE)


@dataclass(frozen=True, slots=True)
class ReadStatus(_Message):
    """Command: send a Status."""


@dataclass(frozen=True, slots=True)
class SetPayloadRail(_Message):
    """Command: switch the payload's power rail."""

    on: bool


@dataclass(frozen=True, slots=True)
class StrokeWatchdog(_Message):
    """Command: restart the watchdog's count; the first stroke arms it."""


@dataclass(frozen=True, slots=True)
class Status(_Message):
    """Reply to ReadStatus: the board's readings, in steps of a thousandth of their unit.

    `uptime_s` counts modulo 2**32 ms (49.7 days); `watchdog_resets` stays at 65535 once there.
    """

    uptime_s: float
    bus_voltage_v: float
    payload_current_a: float
    temperature_c: float
    payload_rail_on: bool
    watchdog_armed: bool
    watchdog_resets: int
    reset_cause: ResetCause

    def __post_init__(self) -> None:
        _Message.__post_init__(self)
        _check_milli("uptime_s", self.uptime_s, 0, UPTIME_MODULUS_MS - 1)
        _check_milli("bus_voltage_v", self.bus_voltage_v, 0, 2**16 - 1)
        _check_milli("payload_current_a", self.payload_current_a, -(2**15), 2**15 - 1)
        _check_milli("temperature_c", self.temperature_c, -(2**31), 2**31 - 1)
        _check_integer("watchdog_resets", self.watchdog_resets, 0, MAX_WATCHDOG_RESETS)


@dataclass(frozen=True, slots=True)
class Ack(_Message):
    """Reply: done."""


@dataclass(frozen=True, slots=True)
class Nack(_Message):
    """Reply: not done."""

    reason: NackReason


Command: TypeAlias = ReadStatus | SetPayloadRail | StrokeWatchdog
Reply: TypeAlias = Status | Ack | Nack


def encode(message: Command | Reply) -> bytes:
    """Return the payload of the frame that carries `message`."""
    return _HEADER.pack(_KINDS[type(message)], message.sequence) + _encode_body(message)


def decode(payload: bytes) -> Command | Reply:
    """Return the message that a frame's payload holds.

    Exactly what `encode` writes is accepted. Raises SerialDecodeError for all else.
    """
    if len(payload) < _HEADER.size:
        raise SerialDecodeError("len(payload)", len(payload), f"at least {_HEADER.size} octets")
    kind, sequence = _HEADER.unpack_from(payload)
    if kind not in _DECODERS:
        raise SerialDecodeError("kind", kind, "one of " + ", ".join(map(hex, _DECODERS)))
    size, decode_body = _DECODERS[kind]
    body = payload[_HEADER.size :]
    if len(body) != size:
        raise SerialDecodeError("len(body)", len(body), f"{size} octets for kind {kind:#04x}")
    return decode_body(sequence, body)


def _encode_body(message: Command | Reply) -> bytes:
    match message:
        case SetPayloadRail():
            return bytes([message.on])
        case Nack():
            return bytes([message.reason])
        case Status():
            return _encode_status(message)
        case _:
            return b""


def _encode_status(status: Status) -> bytes:
    return _STATUS.pack(
        _milli(status.uptime_s),
        _milli(status.bus_voltage_v),
        _milli(status.payload_current_a),
        _milli(status.temperature_c),
        _RAIL_ON * status.payload_rail_on | _WATCHDOG_ARMED * status.watchdog_armed,
        status.watchdog_resets,
        status.reset_cause,
    )


def _decode_status(sequence: int, body: bytes) -> Status:
    uptime_ms, bus_mv, payload_ma, temperature_mc, flags, resets, cause = _STATUS.unpack(body)
    if flags & ~(_RAIL_ON | _WATCHDOG_ARMED):
        raise SerialDecodeError("flags", flags, "bits 0 and 1")
    if cause not in list(ResetCause):
        raise SerialDecodeError("reset_cause", cause, f"0 to {max(ResetCause)}")
    return Status(
        sequence=sequence,
        uptime_s=uptime_ms / 1000,
        bus_voltage_v=bus_mv / 1000,
        payload_current_a=payload_ma / 1000,
        temperature_c=temperature_mc / 1000,
        payload_rail_on=bool(flags & _RAIL_ON),
        watchdog_armed=bool(flags & _WATCHDOG_ARMED),
        watchdog_resets=resets,
        reset_cause=ResetCause(cause),
    )


def _decode_set_payload_rail(sequence: int, body: bytes) -> SetPayloadRail:
    if body[0] > 1:
        raise SerialDecodeError("on", body[0], "0 or 1")
    return SetPayloadRail(sequence, bool(body[0]))


def _decode_nack(sequence: int, body: bytes) -> Nack:
    if body[0] not in list(NackReason):
        raise SerialDecodeError("reason", body[0], f"1 to {max(NackReason)}")
    return Nack(sequence, NackReason(body[0]))


_KINDS: dict[type[Command | Reply], int] = {
    ReadStatus: 0x01,
    SetPayloadRail: 0x02,
    StrokeWatchdog: 0x03,
    Status: 0x81,
    Ack: 0x82,
    Nack: 0x83,
}

_DECODERS: dict[int, tuple[int, Callable[[int, bytes], Command | Reply]]] = {
    _KINDS[ReadStatus]: (0, lambda sequence, _: ReadStatus(sequence)),
    _KINDS[SetPayloadRail]: (1, _decode_set_payload_rail),
    _KINDS[StrokeWatchdog]: (0, lambda sequence, _: StrokeWatchdog(sequence)),
    _KINDS[Status]: (_STATUS.size, _decode_status),
    _KINDS[Ack]: (0, lambda sequence, _: Ack(sequence)),
    _KINDS[Nack]: (1, _decode_nack),
}


def _milli(value: float) -> int:
    return round(value * 1000)


def _check_milli(field: str, value: float, lowest_milli: int, highest_milli: int) -> None:
    if not math.isfinite(value) or not lowest_milli <= _milli(value) <= highest_milli:
        raise SerialInputError(field, value, f"{lowest_milli / 1000} to {highest_milli / 1000}")


def _check_integer(field: str, value: int, lowest: int, highest: int) -> None:
    if not lowest <= value <= highest:
        raise SerialInputError(field, value, f"{lowest} to {highest}")
