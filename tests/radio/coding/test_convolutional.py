import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from radio.coding.convolutional import (
    STATES,
    decode_convolutional,
    encode_convolutional,
    state_after,
)
from radio.errors import CodingError

states = st.integers(0, STATES - 1)
bit_arrays = st.lists(st.integers(0, 1), min_size=1, max_size=200).map(lambda bits: np.array(bits, np.uint8))


def noisy(bits, eb_n0_db, rng, start_state=0):
    symbols = encode_convolutional(bits, start_state, tail=True)
    sigma = np.sqrt(1 / 10 ** (eb_n0_db / 10))  # Es = Eb / 2 = 1, N0 = 2 sigma^2
    return (symbols + rng.normal(0, sigma, symbols.size)).astype(np.float32)


def test_impulse_response_is_the_two_generators_with_the_second_inverted():
    symbols = encode_convolutional(np.array([1, 0, 0, 0, 0, 0, 0], np.uint8))
    bits = (symbols < 0).astype(int)
    assert "".join(map(str, bits[0::2])) == f"{0o171:07b}"
    assert "".join(map(str, 1 - bits[1::2])) == f"{0o133:07b}"
    assert symbols.dtype == np.int8


def test_zeros_come_out_as_alternating_symbols():
    assert encode_convolutional(np.zeros(4, np.uint8)).tolist() == [1, -1] * 4


@given(bit_arrays, bit_arrays, states)
def test_encoding_may_be_cut_anywhere_if_the_state_is_carried_over(first, second, start_state):
    whole = encode_convolutional(np.concatenate([first, second]), start_state, tail=True)
    between = state_after(first, start_state)
    parts = [encode_convolutional(first, start_state), encode_convolutional(second, between, tail=True)]
    assert np.array_equal(whole, np.concatenate(parts))


@given(bit_arrays, states, st.sampled_from([1e-6, 1.0, 3e7]))
def test_decoding_gives_the_bits_back_at_any_scale(bits, start_state, scale):
    soft = np.float32(scale) * encode_convolutional(bits, start_state, tail=True).astype(np.float32)
    assert np.array_equal(decode_convolutional(soft, start_state), bits)


def test_the_start_state_decides_where_the_symbols_do_not():
    bits = np.array([1, 0, 1, 1, 0, 0, 1, 0, 1, 1], np.uint8)
    for start_state in range(STATES):
        soft = encode_convolutional(bits, start_state, tail=True).astype(np.float32)
        soft[:6] = 0  # three steps unheard
        assert np.array_equal(decode_convolutional(soft, start_state), bits)


def test_symbols_that_are_all_zero_decode_to_something():
    assert decode_convolutional(np.zeros(40, np.float32)).size == 14


def test_noise_at_4_2_db_leaves_about_one_bit_error_in_1e5():
    rng = np.random.default_rng(1)
    bits = rng.integers(0, 2, 200_000, dtype=np.uint8)
    errors = np.count_nonzero(decode_convolutional(noisy(bits, 4.2, rng)) != bits)
    assert errors < 20


def test_soft_decisions_gain_about_2_db_on_hard_ones():
    rng = np.random.default_rng(2)
    bits = rng.integers(0, 2, 40_000, dtype=np.uint8)
    soft = noisy(bits, 3.0, rng)
    soft_errors = np.count_nonzero(decode_convolutional(soft) != bits)
    hard_errors = np.count_nonzero(decode_convolutional(np.sign(soft)) != bits)
    assert soft_errors / bits.size < 2e-3
    assert hard_errors > 10 * soft_errors


def test_the_start_is_protected_as_well_as_the_middle():
    rng = np.random.default_rng(3)
    blocks = [rng.integers(0, 2, 40, dtype=np.uint8) for _ in range(2000)]
    wrong = sum(decode_convolutional(noisy(bits, 2.0, rng, 0b011101), 0b011101) != bits for bits in blocks)
    assert wrong[:6].mean() <= wrong[15:25].mean()


@pytest.mark.parametrize("size", [0, 12, 15])
def test_lengths_without_a_bit_or_half_a_step_are_refused(size):
    with pytest.raises(CodingError, match=r"soft\.size"):
        decode_convolutional(np.ones(size, np.float32))


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_symbols_that_are_not_finite_are_refused(value):
    soft = np.ones(20, np.float32)
    soft[3] = value
    with pytest.raises(CodingError, match="finite"):
        decode_convolutional(soft)


@pytest.mark.parametrize("start_state", [-1, 64])
def test_a_start_state_out_of_range_is_refused(start_state):
    with pytest.raises(CodingError, match="start_state"):
        encode_convolutional(np.zeros(1, np.uint8), start_state)
    with pytest.raises(CodingError, match="start_state"):
        decode_convolutional(np.ones(20, np.float32), start_state)
