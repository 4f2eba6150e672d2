import hashlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from radio.coding.reed_solomon import DATA_OCTETS, INTERLEAVES, PARITY_OCTETS, Decoded, ReedSolomon
from radio.errors import CodingError, DecodeError


@st.composite
def frames(draw):
    interleave = draw(st.sampled_from(INTERLEAVES))
    octets_each = draw(st.integers(1, DATA_OCTETS))
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    return interleave, rng.bytes(octets_each * interleave), rng


def with_errors(codeblock, interleave, count, rng):
    """Return `codeblock` with `count` wrong octets in each codeword."""
    words = np.frombuffer(codeblock, np.uint8).reshape(-1, interleave).copy()
    for word in words.T:
        places = rng.choice(word.size, count, replace=False)
        word[places] ^= rng.integers(1, 256, count, dtype=np.uint8)
    return words.tobytes()


def test_codeblock_is_the_published_one(golden):
    for vector in golden("reed_solomon"):
        frame, codeblock = bytes.fromhex(vector["input"]), bytes.fromhex(vector["expected"])
        assert ReedSolomon(5).encode(frame) == codeblock
        assert ReedSolomon(5).decode(codeblock) == Decoded(frame, 0)


def test_codeblocks_received_from_a_satellite_are_clean(golden):
    for vector in golden("reed_solomon_real"):
        codeblock = bytes.fromhex(vector["input"])
        decoded = ReedSolomon(5).decode(codeblock)
        assert hashlib.sha256(decoded.frame).hexdigest() == vector["expected"]["decoded_frame_sha256"]
        assert decoded.corrected_octets == vector["expected"]["symbol_errors"]
        assert ReedSolomon(5).encode(decoded.frame) == codeblock


@given(frames(), st.integers(0, 16))
def test_up_to_16_wrong_octets_in_each_codeword_are_corrected(case, errors):
    interleave, frame, rng = case
    code = ReedSolomon(interleave)
    damaged = with_errors(code.encode(frame), interleave, errors, rng)
    assert code.decode(damaged) == Decoded(frame, errors * interleave)


@given(frames())
def test_17_wrong_octets_are_flagged(case):
    interleave, frame, rng = case
    code = ReedSolomon(interleave)
    with pytest.raises(DecodeError):
        code.decode(with_errors(code.encode(frame), interleave, 17, rng))


def test_a_burst_of_16_octets_for_each_interleaved_codeword_is_corrected():
    frame = bytes(range(223)) * 5
    codeblock = bytearray(ReedSolomon(5).encode(frame))
    codeblock[333:413] = bytes(octet ^ 0xFF for octet in codeblock[333:413])
    assert ReedSolomon(5).decode(bytes(codeblock)) == Decoded(frame, 80)


@given(frames())
def test_a_short_frame_is_coded_as_if_zeros_preceded_it(case):
    interleave, frame, _ = case
    full = frame.rjust(DATA_OCTETS * interleave, b"\0")
    code = ReedSolomon(interleave)
    assert code.encode(frame)[len(frame) :] == code.encode(full)[len(full) :]


def test_an_error_located_in_the_virtual_fill_is_flagged():
    code = ReedSolomon()
    full_codeblock = code.encode(b"\x01" + bytes(222))
    with pytest.raises(DecodeError):
        code.decode(full_codeblock[100:])


@pytest.mark.parametrize("interleave", [0, 6, 7, 9, -1])
def test_other_interleaving_depths_are_refused(interleave):
    with pytest.raises(CodingError, match="interleave"):
        ReedSolomon(interleave)


@pytest.mark.parametrize(("interleave", "length"), [(1, 0), (1, 224), (5, 1114), (5, 1120), (8, 7)])
def test_lengths_that_do_not_fit_are_refused(interleave, length):
    code = ReedSolomon(interleave)
    with pytest.raises(CodingError, match=r"len\(frame\)"):
        code.encode(bytes(length))
    with pytest.raises(CodingError, match=r"len\(codeblock\)"):
        code.decode(bytes(length + PARITY_OCTETS * interleave))
