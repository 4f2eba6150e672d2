"""Frames behind their length: both ways, and after garbage."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from radio.errors import CodingError
from radio.serial_radio.length_prefixed import LengthDeframer, encode

LARGEST = 64
FRAMES = st.binary(min_size=1, max_size=LARGEST)


def test_an_example_worked_out_apart():
    # CRC-16/IBM-3740 of 00 09 "123456789", bit by bit: another way than the code's table
    crc = 0xFFFF
    for octet in b"\x00\x09123456789":
        crc ^= octet << 8
        for _ in range(8):
            crc = (crc << 1 ^ 0x1021) & 0xFFFF if crc & 0x8000 else crc << 1
    assert encode(b"123456789") == b"\x00\x09123456789" + crc.to_bytes(2, "big")


@given(st.lists(FRAMES, max_size=5), st.integers(1, 9))
def test_frames_come_back_in_order_whatever_the_pieces(frames, piece):
    line, deframer = b"".join(map(encode, frames)), LengthDeframer(LARGEST)
    found = [frame for at in range(0, len(line), piece) for frame in deframer.feed(line[at : at + piece])]
    assert found == frames
    assert deframer.discarded_octets == 0


@given(st.binary(max_size=100), st.lists(FRAMES, min_size=1, max_size=4))
def test_no_frame_after_garbage_is_lost(garbage, frames):
    """None but one whose beginning a false frame has, which is 1 in 65536: hypothesis does not meet it."""
    deframer = LengthDeframer(LARGEST)
    found = deframer.feed(garbage + b"".join(map(encode, frames)))
    found += deframer.feed(bytes(LARGEST + 4))  # whatever a length that garbage feigned waits for
    assert found[-len(frames) :] == frames


@given(FRAMES, st.integers(0, 8 * (LARGEST + 4) - 1))
def test_a_wrong_bit_costs_that_frame_alone(frame, bit):
    line = bytearray(encode(frame))
    line[bit // 8 % len(line)] ^= 1 << bit % 8
    deframer = LengthDeframer(LARGEST)
    found = deframer.feed(bytes(line) + encode(b"next") + bytes(LARGEST + 4))
    assert frame not in found
    assert b"next" in found


@given(st.lists(st.binary(max_size=200), max_size=20))
def test_whatever_comes_the_frames_are_short_and_little_is_held(pieces):
    deframer, octets_of_frames = LengthDeframer(LARGEST), 0
    for piece in pieces:
        for frame in deframer.feed(piece):
            assert 1 <= len(frame) <= LARGEST
            octets_of_frames += len(frame) + 4
        assert len(deframer._held) < LARGEST + 4
    assert octets_of_frames + deframer.discarded_octets + len(deframer._held) == sum(map(len, pieces))


@pytest.mark.parametrize("octets", [0, 65_536])
def test_a_frame_without_a_length_of_two_octets_is_refused(octets):
    with pytest.raises(CodingError, match="1 to 65535 octets"):
        encode(bytes(octets))


def test_a_frame_longer_than_the_largest_is_dropped():
    deframer = LengthDeframer(LARGEST)
    assert deframer.feed(encode(b"\xff" * (LARGEST + 1)) + encode(b"next")) == [b"next"]
    assert deframer.discarded_octets == LARGEST + 5
