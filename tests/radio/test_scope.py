"""What a receiver hears as instruments show it."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from radio.modem.reception import FrameQuality, Reception
from radio.profile import Profile
from radio.scope import BINS, FLOOR_DB, MOST_POINTS, MOST_RECEPTIONS, STEP_DB, UNIT, Scope, SeenReception

DOWNLINK = Profile.load("leo-bpsk").downlink
CODING_GAIN_DB = 10 * math.log10(38400 / DOWNLINK.information_rate_bit_s)


@pytest.fixture
def scope() -> Scope:
    scope = Scope(DOWNLINK)
    scope.look(True)
    return scope


def noise(count: int, power: float = 1.0, seed: int = 1) -> NDArray[np.complex64]:
    rng = np.random.default_rng(seed)
    samples = rng.normal(size=count) + 1j * rng.normal(size=count)
    return (samples * math.sqrt(power / 2)).astype(np.complex64)


def tone(count: int, cycles: float) -> NDArray[np.complex64]:
    """A carrier of unit power that turns so often in 128 samples."""
    return np.exp(2j * np.pi * cycles / BINS * np.arange(count)).astype(np.complex64)


def shown_db(scope: Scope) -> NDArray[np.float64]:
    row = scope.take().spectrum
    assert row is not None
    assert (row.shape, row.dtype) == ((BINS,), np.uint8)
    return FLOOR_DB + STEP_DB * row.astype(np.float64)


def reception(at_s: float = 1.0, es_n0_db: float = 9.0, points: int = 256, **how: float) -> Reception:
    symbols = np.where(np.arange(points) % 2, 1, -1).astype(np.complex64)
    return Reception(b"frame", FrameQuality(at_s - 0.1, at_s, es_n0_db, 10.0, how.get("offset_hz", 11.0), 2, symbols))


# -- the spectrum ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("power", [1e-4, 1.0, 100.0])
def test_white_noise_is_flat_and_all_bins_have_its_power_together(scope: Scope, power: float) -> None:
    scope.hear(noise(32 * BINS, power), 0.1)
    for seed in range(30):
        scope.hear(noise(32 * BINS, power, seed), 0.2)
    levels_db = shown_db(scope)
    assert levels_db == pytest.approx(np.full(BINS, 10 * math.log10(power / BINS)), abs=1.0)
    assert np.sum(10 ** (levels_db / 10)) == pytest.approx(power, rel=0.1)


@given(cycles=st.integers(-64, 63))
def test_a_carrier_stands_where_its_frequency_is_and_nowhere_else(cycles: int) -> None:
    scope = Scope(DOWNLINK)
    scope.look(True)
    scope.hear(tone(2400, cycles), 0.1)
    levels_db = shown_db(scope)
    assert np.argmax(levels_db) == cycles + BINS // 2
    # a Hann window gives a carrier on a bin 2/3 of its power there and 1/6 in each of the bins beside it
    assert levels_db.max() == pytest.approx(10 * math.log10(2 / 3), abs=STEP_DB)
    beside = np.roll(levels_db, -(cycles + BINS // 2))
    assert beside[[1, -1]] == pytest.approx(10 * math.log10(1 / 6), abs=STEP_DB)
    assert beside[2:-1].max() < -60


def test_a_look_is_at_what_came_since_the_last(scope: Scope) -> None:
    scope.hear(tone(2400, 20), 0.1)
    shown_db(scope)
    assert scope.take().spectrum is None
    scope.hear(tone(2400, -20), 0.2)
    assert np.argmax(shown_db(scope)) == 44


def test_blocks_shorter_than_a_window_are_put_together(scope: Scope) -> None:
    samples = tone(1000, 7)
    for start in range(0, 1000, 50):
        scope.hear(samples[start : start + 50], 0.1)
    assert np.argmax(shown_db(scope)) == 71


def test_of_a_long_block_windows_from_its_beginning_to_its_end_count(scope: Scope) -> None:
    half = 2000 * BINS // 2
    scope.hear(np.concatenate((tone(half, 20), tone(half, -20))), 0.1)
    assert scope._windows <= 32
    levels_db = shown_db(scope)
    assert levels_db[84] == pytest.approx(levels_db[44], abs=1.0)


@pytest.mark.parametrize("bad", [np.nan, np.inf, 1e30, complex(0, np.nan)])
def test_samples_that_are_no_readings_are_left_out(scope: Scope, bad: complex) -> None:
    samples = tone(2400, 20)
    samples[5] = bad
    scope.hear(samples, 0.1)
    assert np.argmax(shown_db(scope)) == 84
    scope.hear(np.full(2400, bad, dtype=np.complex64), 0.2)
    scope.take()


@pytest.mark.parametrize(("amplitude", "value"), [(0.0, 0), (1e-7, 0), (1e8, 255)])
def test_levels_end_at_both_ends_of_the_scale(scope: Scope, amplitude: float, value: int) -> None:
    scope.hear((tone(2400, 0) * amplitude).astype(np.complex64), 0.1)
    row = scope.take().spectrum
    assert row is not None
    assert row[64] == value


# -- the constellation and the receptions ------------------------------------------------------------------------------


@pytest.mark.parametrize(("points", "shown"), [(1, 1), (128, 128), (129, 65), (256, 128), (0, 0)])
def test_the_constellation_is_that_of_the_last_good_frame(scope: Scope, points: int, shown: int) -> None:
    scope.add(reception(points=200), accepted=True)
    scope.add(reception(points=points), accepted=True)
    scope.add(reception(points=50), accepted=False)
    seen = scope.take().constellation
    if not shown:
        assert seen is None
        return
    assert seen is not None
    assert (seen.shape, seen.dtype) == ((shown, 2), np.int8)
    assert len(seen) <= MOST_POINTS
    assert set(map(tuple, seen.tolist())) <= {(UNIT, 0), (-UNIT, 0)}
    assert scope.take().constellation is None


def test_symbols_far_out_stand_at_the_edge(scope: Scope) -> None:
    symbols = np.array([3 + 4j, -3 - 4j, 0.5j], dtype=np.complex64)
    scope.add(Reception(b"", FrameQuality(0.0, 0.1, 9.0, 0.0, 0.0, 0, symbols)), accepted=True)
    seen = scope.take().constellation
    assert seen is not None
    assert seen.tolist() == [[127, 127], [-127, -127], [0, 24]]


def test_receptions_tell_what_was_measured(scope: Scope) -> None:
    scope.add(reception(1.0, 9.0), accepted=True)
    scope.add(reception(2.0, math.nan, offset_hz=math.nan), accepted=False)
    assert CODING_GAIN_DB > 3
    assert scope.take().receptions == (
        SeenReception(1.0, 9.0, pytest.approx(9.0 + CODING_GAIN_DB), 11.0, 2, True),
        SeenReception(2.0, None, None, None, 2, False),
    )
    assert scope.take().receptions == ()


def test_the_latest_receptions_are_kept(scope: Scope) -> None:
    for at_s in range(100):
        scope.add(reception(float(at_s)), accepted=True)
    seen = scope.take().receptions
    assert [each.at_s for each in seen] == [float(at_s) for at_s in range(100 - MOST_RECEPTIONS, 100)]


# -- whether it looks --------------------------------------------------------------------------------------------------


def test_it_looks_only_while_it_is_told_to(scope: Scope) -> None:
    def feed() -> None:
        scope.hear(tone(2400, 20), 0.1)
        scope.add(reception(), accepted=True)

    feed()
    scope.look(False)
    feed()
    view = scope.take()
    assert (view.spectrum, view.constellation, view.receptions) == (None, None, ())
    scope.look(True)
    feed()
    assert scope.take().spectrum is not None
