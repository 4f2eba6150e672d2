"""Units in any order, on any number of workers, interrupted or not: the same result."""

import pytest

from testbed.campaign.result import all_judged


def outcome(plan, tallies):
    return all_judged(plan, tallies, 3).to_json()


@pytest.fixture
def alone(coins, toss, here_pool, tmp_path):
    """What one worker finds."""
    (tmp_path / "alone").mkdir()
    return outcome(coins, toss(coins, tmp_path / "alone", here_pool(1, 0)))


@pytest.mark.parametrize("slots", [2, 5, 16])
@pytest.mark.parametrize("order", [1, 2])
def test_the_same_on_any_number_of_workers(coins, toss, here_pool, tmp_path, alone, slots, order):
    assert outcome(coins, toss(coins, tmp_path, here_pool(slots, order))) == alone


def test_another_seed_another_result(coins, toss, here_pool, tmp_path, alone):
    assert outcome(coins, toss(coins, tmp_path, here_pool(4, 1), seed=4)) != alone


@pytest.mark.parametrize("breaks_after", [0, 1, 7, 20])
def test_what_was_finished_is_not_measured_again(coins, toss, here_pool, tmp_path, alone, breaks_after):
    first, second = here_pool(4, 1, breaks_after), here_pool(3, 2)
    with pytest.raises(KeyboardInterrupt):
        toss(coins, tmp_path, first)
    assert outcome(coins, toss(coins, tmp_path, second)) == alone
    assert not set(first.done) & set(second.done)
    third = here_pool(3, 3)
    assert outcome(coins, toss(coins, tmp_path, third)) == alone
    assert third.done == []


def test_points_end_by_errors_or_by_their_most_frames(alone):
    stops = [point["stopped_by"] for point in alone["points"]]
    assert stops == ["errors", "most frames", "most frames", "most frames"]
    assert alone["points"][0]["errors"] >= 40
    assert alone["points"][1]["trials"] == 400


def test_little_is_measured_in_vain(coins, toss, here_pool, tmp_path):
    pool = here_pool(4, 1)
    counted = sum(tally.units for tally in toss(coins, tmp_path, pool))
    assert counted <= len(pool.done) <= counted + 4 * len(coins.points)
    assert len(set(pool.done)) == len(pool.done)


def test_no_two_units_share_their_noise(coins, toss, here_pool, tmp_path):
    pool = here_pool(4, 0)
    toss(coins, tmp_path, pool, seed=12)
    assert len(set(pool.seeds)) == len(pool.seeds) > 30
    assert {seed[0] for seed in pool.seeds} == {12}
