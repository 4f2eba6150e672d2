import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from radio.coding.bch import decode_bch, encode_bch
from radio.coding.cltu import FILL_OCTET, START_SEQUENCE, TAIL_SEQUENCE, CltuDecoder, encode_cltu
from radio.coding.symbols import octets_to_symbols
from radio.errors import CodingError, DecodeError


def decode(cltu, randomized, error_correcting=True):
    """Return a decoder that has seen the codeblocks of `cltu`, its tail too."""
    decoder = CltuDecoder(randomized, error_correcting)
    for start in range(len(START_SEQUENCE), len(cltu), 8):
        if not decoder.feed(octets_to_symbols(cltu[start : start + 8])):
            break
    return decoder


def with_flipped_bit(octets, bit):
    value = int.from_bytes(octets, "big") ^ 1 << 8 * len(octets) - 1 - bit
    return value.to_bytes(len(octets), "big")


def golden_cases(golden):
    for vector in golden("cltu"):
        if isinstance(vector["expected"], str):
            yield bytes.fromhex(vector["input"]), bytes.fromhex(vector["expected"]), False
        else:
            frame = bytes.fromhex(vector["expected"]["frame_hex"])
            yield frame, bytes.fromhex(vector["input"]), vector.get("randomized", False)


def test_cltus_are_the_published_ones(golden):
    for frame, cltu, randomized in golden_cases(golden):
        assert encode_cltu(frame, randomized) == cltu
        assert decode(cltu, randomized).frame.startswith(frame)


@given(st.binary(min_size=1, max_size=300), st.booleans(), st.booleans())
def test_any_frame_comes_back_with_at_most_6_octets_of_fill(frame, randomized, error_correcting):
    decoder = decode(encode_cltu(frame, randomized), randomized, error_correcting)
    assert decoder.ended
    assert decoder.frame.startswith(frame)
    assert len(decoder.frame) - len(frame) == -len(frame) % 7
    assert decoder.corrected_bits == 0


def test_fill_is_55_and_not_randomised():
    assert encode_cltu(b"\x01", randomized=True)[3:9] == 6 * FILL_OCTET
    assert decode(encode_cltu(b"\x01", randomized=False), randomized=False).frame == b"\x01" + 6 * FILL_OCTET


@given(st.binary(min_size=1, max_size=100), st.data())
def test_one_error_in_each_codeblock_is_corrected(frame, data):
    cltu = encode_cltu(frame, randomized=True)
    damaged = START_SEQUENCE
    for start in range(2, len(cltu) - 8, 8):
        damaged += with_flipped_bit(cltu[start : start + 8], data.draw(st.integers(0, 62)))
    decoder = decode(damaged + TAIL_SEQUENCE, randomized=True)
    assert decoder.frame.startswith(frame)
    assert decoder.corrected_bits == (len(cltu) - 10) // 8


@pytest.mark.parametrize("error_correcting", [True, False])
def test_the_tail_sequence_is_rejected_also_with_any_one_bit_wrong(error_correcting):
    for tail in [TAIL_SEQUENCE, *(with_flipped_bit(TAIL_SEQUENCE, bit) for bit in range(64))]:
        with pytest.raises(DecodeError):
            decode_bch(octets_to_symbols(tail), error_correcting)


def test_the_tail_sequence_ends_a_cltu_in_noise_that_soft_decisions_bear():
    """At Eb/N0 = 5 dB; hard decisions take one tail in ten for a codeblock."""
    rng = np.random.default_rng(1)
    tail = octets_to_symbols(TAIL_SEQUENCE)
    ended = 0
    for noise in rng.normal(0, 0.425, (1000, 64)):
        decoder = CltuDecoder(randomized=False)
        decoder.feed((tail + noise).astype(np.float32))
        ended += decoder.ended
    assert ended >= 995


def test_a_codeblock_that_is_as_likely_the_tail_sequence_ends_the_cltu():
    """Information C5 ... C5 differs from the tail sequence in the last octet alone."""
    codeblock = octets_to_symbols(encode_bch(bytes([0xC5] * 7))).astype(np.float32)
    differing = codeblock[:63] != octets_to_symbols(TAIL_SEQUENCE)[:63]
    assert CltuDecoder(randomized=False).feed(codeblock)
    codeblock[:63][differing] *= 0.05
    assert not CltuDecoder(randomized=False).feed(codeblock)


def test_a_codeblock_with_two_errors_ends_the_cltu():
    cltu = encode_cltu(bytes(range(21)), randomized=False)
    damaged = with_flipped_bit(with_flipped_bit(cltu, 16 + 64 + 5), 16 + 64 + 40)
    decoder = decode(damaged, randomized=False)
    assert decoder.ended
    assert decoder.frame == bytes(range(7))


def test_nothing_is_taken_after_the_end_or_in_other_sizes():
    decoder = CltuDecoder(randomized=False)
    with pytest.raises(CodingError, match="64"):
        decoder.feed(octets_to_symbols(bytes(7)))
    assert not decoder.feed(octets_to_symbols(TAIL_SEQUENCE))
    with pytest.raises(CodingError, match="before the CLTU has ended"):
        decoder.feed(octets_to_symbols(bytes(8)))


def test_an_empty_frame_is_refused():
    with pytest.raises(CodingError):
        encode_cltu(b"", randomized=False)
