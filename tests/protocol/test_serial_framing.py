import binascii
import json
from pathlib import Path

import pytest
from cobs import cobs
from hypothesis import assume, given
from hypothesis import strategies as st

from protocol.serial.errors import SerialError, SerialInputError
from protocol.serial.framing import MAX_PAYLOAD_OCTETS, Deframer, encode

GOLDEN = json.loads((Path(__file__).parents[1] / "golden" / "serial_crc16.json").read_text())

payloads = st.binary(max_size=MAX_PAYLOAD_OCTETS)
garbage = st.binary(max_size=64)


def cut(data: bytes, size: int) -> list[bytes]:
    return [data[start : start + size] for start in range(0, len(data), size)]


def test_frame_carries_the_catalogued_crc() -> None:
    message = GOLDEN["message_ascii"].encode()
    crc = int(GOLDEN["check"], 16).to_bytes(2, "big")
    assert encode(message) == b"\x00" + bytes([len(message) + 3]) + message + crc + b"\x00"


@given(payloads, payloads, st.integers(1, 300))
def test_frames_in_pieces_of_any_size_come_back(first: bytes, second: bytes, size: int) -> None:
    deframer = Deframer()
    received = [p for piece in cut(encode(first) + encode(second), size) for p in deframer.feed(piece)]
    assert received == [first, second]
    assert (deframer.bad_frames, deframer.discarded_octets) == (0, 0)


@given(st.lists(st.tuples(garbage, payloads), max_size=5), garbage, st.integers(1, 80))
def test_no_frame_is_lost_to_garbage(pairs: list[tuple[bytes, bytes]], tail: bytes, size: int) -> None:
    for piece in [piece for piece, _ in pairs] + [tail]:
        assume(Deframer().feed(piece + b"\x00") == [])  # one in 65536 is a frame
    stream = b"".join(piece + encode(payload) for piece, payload in pairs) + tail
    deframer = Deframer()
    received = [p for piece in cut(stream, size) for p in deframer.feed(piece)]
    assert received == [payload for _, payload in pairs]


@given(st.binary(max_size=2000), st.integers(1, 700))
def test_every_octet_of_garbage_is_counted_once(data: bytes, size: int) -> None:
    assume(Deframer().feed(data + b"\x00") == [])
    deframer = Deframer()
    for piece in [*cut(data, size), b"\x00"]:
        deframer.feed(piece)
    assert deframer.discarded_octets == len(data) - data.count(0)
    assert deframer.bad_frames == sum(1 for run in data.split(b"\x00") if run)


def test_endless_garbage_takes_bounded_memory() -> None:
    deframer = Deframer()
    for _ in range(100):
        deframer.feed(b"\x55" * 10_000)
    assert len(deframer._run) < 2 * MAX_PAYLOAD_OCTETS
    assert deframer.feed(encode(b"after")) == [b"after"]
    assert deframer.discarded_octets == 1_000_000
    assert deframer.bad_frames == 1


@pytest.mark.parametrize("octet", [b"\x00", b"\x01", b"\xff"])
def test_longest_payload_passes(octet: bytes) -> None:
    assert Deframer().feed(encode(octet * MAX_PAYLOAD_OCTETS)) == [octet * MAX_PAYLOAD_OCTETS]


def test_longest_frame_with_more_behind_it_is_no_frame() -> None:
    deframer = Deframer()
    assert deframer.feed(encode(b"\xff" * MAX_PAYLOAD_OCTETS)[:-1] + b"\x55\x00") == []
    assert deframer.bad_frames == 1


def test_run_shorter_than_a_crc_is_no_frame() -> None:
    runs = [b"", *(bytes([octet]) for octet in range(256))]
    assert Deframer().feed(b"".join(cobs.encode(run) + b"\x00" for run in runs)) == []


def test_stuffed_payload_over_the_limit_is_no_frame() -> None:
    # Stuffed, 257 zeros and their CRC are no longer than the longest frame may be.
    checked = bytes(257) + binascii.crc_hqx(bytes(257), 0xFFFF).to_bytes(2, "big")
    assert Deframer().feed(cobs.encode(checked) + b"\x00") == []


def test_longer_payload_is_refused() -> None:
    with pytest.raises(SerialInputError, match=r"len\(payload\) is 257; accepted: 0 to 256 octets") as caught:
        encode(bytes(MAX_PAYLOAD_OCTETS + 1))
    assert isinstance(caught.value, SerialError)


@given(payloads, st.data())
def test_any_one_changed_bit_is_noticed(payload: bytes, data: st.DataObject) -> None:
    frame = bytearray(encode(payload))
    frame[data.draw(st.integers(1, len(frame) - 2))] ^= 1 << data.draw(st.integers(0, 7))
    assert payload not in Deframer().feed(bytes(frame))
