import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.cop1.control_command import SetVr, Unlock, parse_control_command
from protocol.errors import LocalError, RemoteError


def test_octets_are_the_standards() -> None:  # CCSDS 232.0-B 4.1.3.3
    assert Unlock().encode().hex() == "00"
    assert SetVr(0x2A).encode().hex() == "82002a"


@given(command=st.just(Unlock()) | st.integers(0, 255).map(SetVr))
def test_round_trip(command: Unlock | SetVr) -> None:
    assert parse_control_command(command.encode()) == command


@given(start=st.sampled_from([b"", b"\x00", b"\x82", b"\x82\x00"]), end=st.binary(max_size=3))
def test_any_octets_parse_or_are_refused(start: bytes, end: bytes) -> None:
    try:
        command = parse_control_command(start + end)
    except RemoteError:
        return
    assert command.encode() == start + end


@pytest.mark.parametrize("v_r", [-1, 256, 1.0, True])
def test_a_number_out_of_range_is_the_callers_mistake(v_r: int) -> None:
    with pytest.raises(LocalError):
        SetVr(v_r)
