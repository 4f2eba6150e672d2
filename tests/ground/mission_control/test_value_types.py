import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ground.mission_control.value_types import Enumerated, Flag, Float, Text, Unsigned, ValueType
from protocol.errors import LocalError


@pytest.mark.parametrize(
    ("kind", "value", "octets"),
    [
        (Unsigned(1), 255, "ff"),
        (Unsigned(4), 2**32 - 1, "ffffffff"),
        (Unsigned(2), 258, "0102"),
        (Float(4), -2.5, "c0200000"),
        (Float(8), 1, "3ff0000000000000"),
        (Float(4), 3.4028234663852886e38, "7f7fffff"),
        (Flag(), True, "01"),
        (Flag(), False, "00"),
        (Enumerated(("stop", "length")), "length", "01"),
        (Text(4), "ab", "61620000"),
        (Text(4), "abcd", "61626300"),
        (Text(4), "aüü", "61c3bc00"),
        (Text(5), "aüü", "61c3bc0000"),
        (Text(6), "a\0b", "61efbfbd6200"),
        (Text(3), "\ud800", "3f0000"),
    ],
)
def test_octets_of_a_value(kind: ValueType, value: object, octets: str) -> None:
    assert kind.pack("field", value).hex() == octets


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (Unsigned(1), 256),
        (Unsigned(1), -1),
        (Unsigned(1), True),
        (Unsigned(1), None),
        (Float(4), 3.5e38),
        (Float(4), float("nan")),
        (Float(4), "1"),
        (Flag(), 1),
        (Enumerated(("stop",)), "length"),
        (Enumerated(("stop",)), ["stop"]),
        (Text(4), None),
        (Text(4), b"ab"),
    ],
)
def test_what_does_not_fit_is_refused_by_name(kind: ValueType, value: object) -> None:
    with pytest.raises(LocalError, match="field"):
        kind.pack("field", value)


@pytest.mark.parametrize("kind", [Unsigned(3), Flag(), Enumerated(("stop",)), Text(4)])
def test_what_is_absent_is_zero(kind: ValueType) -> None:
    assert kind.absent == bytes(kind.octets)


@pytest.mark.parametrize("octets", [4, 8])
def test_a_number_that_is_absent_is_none(octets: int) -> None:
    (value,) = struct.unpack(">f" if octets == 4 else ">d", Float(octets).absent)
    assert value != value


@given(text=st.text(), octets=st.integers(1, 20))
def test_a_text_is_cut_between_two_characters_and_always_ended(text: str, octets: int) -> None:
    packed = Text(octets).pack("field", text)
    assert len(packed) == octets
    shown = packed[: packed.index(0)].decode()
    whole = text.replace("\0", "\N{REPLACEMENT CHARACTER}")
    assert whole.startswith(shown)
    assert shown == whole or len((shown + whole[len(shown)]).encode()) > octets - 1
