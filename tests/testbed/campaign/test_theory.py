import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkbudget.errors import LinkInputError
from testbed.campaign.theory import (
    _bch_weights,
    any_of,
    bch,
    channel_symbols,
    convolutional,
    faded,
    lost_db,
    reed_solomon,
    through_points,
)

POINTS = [[1.0, 0.5], [2.0, 0.05], [2.5, 1e-3]]


@pytest.mark.parametrize(
    ("curve", "eb_n0_db", "rate"),
    [
        (channel_symbols("bpsk", 1.0), 9.588, 1e-5),  # Proakis & Salehi, chapter 4
        (channel_symbols("qpsk", 0.5), 9.588 + 3.0103, 1e-5),
        (channel_symbols("gmsk", 1.0), 9.720, 1e-5),  # Murota & Hirade
        (reed_solomon(255, 16, 1, 223 / 255), 6.390, 1e-4),  # AFF3CT: 9e-5 at 6.4
    ],
)
def test_thresholds_of_the_link_budget(curve, eb_n0_db, rate):
    assert float(curve(np.asarray(eb_n0_db))) == pytest.approx(rate, rel=4e-3)


def test_the_union_bound_of_the_bch_code():
    """Of minimum distance 4, with 9765 codewords of that weight: as many as Hamming's (63,57) has."""
    assert 1 + _bch_weights().sum() == 2**56
    rates = bch(1, 56 / 64)(np.asarray([9.0, -30.0]))
    at_four = 9765 * channel_symbols("bpsk", 4 * 56 / 64)(np.asarray(9.0))
    assert rates == pytest.approx([at_four, 1.0], rel=0.02)
    assert bch(37, 56 / 64)(np.asarray(9.0)) == pytest.approx(37 * at_four, rel=0.02)


def test_more_codewords_in_a_frame_lose_it_more_often():
    at_db = np.asarray([5.0, 6.5])
    one, five = (reed_solomon(255, 16, count, 223 / 255)(at_db) for count in (1, 5))
    assert five == pytest.approx(1 - (1 - one) ** 5)
    assert any_of(5, reed_solomon(255, 16, 1, 223 / 255))(at_db) == pytest.approx(five)


def test_the_union_bound_of_the_convolutional_code():
    """11 ways at distance 10 rule it where it is low; no probability is above 1 where it says nothing."""
    low, high = np.asarray(6.0), np.asarray(-3.0)
    at_ten = 11 * 0.5 * float(channel_symbols("bpsk", 1.0)(np.asarray(6.0 + 10 * np.log10(0.5 * 10)))) * 2
    assert float(convolutional("1/2", 1, 0.5)(low)) == pytest.approx(at_ten, rel=0.1)
    assert float(convolutional("1/2", 1000, 0.5)(low)) == pytest.approx(1000 * at_ten, rel=0.1)
    assert float(convolutional("1/2", 1000, 0.5)(high)) == 1.0


def test_a_modulation_without_a_closed_form():
    with pytest.raises(LinkInputError, match="modulation"):
        channel_symbols("morse", 1.0)(np.asarray(1.0))


def test_points_are_met_and_lines_go_on():
    curve = through_points(POINTS)
    assert curve(np.asarray([p[0] for p in POINTS])) == pytest.approx([p[1] for p in POINTS])
    assert float(curve(np.asarray(1.5))) == pytest.approx(np.sqrt(0.5 * 0.05))
    assert float(curve(np.asarray(3.0))) == pytest.approx(1e-3 * 1e-3 / 0.05)
    assert float(curve(np.asarray(-5.0))) == 1.0


def test_fading_averages_the_rate():
    """BPSK in Rayleigh fading: (1 - sqrt(g / (1 + g))) / 2 (Proakis & Salehi, eq 13.3-7)."""
    probability = (np.arange(20_000) + 0.5) / 20_000
    levels_db = 10 * np.log10(-np.log1p(-probability))
    g = 10 ** np.asarray([0.0, 0.8])
    expected = (1 - np.sqrt(g / (1 + g))) / 2
    mean = faded(channel_symbols("bpsk", 1.0), levels_db, np.full(20_000, 1 / 20_000))
    assert mean(np.asarray([0.0, 8.0])) == pytest.approx(expected, rel=1e-3)


@given(st.floats(-1.0, 8.0), st.floats(-3.0, 3.0))
def test_the_distance_from_theory_is_what_was_lost(eb_n0_db, loss_db):
    curve = channel_symbols("bpsk", 0.5)
    measured = float(curve(np.asarray(eb_n0_db - loss_db)))
    assert lost_db(curve, eb_n0_db, measured) == pytest.approx(loss_db, abs=1e-6)


@pytest.mark.parametrize("rate", [0.0, 0.6])
def test_a_rate_that_theory_never_has(rate):
    assert lost_db(channel_symbols("bpsk", 1.0), 3.0, rate) is None
