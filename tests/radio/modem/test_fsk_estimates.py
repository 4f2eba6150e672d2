"""What is estimated block by block: sums over neighbours, the carrier offset, the two levels."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from radio.modem.fsk_carrier import BLOCK_SYMBOLS, CarrierRemoval
from radio.modem.fsk_level import SymbolLevel
from radio.modem.fsk_smoothing import MovingSum

PERIOD = 4


def removal(signal: float = 1.0, noise: float = 0.0) -> CarrierRemoval:
    return CarrierRemoval(PERIOD, signal, noise)


def in_parts(process, samples: np.ndarray, cuts: list[int]) -> list:
    return [process(part) for part in np.split(samples, sorted(cuts))]


def test_a_moving_sum_is_that_of_the_neighbours_on_both_sides() -> None:
    sums = MovingSum(1).process(np.array([1.0, 10.0, 100.0, 1000.0]))
    assert sums.tolist() == [11.0, 111.0, 1110.0]


@given(st.lists(st.integers(0, 30), max_size=5))
def test_a_moving_sum_is_the_same_for_any_split(cuts: list[int]) -> None:
    values = np.random.default_rng(3).standard_normal((30, 2))
    split = MovingSum(4)
    assert np.array_equal(np.concatenate(in_parts(split.process, values, cuts)), MovingSum(4).process(values))


@pytest.mark.parametrize("cycles", [-0.3, 0.0, 0.02, 0.45])
def test_the_carrier_is_brought_to_zero_and_its_offset_told(cycles: float) -> None:
    tone = np.exp(2j * np.pi * cycles * np.arange(8000)).astype(np.complex64)
    still, blocks = removal().process(tone)
    steps = blocks[:, 0]
    assert blocks[:, 1:] == pytest.approx(np.ones((len(blocks), 2)), abs=1e-3)
    assert steps == pytest.approx(np.full(len(steps), 2 * np.pi * cycles), abs=1e-4)
    turns = np.angle(still[1:] * still[:-1].conj())
    assert np.abs(turns[200:]).max() < 1e-3
    assert np.abs(still) == pytest.approx(np.ones(len(still)), abs=1e-3)


@pytest.mark.parametrize("cycles", [-0.15, 0.1])
def test_coloured_noise_does_not_draw_the_carrier_to_the_middle(cycles: float) -> None:
    rng = np.random.default_rng(12)
    data = np.repeat(rng.choice([-1.0, 1.0], 8000), PERIOD)
    signal = np.exp(1j * (2 * np.pi * cycles * np.arange(32_000) + np.cumsum(data) * 0.4))
    white = (rng.standard_normal(32_001) + 1j * rng.standard_normal(32_001)) / np.sqrt(2)
    coloured = (white[1:] + white[:-1]) / np.sqrt(2)  # as strong as the signal, with a correlation of 1/2
    _, blocks = removal(np.cos(0.4), 0.5).process((signal + coloured).astype(np.complex64))
    assert np.mean(blocks[:, 0]) == pytest.approx(2 * np.pi * cycles, abs=0.02)


def test_a_carrier_that_moves_is_followed() -> None:
    n = np.arange(40_000)
    still, _ = removal().process(np.exp(1j * np.pi * 1e-6 * n**2).astype(np.complex64))
    turns = np.angle(still[1:] * still[:-1].conj())
    settled = turns[20 * BLOCK_SYMBOLS * PERIOD :]
    assert np.abs(settled).max() < 1e-3


@settings(max_examples=20)
@given(st.lists(st.integers(0, 6000), max_size=5))
def test_the_carrier_is_removed_alike_for_any_split(cuts: list[int]) -> None:
    rng = np.random.default_rng(4)
    x = (rng.standard_normal(6000) + 1j * rng.standard_normal(6000)).astype(np.complex64)
    whole, blocks = removal().process(x)
    parts = in_parts(removal().process, x, cuts)
    assert np.array_equal(np.concatenate([p[0] for p in parts]), whole)
    assert np.array_equal(np.concatenate([p[1] for p in parts]), blocks)


@pytest.mark.parametrize("ones", [0.5, 0.9])
def test_the_threshold_is_in_the_middle_however_many_symbols_are_at_each_level(ones: float) -> None:
    rng = np.random.default_rng(5)
    soft = np.where(rng.random(4000) < ones, 1.3, 0.1) + 0.1 * rng.standard_normal(4000)
    thresholds = SymbolLevel().process(soft.astype(np.float32))
    assert len(thresholds) > 3600
    assert thresholds == pytest.approx(np.full(len(thresholds), 0.7), abs=0.03)


def test_noise_before_a_burst_does_not_move_its_threshold() -> None:
    rng = np.random.default_rng(6)
    noise = 3 * rng.standard_normal(1280)
    burst = 0.5 + rng.choice([-1.0, 1.0], 1280) + 0.1 * rng.standard_normal(1280)
    thresholds = SymbolLevel().process(np.concatenate((noise, burst)).astype(np.float32))
    assert thresholds[1280:] == pytest.approx(np.full(len(thresholds) - 1280, 0.5), abs=0.1)


def test_a_run_of_equal_symbols_keeps_the_threshold() -> None:
    rng = np.random.default_rng(7)
    data = rng.choice([-1.0, 1.0], 640)
    soft = np.concatenate((data, np.ones(128), data)) + 0.1 * rng.standard_normal(1408)
    assert np.abs(SymbolLevel().process(soft.astype(np.float32))).max() < 0.1


def test_symbols_without_a_level_have_a_threshold() -> None:
    assert not SymbolLevel().process(np.zeros(1000, dtype=np.float32)).any()
