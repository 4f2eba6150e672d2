"""What a framing promises, KISS or behind a length."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from radio.errors import CodingError
from radio.serial_radio.framing import open_framing
from radio.serial_radio.kiss import KissCommand, KissFrame

LARGEST, PREAMBLE_S = 300, 0.25


@pytest.fixture(params=["kiss", "length"], scope="module")
def kind(request):
    return request.param


@pytest.fixture
def framing(kind):
    return open_framing(kind, LARGEST, PREAMBLE_S)


@given(frames=st.lists(st.binary(min_size=1, max_size=LARGEST), max_size=4), cut=st.integers(0, 1300))
def test_frames_come_back(kind, frames, cut):
    framing = open_framing(kind, LARGEST, PREAMBLE_S)
    line = b"".join(map(framing.encode, frames))
    assert framing.feed(line[:cut]) + framing.feed(line[cut:]) == frames
    assert framing.discarded_octets == 0


def test_what_comes_after_garbage_is_found_and_the_garbage_counted(framing):
    garbage = b"\xff\xfe noise \xdb\xff"
    assert framing.feed(garbage + framing.encode(b"one") + framing.encode(b"two")) == [b"one", b"two"]
    assert framing.discarded_octets == len(garbage)


def test_the_longest_frame_passes_and_a_longer_one_does_not(framing):
    longest = b"\xc0" * LARGEST
    assert framing.feed(framing.encode(longest)) == [longest]
    assert framing.feed(framing.encode(longest + b"\xc0") + framing.encode(b"next")) == [b"next"]


def test_the_radio_is_told_its_preamble_where_the_framing_can_tell(kind, framing):
    assert framing.greeting().hex() == {"kiss": "c00119c0", "length": ""}[kind]


def test_of_kiss_only_data_of_the_first_port_are_frames():
    framing = open_framing("kiss", LARGEST, PREAMBLE_S)
    others = [KissFrame(KissCommand.TX_TAIL, b"\x01"), KissFrame(KissCommand.DATA, b"other", port=1)]
    assert framing.feed(b"".join(each.encode() for each in others) + framing.encode(b"ours")) == [b"ours"]


def test_a_preamble_that_kiss_cannot_tell_is_refused():
    with pytest.raises(CodingError, match="delay_s"):
        open_framing("kiss", LARGEST, 3.0)
