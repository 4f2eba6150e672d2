import pytest
from hypothesis import given
from hypothesis import strategies as st

from radio.coding.cadu import ASM, decode_cadu_payload, encode_cadu
from radio.coding.randomizer import randomize_tm
from radio.coding.reed_solomon import Decoded
from radio.errors import DecodeError


def test_cadu_is_the_published_one(golden):
    for vector in golden("tm_cadu"):
        cadu, frame = bytes.fromhex(vector["input"]), bytes.fromhex(vector["expected"]["frame_hex"])
        assert encode_cadu(frame, interleave=5, randomized=True) == cadu
        assert decode_cadu_payload(cadu[4:], interleave=5, randomized=True) == Decoded(frame, 0)


@given(st.binary(min_size=1, max_size=223), st.booleans())
def test_any_frame_comes_back(frame, randomized):
    cadu = encode_cadu(frame, interleave=1, randomized=randomized)
    assert cadu.startswith(ASM)
    assert decode_cadu_payload(cadu[4:], interleave=1, randomized=randomized) == Decoded(frame, 0)


def test_a_wrong_randomized_shows_only_where_the_sequence_is_not_a_codeword():
    full = encode_cadu(bytes(223), interleave=1, randomized=False)
    assert decode_cadu_payload(full[4:], interleave=1, randomized=True) == Decoded(randomize_tm(bytes(223)), 0)
    five = encode_cadu(bytes(1115), interleave=5, randomized=False)
    with pytest.raises(DecodeError):
        decode_cadu_payload(five[4:], interleave=5, randomized=True)
