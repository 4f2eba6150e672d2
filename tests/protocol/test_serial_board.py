import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.serial.board import (
    MAX_WATCHDOG_RESETS,
    UPTIME_MODULUS_MS,
    Ack,
    Command,
    Nack,
    NackReason,
    ReadStatus,
    Reply,
    ResetCause,
    SetPayloadRail,
    Status,
    StrokeWatchdog,
    decode,
    encode,
)
from protocol.serial.errors import SerialDecodeError, SerialInputError

sequences = st.integers(0, 65535)


def milli(lowest: int, highest: int) -> st.SearchStrategy[float]:
    return st.integers(lowest, highest).map(lambda n: n / 1000)


statuses = st.builds(
    Status,
    sequence=sequences,
    uptime_s=milli(0, UPTIME_MODULUS_MS - 1),
    bus_voltage_v=milli(0, 65535),
    payload_current_a=milli(-32768, 32767),
    temperature_c=milli(-(2**31), 2**31 - 1),
    payload_rail_on=st.booleans(),
    watchdog_armed=st.booleans(),
    watchdog_resets=st.integers(0, MAX_WATCHDOG_RESETS),
    reset_cause=st.sampled_from(ResetCause),
)
messages = st.one_of(
    st.builds(ReadStatus, sequences),
    st.builds(SetPayloadRail, sequences, st.booleans()),
    st.builds(StrokeWatchdog, sequences),
    statuses,
    st.builds(Ack, sequences),
    st.builds(Nack, sequences, st.sampled_from(NackReason)),
)

STATUS = Status(0x1234, 1.5, 7.9, -0.001, -40.125, True, True, 3, ResetCause.WATCHDOG)

# Laid out by hand from the table that a C firmware is written to.
LAYOUTS: list[tuple[Command | Reply, str]] = [
    (ReadStatus(0x1234), "01 3412"),
    (SetPayloadRail(1, True), "02 0100 01"),
    (SetPayloadRail(1, False), "02 0100 00"),
    (StrokeWatchdog(65535), "03 ffff"),
    (STATUS, "81 3412 dc050000 dc1e ffff 4363ffff 03 0300 02"),
    (Ack(2), "82 0200"),
    (Nack(2, NackReason.BUSY), "83 0200 02"),
]


@pytest.mark.parametrize(("message", "octets"), LAYOUTS)
def test_layout(message: Command | Reply, octets: str) -> None:
    assert encode(message) == bytes.fromhex(octets)
    assert decode(bytes.fromhex(octets)) == message


def test_readings_are_rounded_to_the_nearest_thousandth() -> None:
    status = Status(0, 1.0016, 7.9996, -0.0016, 20.0004, True, True, 3, ResetCause.WATCHDOG)
    expected = Status(0, 1.002, 8.0, -0.002, 20.0, True, True, 3, ResetCause.WATCHDOG)
    assert decode(encode(status)) == expected


@given(messages)
def test_every_message_comes_back(message: Command | Reply) -> None:
    assert decode(encode(message)) == message


@given(
    st.binary(max_size=40)
    | st.builds(lambda kind, rest: bytes([kind]) + rest, st.sampled_from([1, 2, 3, 0x81, 0x82, 0x83]), st.binary())
    | st.builds(lambda body: b"\x81" + body, st.binary(min_size=18, max_size=18))
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
        ("04 0000", "kind"),
        ("01 0000 00", "len(body)"),
        ("02 0000 02", "on"),
        ("83 0000 00", "reason"),
        ("81 3412 dc050000 dc1e ffff 4363ffff 04 0300 02", "flags"),
        ("81 3412 dc050000 dc1e ffff 4363ffff 03 0300 03", "reset_cause"),
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
        ("watchdog_resets", MAX_WATCHDOG_RESETS + 1),
    ],
)
def test_value_that_does_not_fit_is_refused_where_the_message_is_made(field: str, value: float) -> None:
    values = {name: getattr(STATUS, name) for name in Status.__dataclass_fields__} | {field: value}
    with pytest.raises(SerialInputError) as caught:
        Status(**values)
    assert (caught.value.field, str(caught.value.value)) == (field, str(value))
