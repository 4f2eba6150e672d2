import numpy as np
import pytest

from radio.channel.front_end import FrontEnd

RATE_HZ = 240e3


def front_end(bandwidth_hz=200e3, adc_bits=16, noise_rms_lsb=1000.0, seed=1):
    return FrontEnd(RATE_HZ, bandwidth_hz, adc_bits, noise_rms_lsb, np.random.default_rng(seed))


def codes(samples, adc_bits):
    return samples.view(np.float32).astype(np.float64) * (2 ** (adc_bits - 1) - 0.5)


@pytest.mark.parametrize("bandwidth_hz", [60e3, 200e3, RATE_HZ])
def test_noise_in_the_band_has_the_density_that_the_path_counts_on(bandwidth_hz):
    """Unit power per sample over the whole sample rate: that many LSB squared, on both axes, in the band."""
    received = front_end(bandwidth_hz).receive(np.zeros(2**18, dtype=np.complex64))
    lsb = codes(received, 16).view(np.complex128)
    spectrum = np.abs(np.fft.fft(lsb)) ** 2 / len(lsb)
    frequency = np.abs(np.fft.fftfreq(len(lsb), 1 / RATE_HZ))
    assert spectrum[frequency < 0.44 * bandwidth_hz].mean() == pytest.approx(2 * 1000.0**2, rel=0.02)
    beyond = frequency > 0.56 * bandwidth_hz
    if beyond.any():
        assert 10 * np.log10(spectrum[beyond].mean() / (2 * 1000.0**2)) < -55


def test_a_signal_keeps_its_ratio_to_the_noise():
    tone = (5 * np.exp(2j * np.pi * 0.1 * np.arange(50_000))).astype(np.complex64)
    lsb = codes(front_end().receive(tone), 16).view(np.complex128)[1000:]
    amplitude = np.abs(np.mean(lsb * np.exp(-2j * np.pi * 0.1 * np.arange(len(lsb)))))
    assert amplitude == pytest.approx(5 * np.sqrt(2) * 1000.0, rel=0.01)


@pytest.mark.parametrize("adc_bits", [2, 8, 12])
def test_what_comes_out_lies_on_the_converters_steps(adc_bits):
    """As an RTL2832U's octet c gives (c - 127.5) / 127.5: half a step off zero, 2^bits levels, full scale 1."""
    received = front_end(adc_bits=adc_bits, noise_rms_lsb=2**adc_bits).receive(np.zeros(50_000, dtype=np.complex64))
    found = codes(received, adc_bits)
    np.testing.assert_allclose(found - np.floor(found), 0.5, atol=1e-3)
    assert len(np.unique(np.round(found - 0.5))) == 2**adc_bits
    assert np.abs(received.view(np.float32)).max() == pytest.approx(1)


def test_what_is_clipped_is_counted():
    quiet, loud = front_end(adc_bits=8, noise_rms_lsb=4.0), front_end(adc_bits=8, noise_rms_lsb=128.0)
    wide, silence = front_end(adc_bits=16, noise_rms_lsb=128.0), np.zeros(100_000, dtype=np.complex64)
    quiet.receive(silence)
    limited, free = codes(loud.receive(silence), 8), codes(wide.receive(silence), 16)
    beyond = np.abs(free) > 128
    assert (quiet.clipped, wide.clipped, loud.clipped) == (0, 0, np.count_nonzero(beyond))
    assert loud.clipped > 10_000
    np.testing.assert_allclose(limited, np.clip(free, -127.5, 127.5), atol=0.01)


def test_noise_follows_from_the_seed_whatever_the_blocks():
    x = np.ones(5000, dtype=np.complex64)
    whole = front_end().receive(x)
    split = front_end()
    parts = [split.receive(x[a:b]) for a, b in ((0, 1), (1, 1), (1, 1234), (1234, 5000))]
    np.testing.assert_array_equal(np.concatenate(parts), whole)
    assert not np.array_equal(front_end(seed=2).receive(x), whole)
