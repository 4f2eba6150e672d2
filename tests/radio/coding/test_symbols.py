import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from radio.coding.symbols import (
    bits_to_octets,
    bits_to_symbols,
    can_tell,
    octets_to_bits,
    octets_to_symbols,
    symbols_to_octets,
)


def test_bit_0_is_plus_one_and_bit_1_is_minus_one():
    symbols = bits_to_symbols(np.array([0, 1], np.uint8))
    assert symbols.tolist() == [1, -1]
    assert symbols.dtype == np.int8


def test_the_most_significant_bit_is_sent_first():
    assert octets_to_bits(b"\x80\x01").tolist() == [1, *[0] * 14, 1]
    assert octets_to_symbols(b"\xa0").tolist() == [-1, 1, -1, 1, 1, 1, 1, 1]


@given(st.binary(max_size=64), st.floats(0.01, 100))
def test_hard_decisions_give_the_octets_back_at_any_scale(octets, scale):
    assert symbols_to_octets(np.float32(scale) * octets_to_symbols(octets).astype(np.float32)) == octets
    assert bits_to_octets(octets_to_bits(octets)) == octets


def test_as_many_bits_can_be_told_as_symbols_speak():
    soft = np.array([0.0, -1e-30, 2.0, 0.0, -0.0], np.float32)
    assert can_tell(soft, 2)
    assert not can_tell(soft, 3)
