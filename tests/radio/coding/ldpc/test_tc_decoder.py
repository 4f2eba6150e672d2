import numpy as np
import pytest
from scipy.stats import norm

from radio.coding.ldpc.tc import CODEWORD_BITS, tc_code
from radio.coding.ldpc.tc_decoder import least_correlation, tc_decoder
from radio.errors import CodingError

each_length = pytest.mark.parametrize("codeword_bits", CODEWORD_BITS)


@each_length
def test_a_codeword_in_noise_is_found(codeword_bits, received):
    for seed in range(20):
        codeword, soft = received(tc_code(codeword_bits), 5.0, seed)
        decoding = tc_decoder(codeword_bits).decode(soft)
        assert decoding.satisfied
        assert np.array_equal(decoding.codeword, codeword)
        assert decoding.corrected == np.count_nonzero((soft < 0) != codeword)


@each_length
def test_message_passing_alone_nearly_does(codeword_bits, received):
    found = 0
    for seed in range(50):
        codeword, soft = received(tc_code(codeword_bits), 3.8, seed)
        decoding = tc_decoder(codeword_bits).pass_messages(soft)
        found += decoding.satisfied and np.array_equal(decoding.codeword, codeword)
    assert found >= 48


def test_ordered_statistics_find_what_message_passing_loses(received):
    lost = found = 0
    for seed in range(150):
        codeword, soft = received(tc_code(128), 2.8, seed)
        if not tc_decoder(128).pass_messages(soft).satisfied:
            lost += 1
            decoding = tc_decoder(128).decode(soft)
            found += decoding.satisfied and np.array_equal(decoding.codeword, codeword)
    assert lost >= 5
    assert found >= 0.8 * lost


@each_length
def test_noise_is_no_codeword(codeword_bits):
    rng = np.random.default_rng(5)
    for _ in range(20):
        assert not tc_decoder(codeword_bits).decode(rng.normal(size=codeword_bits).astype(np.float32)).satisfied


def test_silence_is_no_codeword():
    assert not tc_decoder(128).decode(np.zeros(128, np.float32)).satisfied


def test_noise_correlates_so_with_a_thousandth_of_a_codeword():
    # With 1 information bit there are 2 codewords, and the correlation of long noise is nearly normal.
    assert least_correlation(10**6, 1) * 1000 == pytest.approx(norm.isf(0.0005), rel=1e-3)
    assert least_correlation(128, 64) == pytest.approx(0.7295, abs=1e-4)


def test_a_codeword_too_far_away_is_rejected():
    near, far = np.ones(128, np.float32), np.ones(128, np.float32)
    near[3:128:8] *= -0.2
    far[3:128:6] *= -1
    assert tc_decoder(128).decode(near).satisfied
    assert not tc_decoder(128).decode(far).satisfied


@pytest.mark.parametrize("soft", [np.ones(127, np.float32), np.full(128, np.nan, np.float32)])
def test_what_cannot_be_decoded_is_refused(soft):
    with pytest.raises(CodingError, match="soft"):
        tc_decoder(128).decode(soft)
