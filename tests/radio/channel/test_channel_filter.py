import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from radio.channel.channel_filter import ChannelFilter

X = np.random.default_rng(1).standard_normal(2000).astype(np.float32).view(np.complex64)


@pytest.mark.parametrize("count", [1, 7, 8, 9, 45])
def test_it_is_a_convolution(count):
    taps = np.random.default_rng(2).standard_normal(count)
    np.testing.assert_allclose(ChannelFilter(taps).process(X), np.convolve(X, taps)[: len(X)], atol=2e-5)


@given(sizes=st.lists(st.integers(0, 300), min_size=1, max_size=5))
def test_the_split_into_blocks_leaves_no_bit_different(sizes):
    taps = np.linspace(-1, 2, 21)
    x = np.resize(X, sum(sizes))
    split, ends = ChannelFilter(taps), np.cumsum(sizes)
    parts = [split.process(x[end - size : end]) for size, end in zip(sizes, ends, strict=True)]
    np.testing.assert_array_equal(np.concatenate(parts), ChannelFilter(taps).process(x))
