import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import erfc

from radio.coding.convolutional import Convolutional, state_after
from radio.coding.symbols import octets_to_bits
from radio.coding.viterbi import STATES
from radio.errors import CodingError

RATES = ("1/2", "2/3", "3/4", "5/6", "7/8")
each_rate = pytest.mark.parametrize("code", [Convolutional(rate) for rate in RATES], ids=RATES)
codes = st.sampled_from(RATES).map(Convolutional)
states = st.integers(0, STATES - 1)
steps = st.integers(0, 20)


def bit_arrays(least=0):
    return st.lists(st.integers(0, 1), min_size=least, max_size=200).map(lambda bits: np.array(bits, np.uint8))


def received(code, bits, eb_n0_db, rng, start_state=0):
    symbols = code.encode(bits, start_state)
    es_n0 = 10 ** (eb_n0_db / 10) * code.information_bits_per_symbol
    return (symbols + rng.normal(0, np.sqrt(0.5 / es_n0), symbols.size)).astype(np.float32)


def bit_errors(code, bits, soft, start_state=0):
    return np.count_nonzero(code.decode(soft, start_state, state_after(bits, start_state)) != bits)


def test_impulse_response_is_the_two_generators_with_the_second_inverted():
    symbols = Convolutional().encode(np.array([1, 0, 0, 0, 0, 0, 0], np.uint8))
    bits = (symbols < 0).astype(int)
    assert "".join(map(str, bits[0::2])) == f"{0o171:07b}"
    assert "".join(map(str, 1 - bits[1::2])) == f"{0o133:07b}"
    assert symbols.dtype == np.int8


@pytest.mark.parametrize(
    ("rate", "octets", "expected"),
    [
        ("1/2", "1ACFFC1D", "0101011000001000 0001110010010111 0001101010100111 0011110100111110"),
        ("2/3", "1ACFFC1D", "000001011111 010101110000 010111111000 010100010101"),
        ("3/4", "1ACFFC1D", "00001110111 00000110010 1011111101 01010011101"),
        ("5/6", "1ACFFC1D", "0000100110 1010110010 101111100 0100011101"),
        ("7/8", "1ACFFC1D00", "0000101101 100010000 101111100 110001001 010111100"),
    ],
)
def test_symbols_are_the_published_ones(rate, octets, expected):
    """Punctured codes invert nothing. From K4KDR/gr-ccsds at 6662df92ee89, lib/qa_ccsds_conv_encode27_aux.cc."""
    symbols = Convolutional(rate).encode(octets_to_bits(bytes.fromhex(octets)))
    assert "".join(map(str, (symbols < 0).astype(int))) == expected.replace(" ", "")


def test_zeros_come_out_as_alternating_symbols():
    assert Convolutional().encode(np.zeros(4, np.uint8)).tolist() == [1, -1] * 4


@given(codes, bit_arrays(), bit_arrays(), states, steps)
def test_encoding_may_be_cut_anywhere_if_state_and_step_are_carried_over(code, first, second, start_state, step):
    whole = code.encode(np.concatenate([first, second]), start_state, step)
    between = state_after(first, start_state)
    parts = [code.encode(first, start_state, step), code.encode(second, between, step + first.size)]
    assert np.array_equal(whole, np.concatenate(parts))


@given(codes, st.integers(0, 200), steps)
def test_symbols_are_counted_without_encoding(code, bit_count, step):
    assert code.symbol_count(bit_count, step) == code.encode(np.zeros(bit_count, np.uint8), 0, step).size


@each_rate
def test_a_period_has_one_symbol_more_than_bits(code):
    assert code.symbol_count(10 * code.period_bits) == 10 * (code.period_bits + 1)
    numerator, denominator = map(int, code.rate.split("/"))
    assert code.information_bits_per_symbol == numerator / denominator


@given(codes, bit_arrays(least=6), states, steps, st.sampled_from([1e-6, 1.0, 3e7]))
def test_decoding_gives_the_bits_back_at_any_scale(code, bits, start_state, step, scale):
    soft = np.float32(scale) * code.encode(bits, start_state, step).astype(np.float32)
    assert np.array_equal(code.decode(soft, start_state, state_after(bits, start_state), step), bits)


def test_the_states_decide_where_the_symbols_do_not():
    bits = np.random.default_rng(4).integers(0, 2, 20, dtype=np.uint8)
    code = Convolutional()
    for start_state in range(STATES):
        soft = code.encode(bits, start_state).astype(np.float32)
        soft[:6] = soft[-6:] = 0  # three steps unheard at either end
        assert np.array_equal(code.decode(soft, start_state, state_after(bits)), bits)


@each_rate
def test_an_array_with_gaps_is_decoded_as_its_values(code):
    soft = np.random.default_rng(5).normal(size=2 * code.symbol_count(60)).astype(np.float32)[::2]
    assert np.array_equal(code.decode(soft), code.decode(soft.copy()))


def test_symbols_that_are_all_zero_decode_to_something():
    assert Convolutional().decode(np.zeros(40, np.float32)).size == 20


def test_noise_at_4_2_db_leaves_about_one_bit_error_in_1e5():
    rng = np.random.default_rng(1)
    bits = rng.integers(0, 2, 1_000_000, dtype=np.uint8)
    code = Convolutional()
    assert 1 <= bit_errors(code, bits, received(code, bits, 4.2, rng)) < 35


@pytest.mark.parametrize(
    ("rate", "eb_n0_db", "distance", "weights"),
    [
        ("2/3", 4.0, 6, [3, 70, 285, 1276, 6160, 27128]),
        ("3/4", 4.5, 5, [42, 201, 1492, 10469, 62935]),
        ("5/6", 4.5, 4, [92, 528, 8694, 79453]),
        ("7/8", 5.0, 3, [9, 500, 7437, 105707]),
    ],
)
def test_bit_errors_are_as_many_as_the_distances_of_the_code_say(rate, eb_n0_db, distance, weights):
    """Spectra: Y. Yasuda et al., IEEE Trans. Commun. 32, 1984; D. Haccoun and G. Begin, ibid. 37, 1989."""
    rng = np.random.default_rng(6)
    bits = rng.integers(0, 2, 1_000_000, dtype=np.uint8)
    code = Convolutional(rate)
    distances = distance + np.arange(len(weights))
    amplitude = np.sqrt(distances * code.information_bits_per_symbol * 10 ** (eb_n0_db / 10))
    bound = np.array(weights) @ (0.5 * erfc(amplitude)) / code.period_bits
    ratio = bit_errors(code, bits, received(code, bits, eb_n0_db, rng)) / bits.size
    assert 0.5 * bound < ratio < 2 * bound


def test_soft_decisions_gain_about_2_db_on_hard_ones():
    rng = np.random.default_rng(2)
    bits = rng.integers(0, 2, 40_000, dtype=np.uint8)
    code = Convolutional()
    soft = received(code, bits, 3.0, rng)
    soft_errors = bit_errors(code, bits, soft)
    assert soft_errors / bits.size < 2e-3
    assert bit_errors(code, bits, np.sign(soft)) > 10 * soft_errors


def test_both_ends_are_protected_as_well_as_the_middle():
    rng = np.random.default_rng(3)
    code, start_state = Convolutional(), 0b011101
    wrong = np.zeros(40)
    for _ in range(2000):
        bits = rng.integers(0, 2, 40, dtype=np.uint8)
        soft = received(code, bits, 2.0, rng, start_state)
        wrong += code.decode(soft, start_state, state_after(bits)) != bits
    assert wrong[:6].mean() <= wrong[15:25].mean()
    assert not wrong[-6:].any()
    assert wrong[-12:-6].mean() <= wrong[15:25].mean()


@pytest.mark.parametrize(("rate", "size"), [("1/2", 0), ("1/2", 10), ("1/2", 13), ("2/3", 8), ("3/4", 13), ("7/8", 9)])
def test_symbols_of_no_whole_number_of_bits_or_of_fewer_than_six_are_refused(rate, size):
    with pytest.raises(CodingError, match=r"soft\.size"):
        Convolutional(rate).decode(np.ones(size, np.float32))


@each_rate
@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_symbols_that_are_not_finite_are_refused(code, value):
    soft = np.ones(code.symbol_count(20), np.float32)
    soft[3] = value
    with pytest.raises(CodingError, match="finite"):
        code.decode(soft)


@pytest.mark.parametrize("state", [-1, 64])
def test_states_out_of_range_are_refused(state):
    code = Convolutional()
    with pytest.raises(CodingError, match="start_state"):
        code.encode(np.zeros(1, np.uint8), state)
    with pytest.raises(CodingError, match="start_state"):
        code.decode(np.ones(20, np.float32), state)
    with pytest.raises(CodingError, match="end_state"):
        code.decode(np.ones(20, np.float32), 0, state)


def test_other_rates_are_refused():
    with pytest.raises(CodingError, match="rate is '4/5', accepted: one of 1/2, 2/3, 3/4, 5/6, 7/8"):
        Convolutional("4/5")
