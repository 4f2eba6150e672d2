import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.clcw import Clcw
from protocol.crc import append_crc16
from protocol.errors import LocalError, RemoteError
from protocol.tm_frame import NO_PACKET_START, ONLY_IDLE_DATA, TmFrame

GOLDEN = json.loads((Path(__file__).parents[1] / "golden" / "ccsds_frames.json").read_text())["vectors"]
FRAMES = [vector for vector in GOLDEN if vector["category"] in ("tm_frame", "tm_frame_real")]
(CADU_FRAME,) = [vector for vector in GOLDEN if vector["category"] == "tm_cadu_frame"]

GOOD: dict[str, Any] = {
    "scid": 3,
    "vcid": 1,
    "master_count": 4,
    "vc_count": 5,
    "first_header_pointer": 0,
    "data": b"data",
    "ocf": bytes(4),
}


@st.composite
def frames(draw: st.DrawFn) -> TmFrame:
    data = draw(st.binary(min_size=1, max_size=60))
    in_data = st.integers(0, len(data) - 1) | st.sampled_from([NO_PACKET_START, ONLY_IDLE_DATA])
    sync_flag = draw(st.booleans())
    return TmFrame(
        scid=draw(st.integers(0, 1023)),
        vcid=draw(st.integers(0, 7)),
        master_count=draw(st.integers(0, 255)),
        vc_count=draw(st.integers(0, 255)),
        first_header_pointer=draw(st.integers(0, 2047) if sync_flag else in_data),
        data=data,
        ocf=draw(st.none() | st.binary(min_size=4, max_size=4)),
        sync_flag=sync_flag,
    )


@given(frame=frames())
def test_round_trip(frame: TmFrame) -> None:
    assert TmFrame.parse(frame.encode()) == frame


@given(body=st.binary(max_size=40))
def test_any_octets_parse_or_are_refused(body: bytes) -> None:
    for octets in (body, append_crc16(body)):
        try:
            frame = TmFrame.parse(octets)
        except RemoteError:
            continue
        assert frame.encode() == octets or frame.sync_flag


@pytest.mark.parametrize("vector", FRAMES, ids=lambda vector: vector["name"])
def test_golden_frames(vector: dict[str, Any]) -> None:
    octets, expected = bytes.fromhex(vector["input"]), vector["expected"]
    frame = TmFrame.parse(octets)
    assert frame.encode() == octets
    assert octets[-2:].hex() == expected["fecf"]
    assert (frame.scid, frame.vcid) == (expected["scid"], expected["vcid"])
    assert (frame.master_count, frame.vc_count) == (expected["mcfc"], expected["vcfc"])
    assert frame.first_header_pointer == expected["fhp"]
    assert (frame.ocf is not None) == bool(expected["ocf_flag"])
    assert not frame.sync_flag


@pytest.mark.parametrize("vector", FRAMES, ids=lambda vector: vector["name"])
def test_golden_frames_with_a_wrong_octet_are_refused(vector: dict[str, Any]) -> None:
    octets = bytearray.fromhex(vector["input"])
    octets[10] ^= 0xFF
    with pytest.raises(RemoteError, match="FECF"):
        TmFrame.parse(bytes(octets))


@pytest.mark.parametrize(
    "vector", [vector for vector in FRAMES if "clcw" in vector["expected"]], ids=lambda vector: vector["name"]
)
def test_golden_clcw_in_the_ocf_of_a_received_frame(vector: dict[str, Any]) -> None:
    ocf = TmFrame.parse(bytes.fromhex(vector["input"])).ocf
    expected = vector["expected"]["clcw"]
    assert ocf is not None
    assert ocf.hex() == expected["hex"]
    clcw = Clcw.parse(ocf)
    assert (clcw.vcid, clcw.cop_in_effect, clcw.status) == (expected["vcid"], expected["cop"], expected["status"])
    assert (clcw.farm_b_counter, clcw.report_value) == (expected["farm_b"], expected["report"])
    flags = (clcw.no_rf_available, clcw.no_bit_lock, clcw.lockout, clcw.wait, clcw.retransmit)
    names = ("no_rf", "no_bitlock", "lockout", "wait", "retransmit")
    assert flags == tuple(bool(expected[name]) for name in names)


def test_golden_ocf_of_the_frame_from_spacepylibrary() -> None:
    (vector,) = [vector for vector in FRAMES if vector["category"] == "tm_frame"]
    ocf = TmFrame.parse(bytes.fromhex(vector["input"])).ocf
    assert ocf == bytes.fromhex(vector["expected"]["ocf"])


def test_golden_frame_of_a_cadu_that_carries_no_fecf() -> None:
    octets, expected = bytes.fromhex(CADU_FRAME["input"]), CADU_FRAME["expected"]
    frame = TmFrame.parse(append_crc16(octets))
    assert (frame.scid, frame.vcid) == (expected["scid"], expected["vcid"])
    assert (frame.master_count, frame.vc_count) == (expected["mcfc"], expected["vcfc"])
    assert frame.ocf == bytes.fromhex(expected["ocf"])
    assert frame.sync_flag
    assert frame.encode()[:-2] == octets


@pytest.mark.parametrize(
    "fields",
    [
        {"scid": 1024},
        {"vcid": 8},
        {"master_count": 256},
        {"vc_count": -1},
        {"vc_count": 256},
        {"first_header_pointer": 4},
        {"first_header_pointer": 2048},
        {"data": b""},
        {"data": bytes(2037)},
        {"ocf": bytes(3)},
        {"sync_flag": 0},
    ],
)
def test_a_field_out_of_range_is_the_callers_mistake(fields: dict[str, Any]) -> None:
    with pytest.raises(LocalError) as caught:
        TmFrame(**(GOOD | fields))
    assert caught.value.field in fields


@pytest.mark.parametrize(
    ("position", "mask", "what"),
    [
        (0, 0x40, "transfer frame version number"),
        (4, 0x80, "secondary header flag"),
        (4, 0x20, "data field status"),
        (4, 0x10, "data field status"),
        (5, 0x04, "TM transfer frame"),  # pointer behind the data
    ],
)
def test_each_refusal_names_what_is_wrong(position: int, mask: int, what: str) -> None:
    body = bytearray(TmFrame(**GOOD).encode()[:-2])
    body[position] ^= mask
    with pytest.raises(RemoteError) as caught:
        TmFrame.parse(append_crc16(bytes(body)))
    assert caught.value.what == what


def test_a_frame_too_short_for_its_ocf_is_refused() -> None:
    header = TmFrame(**GOOD).encode()[:6]
    with pytest.raises(RemoteError, match="OCF"):
        TmFrame.parse(append_crc16(header + bytes(4)))
