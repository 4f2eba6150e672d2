import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.crc import append_crc16
from protocol.errors import LocalError, RemoteError
from protocol.tc_frame import TcFrame

GOLDEN = json.loads((Path(__file__).parents[1] / "golden" / "ccsds_frames.json").read_text())["vectors"]
MALFORMED = [vector for vector in GOLDEN if vector["category"] == "malformed_tc"]
CLTU_FRAMES = [vector for vector in GOLDEN if vector["category"] == "cltu_frame"]

GOOD: dict[str, Any] = {
    "scid": 3,
    "vcid": 1,
    "bypass": False,
    "control_command": False,
    "sequence_number": 9,
    "data": b"data",
}


@st.composite
def frames(draw: st.DrawFn) -> TcFrame:
    bypass = draw(st.booleans())
    return TcFrame(
        scid=draw(st.integers(0, 1023)),
        vcid=draw(st.integers(0, 63)),
        bypass=bypass,
        control_command=bypass and draw(st.booleans()),
        sequence_number=0 if bypass else draw(st.integers(0, 255)),
        data=draw(st.binary(min_size=1, max_size=60) | st.just(bytes(1017))),
    )


@given(frame=frames(), fill=st.binary(max_size=10))
def test_round_trip_with_fill_behind(frame: TcFrame, fill: bytes) -> None:
    assert TcFrame.parse(frame.encode() + fill) == frame


@given(octets=st.binary(max_size=40))
def test_any_octets_parse_or_are_refused(octets: bytes) -> None:
    try:
        frame = TcFrame.parse(octets)
    except RemoteError:
        return
    assert octets.startswith(frame.encode())


@given(body=st.binary(min_size=6, max_size=30))
def test_any_header_with_a_good_fecf_parses_or_is_refused(body: bytes) -> None:
    body = body[:2] + bytes([body[2] & 0xFC, len(body) + 1]) + body[4:]
    octets = append_crc16(body)
    try:
        frame = TcFrame.parse(octets)
    except RemoteError:
        return
    assert frame.encode() == octets


@pytest.mark.parametrize("vector", MALFORMED, ids=lambda vector: vector["name"])
def test_golden_malformed_frames_are_refused(vector: dict[str, Any]) -> None:
    with pytest.raises(RemoteError):
        TcFrame.parse(bytes.fromhex(vector["input"]))


@pytest.mark.parametrize("vector", CLTU_FRAMES, ids=lambda vector: vector["name"])
def test_golden_frame_fields(vector: dict[str, Any]) -> None:
    octets, expected = bytes.fromhex(vector["input"]), dict(vector["expected"])
    length, fecf = expected.pop("length"), expected.pop("fecf")
    assert length == len(octets)
    frame = TcFrame(**expected, data=octets[5:-2])
    assert frame.encode()[:-2] == octets[:-2]
    if fecf:
        assert TcFrame.parse(octets) == frame
        assert frame.encode() == octets
    else:
        with pytest.raises(RemoteError, match="FECF"):
            TcFrame.parse(octets)


@pytest.mark.parametrize(
    "fields",
    [
        {"scid": 1024},
        {"vcid": 64},
        {"sequence_number": 256},
        {"data": b""},
        {"data": bytes(1018)},
        {"control_command": True},
        {"sequence_number": 1, "bypass": True},
        {"bypass": 1},
        {"control_command": 0},
    ],
)
def test_a_field_out_of_range_is_the_callers_mistake(fields: dict[str, Any]) -> None:
    with pytest.raises(LocalError) as caught:
        TcFrame(**(GOOD | fields))
    assert caught.value.field in fields


@pytest.mark.parametrize(
    ("position", "mask", "what"),
    [
        (0, 0x40, "transfer frame version number"),
        (0, 0x04, "reserved spare"),
        (0, 0x10, "TC transfer frame"),  # control command without bypass
        (0, 0x20, "TC transfer frame"),  # bypass with a sequence number
        (2, 0x01, "frame length"),
    ],
)
def test_each_refusal_names_what_is_wrong(position: int, mask: int, what: str) -> None:
    body = bytearray(TcFrame(**GOOD).encode()[:-2])
    body[position] ^= mask
    with pytest.raises(RemoteError) as caught:
        TcFrame.parse(append_crc16(bytes(body)))
    assert caught.value.what == what


@pytest.mark.parametrize("length", range(7))
def test_a_length_field_below_the_smallest_frame_is_refused(length: int) -> None:
    with pytest.raises(RemoteError, match="frame length"):
        TcFrame.parse(append_crc16(bytes([0, 0, 0, length, 0])) + bytes(20))
