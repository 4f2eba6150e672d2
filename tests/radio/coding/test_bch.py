from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from radio.coding.bch import BchBlock, decode_bch, encode_bch
from radio.coding.symbols import octets_to_symbols
from radio.errors import CodingError, DecodeError

information_octets = st.binary(min_size=7, max_size=7)
FILL = 63


def received(information, *wrong):
    """Return the symbols of a codeblock of which those at `wrong` changed their sign, int8[64]."""
    symbols = octets_to_symbols(encode_bch(information))
    symbols[list(wrong)] *= -1
    return symbols


def outcomes(information, eb_n0_db, count, rng):
    """Return how many codeblocks of `count` are accepted right, accepted wrong, and rejected."""
    deviation = np.sqrt(0.5 / (56 / 64 * 10 ** (eb_n0_db / 10)))
    right = wrong = 0
    for noise in rng.normal(0, deviation, (count, 64)):
        try:
            block = decode_bch((received(information) + noise).astype(np.float32))
        except DecodeError:
            continue
        right += block.information == information
        wrong += block.information != information
    return right, wrong, count - right - wrong


def test_parity_octets_are_the_published_ones(golden):
    for vector in golden("bch_63_56"):
        information, parity = bytes.fromhex(vector["input"]), bytes.fromhex(vector["expected"])
        assert encode_bch(information) == information + parity


@given(st.integers(1, 20).flatmap(lambda n: st.binary(min_size=7 * n, max_size=7 * n)))
def test_codeblocks_are_coded_each_for_itself(information):
    pieces = [information[i : i + 7] for i in range(0, len(information), 7)]
    assert encode_bch(information) == b"".join(map(encode_bch, pieces))


@given(information_octets, st.booleans(), st.sampled_from([1, 1e-6, 3e7]))
def test_a_clean_codeblock_is_accepted_in_both_modes_at_any_scale(information, error_correcting, scale):
    soft = np.float32(scale) * received(information)
    assert decode_bch(soft, error_correcting) == BchBlock(information, 0)


@given(information_octets)
def test_any_single_error_is_corrected(information):
    for position in range(63):
        assert decode_bch(received(information, position)) == BchBlock(information, 1)


@given(information_octets, st.booleans())
def test_the_fill_bit_does_not_matter(information, error_correcting):
    assert decode_bch(received(information, FILL), error_correcting) == BchBlock(information, 0)


def test_any_two_errors_as_loud_as_the_rest_are_rejected_in_both_modes():
    for positions in combinations(range(63), 2):
        damaged = received(b"CCSDS!\0", *positions)
        for error_correcting in (True, False):
            with pytest.raises(DecodeError):
                decode_bch(damaged, error_correcting)


@given(information_octets, st.sets(st.integers(0, 62), min_size=1, max_size=3))
def test_up_to_three_errors_are_rejected_without_correction(information, positions):
    with pytest.raises(DecodeError):
        decode_bch(received(information, *positions), error_correcting=False)


@given(information_octets, st.sets(st.integers(0, 62), max_size=3))
def test_up_to_three_errors_that_are_faint_are_corrected(information, positions):
    soft = received(information).astype(np.float32)
    soft[list(positions)] = -0.2 * soft[list(positions)]
    assert decode_bch(soft) == BchBlock(information, len(positions))


def test_a_decision_between_two_corrections_that_are_alike_is_none():
    """Bits 0, 1, 2 and 39 make a codeword of weight 4: if the first two are wrong, the last two might be instead."""
    soft = received(bytes(7), 0, 1).astype(np.float32)
    soft[[0, 1]] *= 0.1
    soft[[2, 39]] *= 0.4
    assert decode_bch(soft) == BchBlock(bytes(7), 2)
    soft[[2, 39]] *= 0.5
    with pytest.raises(DecodeError):
        decode_bch(soft)


@pytest.mark.parametrize(("eb_n0_db", "most_rejected", "most_wrong"), [(5.0, 120, 15), (6.0, 25, 2)])
def test_soft_decisions_lose_few_codeblocks_and_hardly_ever_take_a_wrong_one(eb_n0_db, most_rejected, most_wrong):
    """Of 3000: with the same noise hard decisions reject 292 and 72, and take 59 and 10 wrong codeblocks for right."""
    right, wrong, rejected = outcomes(b"CCSDS!!", eb_n0_db, 3000, np.random.default_rng(1))
    assert right > 2500
    assert wrong <= most_wrong
    assert rejected <= most_rejected


def test_noise_is_mostly_rejected():
    rng = np.random.default_rng(2)
    accepted = 0
    for noise in rng.normal(size=(400, 64)).astype(np.float32):
        try:
            decode_bch(noise)
        except DecodeError:
            continue
        accepted += 1
    assert accepted < 120


@pytest.mark.parametrize("value", [0, np.nan, np.inf])
def test_symbols_without_a_meaning_are_rejected(value):
    with pytest.raises(DecodeError):
        decode_bch(np.full(64, value, np.float32))


@pytest.mark.parametrize("length", [0, 6, 8])
def test_lengths_that_are_not_whole_codeblocks_are_refused(length):
    with pytest.raises(CodingError):
        encode_bch(bytes(length))
    with pytest.raises(CodingError):
        decode_bch(np.ones(8 * (length + 1), np.float32))
