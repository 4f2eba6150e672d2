import numpy as np
import pytest
from scipy.stats import binom

from radio.channel.dropped_transfers import DroppedTransfers, DroppedTransferSettings

RATE_HZ, SIZE = 1000.0, 50


def dropped(probability=0.1, end_s=100.0, seed=1):
    given = DroppedTransferSettings(probability=probability, transfer_samples=SIZE)
    return DroppedTransfers(given, RATE_HZ, end_s, np.random.default_rng(seed))


def numbered(count):
    """Samples that say which they are, from 1 on."""
    return np.arange(1, count + 1).astype(np.complex64)


def test_whole_transfers_are_missing_and_the_rest_is_in_order():
    one, sent = dropped(), numbered(100_000)
    heard = one.process(sent)
    assert not heard[: one.lead].any()
    kept = heard[one.lead :].real.astype(int)
    lost = np.setdiff1d(np.arange(1, 100_001), kept)
    assert np.all(np.diff(kept) > 0)
    assert len(lost) == one.lead
    np.testing.assert_array_equal(
        lost.reshape(-1, SIZE) % SIZE, np.tile((np.arange(SIZE) + 1) % SIZE, (len(lost) // SIZE, 1))
    )


def test_what_comes_after_a_loss_comes_earlier_by_a_transfer():
    one, sent = dropped(probability=0.02), numbered(100_000)
    late = np.flatnonzero(heard := one.process(sent)) + 1 - heard[heard != 0].real
    assert late[0] == one.lead
    assert set(np.diff(late)) == {0, -SIZE}
    assert late[-1] == 0


@pytest.mark.parametrize("probability", [0.01, 0.2])
def test_as_many_are_lost_as_said(probability):
    lost = dropped(probability, end_s=5000.0).lead // SIZE
    assert 0.001 < binom(100_000, probability).cdf(lost) < 0.999


def test_beyond_the_end_nothing_is_lost():
    one = dropped(probability=0.5, end_s=1.0)
    one.process(numbered(1000))
    np.testing.assert_array_equal(one.process(numbered(500)), numbered(500))


@pytest.mark.parametrize("size", [1, 33, 77, 2077])
def test_the_split_into_blocks_leaves_no_bit_different(size):
    sent, split = numbered(10_000), dropped(0.3, 8.0)
    parts = [split.process(sent[a : a + size]) for a in range(0, 10_000, size)]
    parts.append(split.process(sent[:0]))
    np.testing.assert_array_equal(np.concatenate(parts), dropped(0.3, 8.0).process(sent))
