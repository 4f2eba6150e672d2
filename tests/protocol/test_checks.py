import math

import pytest

from protocol import checks
from protocol.errors import LocalError


@pytest.mark.parametrize("value", [0, 7])
def test_an_integer_in_range_passes(value: int) -> None:
    checks.check_int("n", value, 0, 7)


@pytest.mark.parametrize("value", [-1, 8, True, 1.0, "1", None])
def test_an_integer_out_of_range_or_of_other_type_is_refused(value: object) -> None:
    with pytest.raises(LocalError) as caught:
        checks.check_int("n", value, 0, 7)
    assert caught.value.field == "n"


@pytest.mark.parametrize("value", [math.nan, math.inf, -0.1, True, "1", None, 10**400])
def test_a_number_that_is_none_or_out_of_range_is_refused(value: object) -> None:
    with pytest.raises(LocalError):
        checks.check_float("x", value, 0.0, 1.0)


def test_an_integer_is_a_number() -> None:
    checks.check_float("x", 1, 0.0, 1.0)


@pytest.mark.parametrize("value", [0, 1, None])
def test_only_a_bool_is_a_bool(value: object) -> None:
    with pytest.raises(LocalError):
        checks.check_bool("flag", value)


@pytest.mark.parametrize("value", [b"", b"123", bytearray(2), "ab"])
def test_octets_of_other_length_or_type_are_refused(value: object) -> None:
    with pytest.raises(LocalError):
        checks.check_octets("data", value, 1, 2)


def test_the_limits_themselves_pass() -> None:
    checks.check_octets("data", b"1", 1, 2)
    checks.check_octets("data", b"12", 1, 2)
    checks.check_text("text", "\u00e4a", 3)
    checks.check_float("x", 0.0, 0.0, 1.0)
    checks.check_float("x", 1.0, 0.0, 1.0)


@pytest.mark.parametrize("value", ["\ud800", "\u00e4\u00e4", b"a", None])
def test_text_that_utf8_cannot_hold_in_the_limit_is_refused(value: object) -> None:
    with pytest.raises(LocalError):
        checks.check_text("text", value, 3)
