import numpy as np
import pytest
from scipy.stats import kstest, t

from radio.channel.waves import Waves, spread_over

TIMES_S = np.linspace(-3.0, 1e5, 500)


def waves(count=24, seed=1):
    rng = np.random.default_rng(seed)
    frequencies_hz = rng.uniform(-20, 20, count)
    return Waves(frequencies_hz, rng), frequencies_hz


def exactly(frequencies_hz, seed=1):
    rng = np.random.default_rng(seed)
    rng.uniform(-20, 20, len(frequencies_hz))
    phases = rng.uniform(-np.pi, np.pi, len(frequencies_hz))
    return np.exp(1j * (2 * np.pi * np.outer(TIMES_S, frequencies_hz) + phases)).sum(axis=1)


@pytest.mark.parametrize("count", [1, 24, 49])
def test_they_are_summed_up(count):
    process, frequencies_hz = waves(count)
    wanted = exactly(frequencies_hz)
    np.testing.assert_allclose(process.gain(TIMES_S), wanted / np.sqrt(count), atol=3e-6)
    np.testing.assert_allclose(process.value(TIMES_S), wanted.real * np.sqrt(2 / count), atol=3e-6)


def test_frequencies_are_spread_as_the_power_is():
    """(1 + x^2)^(-4/3) is the density of Student's t of 5/3 degrees, x = t / sqrt(5/3)."""
    drawn = [spread_over(lambda x: (1 + x**2) ** (-4 / 3), 30.0, 48, np.random.default_rng(s)) for s in range(40)]
    student = t(5 / 3)
    tail = student.cdf(-30 * np.sqrt(5 / 3))
    found = kstest(np.concatenate(drawn), lambda x: (student.cdf(x * np.sqrt(5 / 3)) - tail) / (1 - 2 * tail))
    assert found.statistic < 0.008  # one of each part of equal power: closer than chance would be
    assert all(np.all(np.diff(each) > 0) for each in drawn)
