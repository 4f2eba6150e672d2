import math
from dataclasses import fields
from typing import get_type_hints

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.serial import board
from protocol.serial.board import (
    MAX_COUNT,
    UPTIME_MODULUS_MS,
    Ack,
    Command,
    Energy,
    FaultKind,
    InjectFault,
    Message,
    Nack,
    NackReason,
    Power,
    Radio,
    Rail,
    RailReading,
    ReadEnergy,
    ReadPower,
    ReadRadio,
    ReadRail,
    ReadResets,
    ReadStatus,
    ReadThermal,
    Reply,
    ResetCause,
    ResetPeak,
    Resets,
    SetBatteryCharge,
    SetLoad,
    SetRail,
    SetSunlight,
    SetThermalLimit,
    SetWatchdog,
    Status,
    StrokeWatchdog,
    Thermal,
    decode,
    encode,
)
from protocol.serial.errors import SerialDecodeError, SerialInputError
from protocol.serial.layout import Number

KINDS = [*range(0x01, 0x0E), 0x10, 0x11, 0x12, *range(0x81, 0x8A)]
MESSAGES = [each for each in vars(board).values() if isinstance(each, type) and issubclass(each, Command | Reply)]
CONCRETE = [each for each in MESSAGES if each not in (Command, Reply)]


def values(hint: object) -> st.SearchStrategy[object]:
    """Return what a field of this type may hold, as it comes back from the wire."""
    if hint is bool:
        return st.booleans()
    if not hasattr(hint, "__metadata__"):
        return st.sampled_from(hint)  # type: ignore[call-overload, no-any-return]
    number: Number = hint.__metadata__[0]
    steps = st.integers(number.lowest, number.highest)
    return steps if number.per_unit == 1 else steps.map(lambda n: n / number.per_unit)


def messages_of(kind: type[Message]) -> st.SearchStrategy[Message]:
    hints = get_type_hints(kind, include_extras=True)
    return st.builds(kind, **{field.name: values(hints[field.name]) for field in fields(kind)})


messages = st.sampled_from(CONCRETE).flatmap(messages_of)

STATUS = Status(0x1234, 1.5, 7.9, -0.001, -40.125, True, True, 3, ResetCause.WATCHDOG)

# Laid out by hand from the table that a C firmware is written to.
LAYOUTS: list[tuple[Message, str]] = [
    (ReadStatus(0x1234), "01 3412"),
    (SetRail(1, Rail.PAYLOAD, True), "02 0100 00 01"),
    (SetRail(1, Rail.RADIO, False), "02 0100 01 00"),
    (StrokeWatchdog(65535), "03 ffff"),
    (ReadPower(4), "04 0400"),
    (ReadRail(5, Rail.RADIO), "05 0500 01"),
    (ReadThermal(6), "06 0600"),
    (ReadRadio(7), "07 0700"),
    (ReadEnergy(8), "08 0800"),
    (ReadResets(9), "09 0900"),
    (SetWatchdog(10, 10.0, 0.001), "0a 0a00 10270000 01000000"),
    (SetThermalLimit(11, -1.5, 5.0), "0b 0b00 24faffff 88130000"),
    (ResetPeak(12), "0c 0c00"),
    (SetLoad(13, Rail.PAYLOAD, 1.0), "0d 0d00 00 e803"),
    (SetSunlight(14, 0.5), "10 0e00 f401"),
    (SetBatteryCharge(15, 0.001), "11 0f00 0100"),
    (InjectFault(16, FaultKind.BOARD_RESET, 0x01020304), "12 1000 09 04030201"),
    (STATUS, "81 3412 dc050000 dc1e ffff 4363ffff 03 0300 02"),
    (Ack(2), "82 0200"),
    (Nack(2, NackReason.UNSUPPORTED), "83 0200 05"),
    (Power(1, 8.3, 1.5, 8.0, -0.63, 0.9), "84 0100 6c20 dc05 401f 8afd 8403"),
    (RailReading(1, Rail.RADIO, 8.0, 0.12, True, False, False, 0), "85 0100 01 401f 7800 01 0000"),
    (RailReading(1, Rail.PAYLOAD, 0.0, 0.0, False, True, True, 258), "85 0100 00 0000 0000 06 0201"),
    (Thermal(1, 85.5, -20.25, 85.0, True), "86 0100 fc4d0100 e6b0ffff 084c0100 01"),
    (Radio(1, -110.0, 21.0, True, False), "87 0100 5052feff 08520000 01"),
    (Radio(1, -150.0, 21.0, False, True), "87 0100 10b6fdff 08520000 02"),
    (Energy(1, 2**40 + 1, 85.5), "88 0100 0100000000010000 fc4d0100"),
    (
        Resets(1, ResetCause.BOARD_RESET, ResetCause.BROWN_OUT, 1, 2, 3, 4, 65535),
        "89 0100 05 03 0100 0200 0300 0400 ffff",
    ),
]


def test_every_message_is_laid_out_by_hand() -> None:
    assert {type(message) for message, _ in LAYOUTS} == set(CONCRETE)


@pytest.mark.parametrize(("message", "octets"), LAYOUTS)
def test_layout(message: Message, octets: str) -> None:
    assert encode(message) == bytes.fromhex(octets)
    assert decode(bytes.fromhex(octets)) == message


def test_readings_are_rounded_to_the_nearest_thousandth() -> None:
    status = Status(0, 1.0016, 7.9996, -0.0016, 20.0004, True, True, 3, ResetCause.WATCHDOG)
    expected = Status(0, 1.002, 8.0, -0.002, 20.0, True, True, 3, ResetCause.WATCHDOG)
    assert decode(encode(status)) == expected


@given(messages)
def test_every_message_comes_back(message: Message) -> None:
    assert decode(encode(message)) == message


@given(
    st.binary(max_size=40)
    | st.builds(lambda kind, rest: bytes([kind]) + rest, st.sampled_from(KINDS), st.binary(max_size=20))
    | messages.map(encode).flatmap(
        lambda octets: st.binary(min_size=len(octets), max_size=len(octets)).map(lambda body: octets[:1] + body[1:])
    )
)
def test_any_octets_are_what_encode_writes_or_a_decode_error(octets: bytes) -> None:
    try:
        message = decode(octets)
    except SerialDecodeError:
        return
    assert encode(message) == octets


@pytest.mark.parametrize(
    ("octets", "field"),
    [
        ("", "len(payload)"),
        ("01 00", "len(payload)"),
        ("0e 0000", "kind"),
        ("01 0000 00", "len(body)"),
        ("02 0000 00 02", "on"),
        ("02 0000 02 01", "rail"),
        ("0a 0000 00000000 01000000", "timeout_s"),
        ("0d 0000 00 e903", "load"),
        ("12 0000 0a 00000000", "fault"),
        ("85 0100 01 401f 7800 08 0000", "flags"),
        ("86 0100 fc4d0100 e6b0ffff 084c0100 02", "throttled"),
        ("83 0000 00", "reason"),
        ("81 3412 dc050000 dc1e ffff 4363ffff 04 0300 02", "flags"),
        ("81 3412 dc050000 dc1e ffff 4363ffff 03 0300 06", "reset_cause"),
    ],
)
def test_decode_error_names_the_field(octets: str, field: str) -> None:
    with pytest.raises(SerialDecodeError) as caught:
        decode(bytes.fromhex(octets))
    assert caught.value.field == field


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("sequence", 65536),
        ("sequence", -1),
        ("uptime_s", UPTIME_MODULUS_MS / 1000),
        ("bus_voltage_v", -0.001),
        ("bus_voltage_v", math.nan),
        ("payload_current_a", 32.768),
        ("temperature_c", math.inf),
        ("watchdog_resets", MAX_COUNT + 1),
    ],
)
def test_value_that_does_not_fit_is_refused_where_the_message_is_made(field: str, value: float) -> None:
    values = {name: getattr(STATUS, name) for name in Status.__dataclass_fields__} | {field: value}
    with pytest.raises(SerialInputError) as caught:
        Status(**values)
    assert (caught.value.field, str(caught.value.value)) == (field, str(value))
