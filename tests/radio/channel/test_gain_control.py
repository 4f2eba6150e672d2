import numpy as np
import pytest

from radio.channel.gain_control import GainControl, GainControlSettings

RATE_HZ = 240e3


def control(gain=1.0, **given):
    return GainControl(
        GainControlSettings(**{"rms_lsb": 20.0, "attack_s": 0.01, "decay_s": 0.05, **given}), RATE_HZ, gain
    )


def scaled(control, samples):
    samples = samples.astype(np.complex64)
    control.scale(samples)
    return samples


@pytest.mark.parametrize("power_db", [-40.0, 0.0, 30.0])
def test_the_level_comes_to_the_one_said(power_db):
    rng = np.random.default_rng(1)
    noise = 10 ** (power_db / 20) * rng.standard_normal(600_000).view(np.complex128)
    settled = scaled(control(attack_s=0.02, decay_s=0.02), noise)[-100_000:]
    assert np.sqrt(np.mean(np.abs(settled) ** 2) / 2) == pytest.approx(20, rel=0.03)


@pytest.mark.parametrize(("before", "after", "constant_s"), [(1.0, 5.0, 0.01), (5.0, 1.0, 0.05)])
def test_attack_and_decay_take_their_time_constants(before, after, constant_s):
    """The power measured goes exponentially from the one to the other; the gain follows its root."""
    steps = np.concatenate((np.full(120_000, before), np.full(60_000, after))) + 0j
    found = np.abs(scaled(control(), steps))[120_000:]
    time_s = (np.arange(60_000) - 64) / RATE_HZ  # what has been measured is a cell old
    power = after**2 + (before**2 - after**2) * np.exp(-np.maximum(time_s, 0) / constant_s)
    np.testing.assert_allclose(found[200:], (after * 20 * np.sqrt(2) / np.sqrt(power))[200:], rtol=0.03)


def test_it_begins_at_the_gain_given_and_follows_what_is_past():
    found = scaled(control(gain=3.0), np.full(200, 100.0 + 0j))
    np.testing.assert_allclose(np.abs(found[:64]), 300, rtol=1e-5)
    assert np.abs(found[100]) < 290


def test_the_split_into_blocks_leaves_no_bit_different():
    x = np.random.default_rng(2).standard_normal(4000).view(np.complex128) * np.linspace(1, 30, 2000)
    split = control()
    parts = [scaled(split, x[a:b]) for a, b in ((0, 1), (1, 1), (1, 64), (64, 777), (777, 2000))]
    np.testing.assert_array_equal(np.concatenate(parts), scaled(control(), x))
