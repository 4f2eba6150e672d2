import numpy as np
import pytest
from scipy.stats import expon, kstest

from radio.channel.interference_bursts import InterferenceBursts, InterferenceBurstSettings

RATE_HZ = 100e3


def bursts(per_s=20.0, duration_s=0.01, i0_n0_db=20.0, seed=1):
    given = InterferenceBurstSettings(per_s=per_s, duration_s=duration_s, i0_n0_db=i0_n0_db)
    return InterferenceBursts(given, RATE_HZ, np.random.default_rng(seed))


def heard(count, **given):
    samples = np.zeros(count, dtype=np.complex64)
    bursts(**given).add(samples, 0)
    return samples


@pytest.mark.parametrize(("per_s", "duration_s"), [(20.0, 0.01), (100.0, 0.01), (5.0, 0.001)])
def test_the_share_of_time_is_that_of_poisson_arrivals(per_s, duration_s):
    """1 - exp(-rate duration), within four deviations of the number of arrivals."""
    share = np.mean(heard(10_000_000, per_s=per_s, duration_s=duration_s) != 0)
    wanted = -np.expm1(-per_s * duration_s)
    assert share == pytest.approx(wanted, rel=4 / np.sqrt(per_s * 100))


def test_gaps_between_arrivals_are_exponential():
    on = heard(20_000_000, per_s=20.0, duration_s=1e-4) != 0
    starts = np.flatnonzero(np.diff(on.astype(int)) == 1)
    assert kstest(np.diff(starts) / RATE_HZ, expon(scale=0.05).cdf).pvalue > 0.01


@pytest.mark.parametrize("i0_n0_db", [0.0, 20.0])
def test_a_burst_is_as_long_and_as_strong_as_said(i0_n0_db):
    x = heard(4_000_000, per_s=5.0, duration_s=0.02, i0_n0_db=i0_n0_db)
    edges = np.flatnonzero(np.diff((x != 0).astype(int)))
    lengths = (edges[1:] - edges[:-1])[int(x[0] != 0) :: 2]
    assert np.min(lengths) == np.median(lengths) == 2000
    first = x[edges[0] + 1 : edges[0] + 2001]
    assert np.mean(np.abs(first) ** 2) == pytest.approx(10 ** (i0_n0_db / 10), rel=0.1)


def test_where_several_meet_their_powers_add():
    """The mean power is rate x duration x power, however they overlap."""
    x = heard(10_000_000, per_s=300.0, duration_s=0.01, i0_n0_db=0.0)
    assert np.mean(np.abs(x) ** 2) == pytest.approx(3.0, rel=0.03)


def test_they_follow_from_the_seed_however_the_samples_are_cut():
    whole, split, parts = heard(50_000), bursts(), []
    for a, b in ((0, 1), (1, 1), (1, 7777), (7777, 7778), (7778, 50_000)):
        part = np.zeros(b - a, dtype=np.complex64)
        split.add(part, a)
        parts.append(part)
    np.testing.assert_array_equal(np.concatenate(parts), whole)
    assert whole.any()
    assert not np.array_equal(heard(50_000, seed=2), whole)
