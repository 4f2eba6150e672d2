import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom

from radio.channel.dropped_transfers import DroppedTransferSettings
from radio.emulated.rtl_transfers import RtlTransfers

SIZE = 8


def transfers(probability=0.3, seed=1):
    given = DroppedTransferSettings(probability=probability, transfer_samples=SIZE)
    return RtlTransfers(given, np.random.default_rng(seed))


def test_whole_transfers_are_missing_and_the_rest_is_in_order():
    """Octets that say which transfer they are of."""
    octets = bytes(np.repeat(np.arange(200, dtype=np.uint8), 2 * SIZE))
    one = transfers()
    kept = np.frombuffer(one.kept(octets), dtype=np.uint8).reshape(-1, 2 * SIZE)
    assert np.all(kept == kept[:, :1])
    assert np.all(np.diff(kept[:, 0].astype(int)) > 0)
    assert one.lost_samples == (200 - len(kept)) * SIZE > 0


@pytest.mark.parametrize("probability", [0.05, 0.3])
def test_as_many_are_lost_as_said(probability):
    one = transfers(probability)
    one.kept(bytes(2 * SIZE * 20_000))
    assert 0.001 < binom(20_000, probability).cdf(one.lost_samples // SIZE) < 0.999


@given(st.lists(st.integers(0, 100), max_size=30))
def test_the_split_leaves_no_octet_different(sizes):
    octets = bytes(k % 251 for k in range(sum(sizes)))
    split, done, parts = transfers(), 0, []
    for size in sizes:
        parts.append(split.kept(octets[done : done + size]))
        done += size
    assert b"".join(parts) == transfers().kept(octets)


def test_without_loss_all_of_it_arrives():
    assert transfers(0.0).kept(bytes(range(256))) == bytes(range(256))
