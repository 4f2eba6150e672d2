import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from radio.coding.ldpc.ordered_statistics import OrderedStatisticsDecoder

BITS = 8


def random_generator(rng):
    """Return a systematic generator matrix of 8 times 72 bits."""
    return np.hstack([np.eye(BITS, dtype=np.uint8), rng.integers(0, 2, (BITS, 64), np.uint8)])


def likeliest(generator, soft):
    """Return the codeword that correlates best, of all."""
    information = (np.arange(2**BITS)[:, None] >> np.arange(BITS)) & 1
    codewords = information @ generator % 2
    return codewords[np.argmax((1 - 2.0 * codewords) @ soft)]


@settings(max_examples=25)
@given(st.integers(0, 2**32))
def test_the_full_order_is_maximum_likelihood(seed):
    rng = np.random.default_rng(seed)
    generator = random_generator(rng)
    soft = rng.normal(0.1, 1, BITS + 64).astype(np.float32)
    assert np.array_equal(OrderedStatisticsDecoder(generator, BITS).decode(soft), likeliest(generator, soft))


def test_every_order_finds_at_least_as_good_a_codeword():
    rng = np.random.default_rng(1)
    generator = random_generator(rng)
    found = np.zeros(4)
    for _ in range(100):
        soft = rng.normal(0.25, 1, BITS + 64).astype(np.float32)
        codewords = [OrderedStatisticsDecoder(generator, order).decode(soft) for order in range(4)]
        correlations = [(1 - 2.0 * codeword) @ soft for codeword in codewords]
        assert sorted(correlations) == correlations
        found += [np.array_equal(codeword, likeliest(generator, soft)) for codeword in codewords]
    assert found[0] < found[1] < found[2] <= found[3]


@pytest.mark.parametrize("order", [0, 3])
def test_the_result_is_a_codeword(order):
    rng = np.random.default_rng(2)
    generator = random_generator(rng)
    for _ in range(20):
        codeword = OrderedStatisticsDecoder(generator, order).decode(rng.normal(size=BITS + 64).astype(np.float32))
        assert codeword.dtype == np.uint8
        assert np.array_equal(codeword, codeword[:BITS] @ generator % 2)


def test_dependent_columns_are_left_out_of_the_basis():
    generator = np.hstack([np.eye(2, dtype=np.uint8)[:, [0, 0, 0, 1]], np.ones((2, 62), np.uint8)])
    soft = np.concatenate([[-5, -5, 4, 1], np.full(62, -0.5)]).astype(np.float32)
    assert np.array_equal(OrderedStatisticsDecoder(generator, 1).decode(soft), [1, 1, 1, 0] + 62 * [1])


def test_a_codeword_that_is_only_just_better_is_not_ruled_out():
    repetition = np.ones((1, 65), np.uint8)
    for first, bit in ((6.5, 0), (6.3, 1)):
        soft = np.concatenate([[first], np.full(64, -0.1)]).astype(np.float32)
        assert np.array_equal(OrderedStatisticsDecoder(repetition, 1).decode(soft), np.full(65, bit))


@settings(max_examples=25)
@given(st.integers(0, 2**32))
def test_what_costs_less_than_is_wanted_is_found_and_nothing_else_is_looked_for(seed):
    rng = np.random.default_rng(seed)
    generator = random_generator(rng)
    soft = rng.normal(0.1, 1, BITS + 64).astype(np.float32)
    decoder, likely = OrderedStatisticsDecoder(generator, BITS), likeliest(generator, soft)
    cost = np.abs(soft[(soft < 0) != likely]).sum(dtype=np.float64)
    first = OrderedStatisticsDecoder(generator, 0).decode(soft)
    assert np.array_equal(decoder.decode(soft, cost * 1.0001), likely)
    assert np.array_equal(decoder.decode(soft, cost * 0.9999), first)
