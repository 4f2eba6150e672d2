from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from radio.coding.bch import BchBlock, decode_bch, encode_bch
from radio.errors import CodingError, DecodeError

information_octets = st.binary(min_size=7, max_size=7)
LAST_OCTET_FILL = 63


def flip(codeblock, *positions):
    value = int.from_bytes(codeblock, "big")
    for position in positions:
        value ^= 1 << 63 - position
    return value.to_bytes(8, "big")


def test_parity_octets_are_the_published_ones(golden):
    for vector in golden("bch_63_56"):
        information, parity = bytes.fromhex(vector["input"]), bytes.fromhex(vector["expected"])
        assert encode_bch(information) == information + parity


@given(st.integers(1, 20).flatmap(lambda n: st.binary(min_size=7 * n, max_size=7 * n)))
def test_codeblocks_are_coded_each_for_itself(information):
    pieces = [information[i : i + 7] for i in range(0, len(information), 7)]
    assert encode_bch(information) == b"".join(map(encode_bch, pieces))


@given(information_octets, st.booleans())
def test_a_clean_codeblock_is_accepted_in_both_modes(information, error_correcting):
    assert decode_bch(encode_bch(information), error_correcting) == BchBlock(information, 0)


@given(information_octets)
def test_any_single_error_is_corrected(information):
    codeblock = encode_bch(information)
    for position in range(63):
        assert decode_bch(flip(codeblock, position)) == BchBlock(information, 1)


@given(information_octets, st.booleans())
def test_the_fill_bit_does_not_matter(information, error_correcting):
    codeblock = flip(encode_bch(information), LAST_OCTET_FILL)
    assert decode_bch(codeblock, error_correcting) == BchBlock(information, 0)


def test_any_two_errors_are_rejected_in_both_modes():
    codeblock = encode_bch(b"CCSDS!\0")
    for positions in combinations(range(63), 2):
        damaged = flip(codeblock, *positions)
        for error_correcting in (True, False):
            with pytest.raises(DecodeError):
                decode_bch(damaged, error_correcting)


@given(information_octets, st.sets(st.integers(0, 62), min_size=1, max_size=3))
def test_up_to_three_errors_are_rejected_without_correction(information, positions):
    with pytest.raises(DecodeError):
        decode_bch(flip(encode_bch(information), *positions), error_correcting=False)


@pytest.mark.parametrize("length", [0, 6, 8])
def test_lengths_that_are_not_whole_codeblocks_are_refused(length):
    with pytest.raises(CodingError):
        encode_bch(bytes(length))
    with pytest.raises(CodingError):
        decode_bch(bytes(length + 1))
