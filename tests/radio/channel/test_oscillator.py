import numpy as np
import pytest

from radio.channel.oscillator import Oscillator, WarmUpSettings


def test_a_settled_oscillator_gains_evenly():
    np.testing.assert_allclose(Oscillator(2.0).lag_s(np.array([0.0, 10.0])), [0.0, 20e-6])


def test_a_cold_oscillator_approaches_its_settled_error():
    """d lag / dt = settled + cold exp(-t / constant)."""
    oscillator = Oscillator(-3.0, WarmUpSettings(cold_ppm=10.0, time_constant_s=60.0))
    time_s = np.linspace(0, 600, 60_001)
    lag_s = oscillator.lag_s(time_s)
    assert lag_s[0] == 0
    between_s = (time_s[1:] + time_s[:-1]) / 2
    np.testing.assert_allclose(np.diff(lag_s) / 0.01 * 1e6, -3 + 10 * np.exp(-between_s / 60), atol=1e-5)
    assert (lag_s[-1] - lag_s[-2]) / 0.01 * 1e6 == pytest.approx(-3, abs=1e-3)
