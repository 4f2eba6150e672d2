import numpy as np
import pytest
from scipy.stats import expon, kstest, lognorm

from radio.channel.shadow_states import ShadowStates, ShadowStateSettings, ShadowStatesSettings


def states(seed=1, spread=None, transition_s=0.001):
    good = ShadowStateSettings(direct_db=-0.5, shadowing_db=0.5, multipath_db=-20.0, mean_s=4.0, spread=spread)
    bad = ShadowStateSettings(direct_db=-10.0, shadowing_db=4.0, multipath_db=-14.0, mean_s=2.0, spread=spread)
    return ShadowStates(
        ShadowStatesSettings(good=good, bad=bad, transition_s=transition_s), np.random.default_rng(seed)
    )


def over(sky, end_s, spacing_s):
    """The states from 0 to ``end_s``, asked for 10 s at a time."""
    time_s = np.arange(0, end_s, spacing_s)
    return np.concatenate([sky.badness(part) for part in np.array_split(time_s, round(end_s / 10))])


def durations_s(badness, spacing_s):
    """Of the good and of the bad states: those that are whole."""
    bad = badness > 0.5
    turns = np.flatnonzero(np.diff(bad))
    lengths = np.diff(turns) * spacing_s
    first_is_bad = int(bad[turns[0] + 1])
    return lengths[first_is_bad::2], lengths[1 - first_is_bad :: 2]


@pytest.mark.parametrize("spread", [None, 0.7])
def test_durations_have_their_distributions(spread):
    found = durations_s(over(states(spread=spread), 5000, 0.005), 0.005)
    for mean_s, lengths_s in zip((4.0, 2.0), found, strict=True):
        wanted = expon(scale=mean_s) if spread is None else lognorm(spread, scale=mean_s * np.exp(-(spread**2) / 2))
        assert len(lengths_s) > 700
        assert np.mean(lengths_s) == pytest.approx(mean_s, rel=0.08)
        assert kstest(lengths_s, wanted.cdf).pvalue > 0.01


@pytest.mark.parametrize("spread", [None, 0.7])
def test_the_sky_is_bad_as_often_as_the_mean_durations_say(spread):
    """2 / (4 + 2) of the time; and of many skies at link time 0, within four deviations."""
    assert np.mean(over(states(spread=spread), 20_000, 0.1)) == pytest.approx(1 / 3, abs=0.02)
    at_first = [states(seed, spread).badness(np.zeros(1))[0] for seed in range(1500)]
    assert np.mean(at_first) == pytest.approx(1 / 3, abs=4 * np.sqrt(2 / 9 / 1500))


def test_a_turn_is_smooth_and_takes_its_time():
    time_s = np.arange(0, 100, 0.001)
    badness = states(transition_s=0.5).badness(time_s)
    assert badness.min() == 0
    assert badness.max() == 1
    assert np.abs(np.diff(badness)).max() == pytest.approx(1.5 * 0.001 / 0.5, rel=0.01)  # the steepest of a smooth step
    turning = np.count_nonzero((badness > 0) & (badness < 1)) * 0.001
    turns = np.count_nonzero(np.diff(badness > 0.5))
    assert turning == pytest.approx(0.5 * turns, rel=0.15)


def test_rays_and_shadows_are_those_of_the_state():
    sky, time_s = states(), np.arange(0, 200, 0.1)
    bad, strengths = sky.badness(time_s), sky.strengths(time_s)
    for field, good_value, bad_value in (
        ("direct_db", -0.5, -10.0),
        ("multipath_db", -20.0, -14.0),
        ("shadowing_db", 0.5, 4.0),
    ):
        values = getattr(strengths, field)
        np.testing.assert_allclose(values[bad == 0], good_value)
        np.testing.assert_allclose(values[bad == 1], bad_value)


def test_the_states_follow_from_the_seed_however_they_are_asked_for():
    time_s = np.arange(0, 60, 0.01)
    whole, parts = states(transition_s=1.0).badness(time_s), states(transition_s=1.0)
    pieces = [parts.badness(time_s[a:b]) for a, b in ((0, 1), (1, 500), (500, 501), (501, 6000))]
    np.testing.assert_array_equal(np.concatenate(pieces), whole)
    assert not np.array_equal(states(2, transition_s=1.0).badness(time_s), whole)
