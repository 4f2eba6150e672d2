import numpy as np
import pytest

from radio.channel.attenuator import AttenuationSettings, Attenuator, AttenuatorSettings
from radio.errors import ChannelError

RATE_HZ = 1000.0


def attenuator(*schedule, **given):
    entries = tuple(AttenuationSettings(time_s=time_s, attenuation_db=db) for time_s, db in schedule)
    return Attenuator(AttenuatorSettings(schedule=entries, **given), RATE_HZ)


def weakened(attenuator, count):
    samples = np.ones(count, dtype=np.complex64)
    attenuator.weaken(samples)
    return samples


@pytest.mark.parametrize("attenuation_db", np.arange(0, 64, 3.5))
def test_a_step_is_exact(attenuation_db):
    one = attenuator()
    one.set(attenuation_db)
    np.testing.assert_allclose(20 * np.log10(np.abs(weakened(one, 10).astype(complex))), -attenuation_db, atol=1e-6)


def test_the_schedule_is_kept_to_the_sample():
    one = attenuator((0.0, 1.0), (0.005, 20.0), (0.0072, 0.0))
    np.testing.assert_allclose(-20 * np.log10(np.abs(weakened(one, 9))), [1] * 5 + [20] * 2 + [0] * 2, atol=1e-5)


def test_a_setting_holds_until_the_schedules_next_entry():
    one = attenuator((0.004, 6.0))
    found = [weakened(one, 2)]
    one.set(3.0)
    found += [weakened(one, 3), weakened(one, 1)]
    assert one.attenuation_db == 6.0
    np.testing.assert_allclose(-20 * np.log10(np.abs(np.concatenate(found))), [0, 0, 3, 3, 6, 6], atol=1e-5)


def test_the_split_into_blocks_leaves_no_bit_different():
    schedule = ((0.0, 0.5), (0.011, 7.5), (0.013, 63.5), (0.03, 0.0))
    split = attenuator(*schedule)
    parts = [weakened(split, size) for size in (11, 0, 1, 1, 27)]
    np.testing.assert_array_equal(np.concatenate(parts), weakened(attenuator(*schedule), 40))


def test_without_attenuation_no_bit_changes():
    samples = np.random.default_rng(1).standard_normal(20).astype(np.float32).view(np.complex64)
    kept = samples.copy()
    attenuator().weaken(samples)
    np.testing.assert_array_equal(samples, kept)


@pytest.mark.parametrize("attenuation_db", [-0.5, 0.25, 32.0, float("nan")])
def test_what_is_no_step_is_refused(attenuation_db):
    one = attenuator(most_db=31.5)
    with pytest.raises(ChannelError, match=r"attenuation_db is .*, accepted: 0 to 31.5 dB in steps of 0.5 dB"):
        one.set(attenuation_db)
    assert one.attenuation_db == 0


def test_a_schedule_off_the_steps_or_out_of_order_is_refused():
    with pytest.raises(ChannelError, match=r"0 to 63\.5 dB in steps of 1 dB"):
        attenuator((0.0, 1.5), step_db=1.0)
    with pytest.raises(ChannelError, match=r"schedule is .*rising times"):
        attenuator((1.0, 1.0), (1.0, 2.0))
