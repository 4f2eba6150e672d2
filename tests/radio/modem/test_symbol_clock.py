import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from radio.modem.symbol_clock import SymbolClock, SymbolRun, integrate_and_dump

PERIOD = 4
SKIPPED = 100
"""Symbols at either end that are not compared."""


def waveform(symbols: np.ndarray, ppm: float = 0.0, late: float = 0.0, period: int = PERIOD) -> np.ndarray:
    """Rectangular symbols, each sample the mean over its own span; a clock that is ppm fast."""
    span = period / (1 + ppm * 1e-6)
    edges = np.arange(int(len(symbols) * span) - period) - 0.5
    reached = np.concatenate(([0.0], np.cumsum(symbols)))  # the integral of the signal, in symbols

    def integral(samples: np.ndarray) -> np.ndarray:
        return np.interp((samples - late) / span, np.arange(len(symbols) + 1), reached)

    return ((integral(edges + 1) - integral(edges)) * span).astype(np.float32)


def random_symbols(count: int, seed: int = 1) -> np.ndarray:
    return 1 - 2 * np.random.default_rng(seed).integers(0, 2, count)


def run_of(clock: SymbolClock, samples: np.ndarray, block: int = 1000) -> SymbolRun:
    runs = [clock.process(samples[k : k + block]) for k in range(0, len(samples), block)]
    return SymbolRun(np.concatenate([r.soft for r in runs]), np.concatenate([r.instants for r in runs]))


def wrong(run: SymbolRun, symbols: np.ndarray, first: int = 0) -> int:
    """Wrong symbols, where those taken are symbols first, first + 1 ..."""
    hard = np.sign(run.soft[SKIPPED:])
    return int(np.count_nonzero(hard != symbols[first + SKIPPED : first + SKIPPED + len(hard)]))


@pytest.mark.parametrize("period", [4, 6, 8])
@pytest.mark.parametrize("centre", [0.0, 0.3, -0.5])
def test_integrate_and_dump_averages_over_one_symbol_where_told(period: int, centre: float) -> None:
    taps = integrate_and_dump(period, centre)
    n = np.arange(len(taps)) - len(taps) // 2
    assert taps.sum() == pytest.approx(1)
    assert (taps * n).sum() == pytest.approx(centre, abs=1e-9)
    assert taps.max() == pytest.approx(1 / period)


@pytest.mark.parametrize("late", [0.0, 0.7, 1.9, 3.3])
def test_symbols_are_taken_in_their_middle(late: float) -> None:
    symbols = random_symbols(3000)
    run = run_of(SymbolClock(PERIOD, 0.0), waveform(symbols, late=late))
    away = (run.instants[SKIPPED:] - late) % PERIOD - PERIOD / 2
    assert np.abs(away).max() < 0.1
    assert np.abs(run.soft[SKIPPED:]).min() > 0.7  # samples that lie half in the next symbol


@pytest.mark.parametrize("ppm", [-100.0, 0.0, 100.0])
def test_a_clock_that_is_off_is_followed_for_any_time(ppm: float) -> None:
    symbols = random_symbols(60_000)
    run = run_of(SymbolClock(PERIOD, 0.0), waveform(symbols, ppm, late=1.0))
    assert len(run.soft) > 59_000
    assert min(wrong(run, symbols, first) for first in (0, 1)) == 0


@pytest.mark.parametrize("ppm", [-9000.0, 8072.0])
def test_a_clock_that_is_far_off_needs_to_be_told(ppm: float) -> None:
    symbols = random_symbols(20_000)
    samples = waveform(symbols, ppm, late=1.0)
    told, untold = (run_of(SymbolClock(PERIOD, tolerance), samples) for tolerance in (0.01, 0.0))
    assert min(wrong(told, symbols, first) for first in (0, 1)) == 0
    assert min(wrong(untold, symbols, first) for first in (0, 1)) > 1000


def test_a_constant_part_does_not_move_the_timing() -> None:
    samples = waveform(random_symbols(3000), late=0.5)
    plain, lifted = (run_of(SymbolClock(PERIOD, 0.0), samples + offset) for offset in (np.float32(0), np.float32(3)))
    assert np.abs(plain.instants - lifted.instants).max() < 0.05


def test_noise_does_not_slip_a_symbol() -> None:
    symbols = random_symbols(30_000)
    noise = np.random.default_rng(2).standard_normal(len(waveform(symbols, 50.0, 1.0))).astype(np.float32)
    run = run_of(SymbolClock(PERIOD, 0.0), waveform(symbols, 50.0, 1.0) + noise)  # Es/N0 of 3 dB
    assert min(wrong(run, symbols, first) for first in (0, 1)) < 0.03 * len(symbols)


def test_a_constant_ahead_of_the_symbols_does_not_hold_their_timing_back() -> None:
    symbols = random_symbols(3000)
    samples = np.concatenate((np.full(8001, 0.3), 0.3 + 0.5 * waveform(symbols))).astype(np.float32)
    run = run_of(SymbolClock(PERIOD, 0.0), samples)
    data = run.instants > 8001
    away = (run.instants[data] - 8001) % PERIOD - PERIOD / 2
    assert np.abs(away[8:]).max() < 0.25


def test_silence_gives_symbols_of_no_height() -> None:
    run = run_of(SymbolClock(PERIOD, 0.0), np.zeros(20_000, dtype=np.float32))
    assert len(run.soft) > 4000
    assert not run.soft.any()


@settings(max_examples=20)
@given(st.lists(st.integers(0, 6000), max_size=6), st.sampled_from([0.0, 0.01]))
def test_any_split_gives_the_same(cuts: list[int], tolerance: float) -> None:
    samples = waveform(random_symbols(1600), 70.0, 0.4)[:6000]
    whole = SymbolClock(PERIOD, tolerance).process(samples)
    clock = SymbolClock(PERIOD, tolerance)
    runs = [clock.process(part) for part in np.split(samples, sorted(cuts))]
    assert np.array_equal(np.concatenate([r.soft for r in runs]), whole.soft)
    assert np.array_equal(np.concatenate([r.instants for r in runs]), whole.instants)
