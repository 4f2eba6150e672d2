import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.clcw import Clcw
from protocol.errors import LocalError, RemoteError

GOLDEN = json.loads((Path(__file__).parents[1] / "golden" / "ccsds_frames.json").read_text())["vectors"]
VECTORS = [vector for vector in GOLDEN if vector["category"] == "clcw"]

CLCWS = st.builds(
    Clcw,
    vcid=st.integers(0, 63),
    status=st.integers(0, 7),
    cop_in_effect=st.integers(0, 3),
    no_rf_available=st.booleans(),
    no_bit_lock=st.booleans(),
    lockout=st.booleans(),
    wait=st.booleans(),
    retransmit=st.booleans(),
    farm_b_counter=st.integers(0, 3),
    report_value=st.integers(0, 255),
)


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["name"])
def test_golden_clcw(vector: dict[str, Any]) -> None:
    expected = vector["expected"]
    octets = bytes.fromhex(vector["input"])
    clcw = Clcw(
        vcid=expected["vcid"],
        status=expected["status"],
        cop_in_effect=expected["cop"],
        no_rf_available=bool(expected["no_rf"]),
        no_bit_lock=bool(expected["no_bitlock"]),
        lockout=bool(expected["lockout"]),
        wait=bool(expected["wait"]),
        retransmit=bool(expected["retransmit"]),
        farm_b_counter=expected["farm_b"],
        report_value=expected["report"],
    )
    assert Clcw.parse(octets) == clcw
    spare_bits = bytes([0, 3, 1, 0])
    assert clcw.encode() == bytes(octet & ~spare for octet, spare in zip(octets, spare_bits, strict=True))


@given(clcw=CLCWS)
def test_round_trip(clcw: Clcw) -> None:
    assert Clcw.parse(clcw.encode()) == clcw


def test_the_defaults_report_a_clean_channel() -> None:
    assert Clcw(vcid=1).encode().hex() == "01040000"


@given(octets=st.binary(max_size=6) | st.binary(min_size=4, max_size=4))
def test_any_octets_parse_or_are_refused(octets: bytes) -> None:
    try:
        Clcw.parse(octets)
    except RemoteError:
        return
    assert len(octets) == 4


@pytest.mark.parametrize("octets", [b"\x80\0\0\0", b"\x20\0\0\0", b"\x40\0\0\0", b"\0\0\0", b"\0\0\0\0\0"])
def test_another_type_version_or_length_is_refused(octets: bytes) -> None:
    with pytest.raises(RemoteError):
        Clcw.parse(octets)


@pytest.mark.parametrize(
    "fields",
    [
        {"vcid": 64},
        {"status": 8},
        {"cop_in_effect": 4},
        {"lockout": 1},
        {"farm_b_counter": 4},
        {"report_value": 256},
    ],
)
def test_a_field_out_of_range_is_the_callers_mistake(fields: dict[str, Any]) -> None:
    with pytest.raises(LocalError) as caught:
        Clcw(**({"vcid": 1} | fields))
    assert caught.value.field in fields
