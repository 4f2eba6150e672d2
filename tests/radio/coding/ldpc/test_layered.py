from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from radio.coding.ldpc.ar4ja import ar4ja_code
from radio.coding.ldpc.ar4ja_decoder import ar4ja_decoder
from radio.coding.ldpc.layered import MOST_ITERATIONS, LayeredDecoder
from radio.coding.ldpc.reliability import Reliability
from radio.errors import CodingError

THRESHOLDS_DB = {"1/2": 1.8, "2/3": 2.7, "4/5": 3.8}  # Eb/N0 for k = 1024; the longer codes need less


def sum_product(code, soft, es_n0_db, iterations=50):
    """Return the hard decisions of exact flooding sum-product decoding: what the product is measured by."""
    lanes = np.arange(code.size)
    checks = [[code.size * one.column + (lanes + one.shift) % code.size for one in row] for row in code.rows]
    beliefs = channel = np.zeros(code.columns * code.size)
    channel[: soft.size] = 4 * 10 ** (es_n0_db / 10) * soft.astype(float)
    messages = [np.zeros((len(row), code.size)) for row in checks]
    for _ in range(iterations):
        total = channel.copy()
        for row, message in zip(checks, messages, strict=True):
            tanh = np.tanh(np.array([beliefs[bits] for bits in row]) / 2 - message / 2)
            for edge in range(len(row)):
                others = np.prod(np.delete(tanh, edge, 0), 0)
                message[edge] = 2 * np.arctanh(np.clip(others, -1 + 1e-15, 1 - 1e-15))
                total[row[edge]] += message[edge]
        beliefs = total
        if not code.syndrome((beliefs < 0).astype(np.uint8)).any():
            break
    return (beliefs[: soft.size] < 0).astype(np.uint8)


def test_a_codeword_in_noise_is_found(ar4ja, received):
    code = ar4ja_code(*ar4ja)
    codeword, soft = received(code, THRESHOLDS_DB[ar4ja[0]] + 0.5)
    decoding = ar4ja_decoder(*ar4ja).decode(soft)
    assert decoding.satisfied
    assert np.array_equal(decoding.codeword, codeword)
    assert decoding.corrected == np.count_nonzero((soft < 0) != codeword) > 0
    assert 1 < decoding.iterations < 30


def test_a_clean_codeword_takes_one_iteration(ar4ja, received):
    codeword, soft = received(ar4ja_code(*ar4ja), 40)
    decoding = ar4ja_decoder(*ar4ja).decode(soft)
    assert np.array_equal(decoding.codeword, codeword)
    assert (decoding.satisfied, decoding.corrected) == (True, 0)
    assert decoding.iterations <= 3


def test_nearly_as_many_are_found_as_by_exact_sum_product(received):
    code, es_n0_db = ar4ja_code("1/2", 1024), 1.1 + 10 * np.log10(0.5)
    lost = exactly_lost = 0
    for seed in range(20):
        codeword, soft = received(code, 1.1, seed)
        lost += not np.array_equal(ar4ja_decoder("1/2", 1024).decode(soft).codeword, codeword)
        exactly_lost += not np.array_equal(sum_product(code, soft, es_n0_db), codeword)
    assert exactly_lost > 0
    assert lost <= exactly_lost + 1


@settings(max_examples=20)
@given(st.integers(0, 2**32), st.sampled_from([1e-9, 0.3, 1e12]))
def test_the_scale_of_the_symbols_does_not_matter(received, seed, gain):
    code, decoder = ar4ja_code("4/5", 1024), ar4ja_decoder("4/5", 1024)
    _, soft = received(code, 4.2, seed)
    plain, scaled = decoder.decode(soft), decoder.decode(np.float32(gain) * soft)
    assert plain.satisfied
    assert np.array_equal(plain.codeword, scaled.codeword)


def test_noise_is_no_codeword(ar4ja):
    code = ar4ja_code(*ar4ja)
    decoding = ar4ja_decoder(*ar4ja).decode(np.random.default_rng(4).normal(size=code.codeword_bits).astype(np.float32))
    assert (decoding.satisfied, decoding.iterations) == (False, MOST_ITERATIONS)


@pytest.mark.parametrize("erased", [slice(None), slice(0, 1024), slice(None, None, 2)])
def test_what_was_not_received_is_not_made_up(erased, received):
    _, soft = received(ar4ja_code("1/2", 1024), 30)
    soft[erased] = 0
    assert not ar4ja_decoder("1/2", 1024).decode(soft).satisfied


def test_the_number_of_iterations_is_limited(received):
    code = ar4ja_code("1/2", 1024)
    codeword, soft = received(code, 1.8)
    few, many = (LayeredDecoder(code, Reliability(-1.2), most_iterations=count).decode(soft) for count in (2, 20))
    assert (few.satisfied, few.iterations) == (False, 2)
    assert np.array_equal(many.codeword, codeword)


def test_erasures_among_symbols_beyond_the_range_of_the_integers_are_filled_in(received):
    code = ar4ja_code("1/2", 1024)
    decoder = LayeredDecoder(code, Reliability(design_es_n0_db=50.0))
    for seed in range(20):
        codeword, soft = received(code, 40, seed)
        soft[np.random.default_rng(seed).permutation(soft.size)[: int(0.3 * soft.size)]] = 0
        decoding = decoder.decode(soft)
        assert np.array_equal(decoding.codeword, codeword)
        assert decoding.iterations <= 10


def test_threads_share_a_decoder(received):
    words = [received(ar4ja_code("2/3", 4096), 2.5, seed) for seed in range(8)]
    with ThreadPoolExecutor(4) as pool:
        decodings = list(pool.map(ar4ja_decoder("2/3", 4096).decode, [soft for _, soft in words]))
    for (codeword, _), decoding in zip(words, decodings, strict=True):
        assert np.array_equal(decoding.codeword, codeword)


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_symbols_that_are_not_finite_are_refused(bad):
    soft = np.ones(2048, np.float32)
    soft[7] = bad
    with pytest.raises(CodingError, match="finite"):
        ar4ja_decoder("1/2", 1024).decode(soft)


def test_another_length_is_refused():
    with pytest.raises(CodingError, match=r"\(2048,\)"):
        ar4ja_decoder("1/2", 1024).decode(np.ones(2047, np.float32))
