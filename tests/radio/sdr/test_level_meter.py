import numpy as np
import pytest

from radio.sdr.level_meter import FULL_SCALE, LevelMeter


def test_a_level_is_told_at_the_end_of_each_span():
    meter = LevelMeter(100)
    half = np.full(60, 0.5, dtype=np.complex64)
    assert meter.add(half) is None
    level = meter.add(half)
    assert level is not None
    assert level.rms_dbfs == pytest.approx(-6.02)
    assert level.clipped_share == 0
    assert meter.add(half) is None


@pytest.mark.parametrize("value", [0.9969, -0.9953, 0.9969j, -0.9953j, 0.9922 + 0.9922j])
def test_a_sample_at_the_end_of_8_bits_is_clipped(value):
    samples = np.zeros(1000, dtype=np.complex64)
    samples[:3] = value
    level = LevelMeter(1000).add(samples)
    assert level is not None
    assert level.clipped_share == 0.003


def test_the_last_but_one_step_of_8_bits_is_not():
    """Of librtlsdr's octets as gr-osmosdr scales them: (octet - 127.4) / 128."""
    assert max((254 - 127.4) / 128, (127.4 - 1) / 128) < FULL_SCALE < min((255 - 127.4) / 128, 127.4 / 128)


def test_silence_and_no_samples_have_a_level_too():
    meter = LevelMeter(10)
    assert meter.add(np.zeros(0, dtype=np.complex64)) is None
    level = meter.add(np.zeros(10, dtype=np.complex64))
    assert level is not None
    assert (level.clipped_share, level.rms_dbfs) == (0, -200)
