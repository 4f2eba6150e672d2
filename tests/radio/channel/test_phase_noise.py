import numpy as np
import pytest

from radio.channel.phase_noise import PhaseNoise, PhaseNoiseSettings

RATE_HZ = 1e6


def turned(count, seed=1, **given):
    samples = np.ones(count, dtype=np.complex64)
    PhaseNoise(PhaseNoiseSettings(**given), RATE_HZ, np.random.default_rng(seed)).turn(samples)
    return samples


def line_dbc_hz(samples, windows):
    """Power density of a carrier and its noise by frequency, averaged."""
    parts = samples.reshape(windows, -1)
    shape = np.blackman(parts.shape[1])
    power = np.mean(np.abs(np.fft.fft(parts * shape)) ** 2, axis=0) / (RATE_HZ * np.sum(shape**2))
    return np.fft.fftfreq(parts.shape[1], 1 / RATE_HZ), 10 * np.log10(power)


def around(frequency, power_db, f):
    near = (np.abs(frequency) > 0.9 * f) & (np.abs(frequency) < 1.1 * f)
    return 10 * np.log10(np.mean(10 ** (power_db[near] / 10)))


@pytest.mark.parametrize(("level_dbc_hz", "offset_hz"), [(-90.0, 10e3), (-70.0, 1e3)])
def test_the_line_falls_by_20_db_a_decade_through_the_level_said(level_dbc_hz, offset_hz):
    frequency, power_db = line_dbc_hz(turned(2**22, level_dbc_hz=level_dbc_hz, offset_hz=offset_hz), 256)
    for f in (3e3, 10e3, 30e3, 100e3):
        wanted = level_dbc_hz - 20 * np.log10(f / offset_hz)
        assert around(frequency, power_db, f) == pytest.approx(wanted, abs=0.4)


def test_below_its_width_the_line_is_lorentzian():
    """Of full width w at half power: w / (2 pi) / (f^2 + (w / 2)^2), w = 2 pi level offset^2 by its slope."""
    width_hz = 2 * np.pi * 10 ** (-50 / 10) * 10e3**2
    frequency, power_db = line_dbc_hz(turned(2**22, level_dbc_hz=-50.0), 256)
    for f in (width_hz / 4, width_hz / 2, width_hz, 4 * width_hz):
        wanted = 10 * np.log10(width_hz / (2 * np.pi) / (f**2 + (width_hz / 2) ** 2))
        assert around(frequency, power_db, f) == pytest.approx(wanted, abs=0.4)


def test_the_floor_is_white():
    found = turned(2**22, level_dbc_hz=-120.0, floor_dbc_hz=-100.0)
    frequency, power_db = line_dbc_hz(found, 256)
    for f in (100e3, 200e3, 400e3):
        assert around(frequency, power_db, f) == pytest.approx(-100, abs=0.3)


def test_only_the_phase_changes():
    np.testing.assert_allclose(np.abs(turned(100_000, level_dbc_hz=-60.0)), 1, atol=2e-6)


def test_the_phase_of_a_walk_spreads_evenly_with_time():
    """Variance (2 pi offset)^2 level t: 0.99 rad^2 after a millisecond at -86 dBc/Hz."""
    walks = [np.angle(turned(1001, seed=s, level_dbc_hz=-86.0)[[0, 1000]]) for s in range(1500)]
    level = 10**-8.6
    assert np.var(np.diff(walks, axis=1)) == pytest.approx((2 * np.pi * 10e3) ** 2 * level * 1e-3, rel=0.15)


def test_it_follows_from_the_seed_however_the_samples_are_cut():
    given = PhaseNoiseSettings(level_dbc_hz=-70.0, floor_dbc_hz=-110.0)
    x = np.random.default_rng(3).standard_normal(2000).astype(np.float32).view(np.complex64)
    whole, split = x.copy(), x.copy()
    PhaseNoise(given, RATE_HZ, np.random.default_rng(1)).turn(whole)
    noise = PhaseNoise(given, RATE_HZ, np.random.default_rng(1))
    for a, b in ((0, 1), (1, 1), (1, 333), (333, 1000)):
        noise.turn(split[a:b])
    np.testing.assert_array_equal(split, whole)
