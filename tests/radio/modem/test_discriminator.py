import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from radio.modem.discriminator import Discriminator

SAMPLES_PER_SYMBOL = 4


def tone(cycles_per_symbol: float, count: int = 400) -> np.ndarray:
    return np.exp(2j * np.pi * cycles_per_symbol / SAMPLES_PER_SYMBOL * np.arange(count)).astype(np.complex64)


@pytest.mark.parametrize("half_rates", [-1.9, -0.5, 0.0, 0.5, 1.0])
def test_a_tone_reads_as_its_frequency_in_half_symbol_rates(half_rates: float) -> None:
    found = Discriminator(SAMPLES_PER_SYMBOL).process(tone(half_rates / 2))
    assert found.dtype == np.float32
    assert found[1:] == pytest.approx(np.full(399, half_rates), abs=1e-5)


def test_the_amplitude_does_not_matter() -> None:
    x = tone(0.3)
    envelope = np.linspace(0.01, 100, len(x)).astype(np.float32)
    found = Discriminator(SAMPLES_PER_SYMBOL).process(x * envelope)
    assert found[1:] == pytest.approx(np.full(399, 0.6), abs=1e-4)


def test_nothing_has_no_frequency() -> None:
    assert not Discriminator(SAMPLES_PER_SYMBOL).process(np.zeros(8, dtype=np.complex64)).any()


@given(st.lists(st.integers(0, 400), max_size=5), st.integers(0, 2**32 - 1))
def test_any_split_gives_the_same(cuts: list[int], seed: int) -> None:
    rng = np.random.default_rng(seed)
    x = (rng.standard_normal(400) + 1j * rng.standard_normal(400)).astype(np.complex64)
    split = Discriminator(SAMPLES_PER_SYMBOL)
    parts = [split.process(part) for part in np.split(x, sorted(cuts))]
    assert np.array_equal(np.concatenate(parts), Discriminator(SAMPLES_PER_SYMBOL).process(x))
