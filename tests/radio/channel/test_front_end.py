import numpy as np
import pytest

from radio.channel.front_end import FrontEnd
from radio.channel.gain_control import GainControlSettings
from radio.channel.impairments import FrontEndImpairments
from radio.channel.iq_imbalance import IqImbalance
from radio.channel.phase_noise import PhaseNoiseSettings

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


def impaired(seed=1, adc_bits=16, noise_rms_lsb=1000.0, **given):
    impairments = FrontEndImpairments(**given)
    return FrontEnd(RATE_HZ, 200e3, adc_bits, noise_rms_lsb, np.random.default_rng(seed), impairments)


def test_direct_current_is_a_spike_of_as_many_steps():
    received = impaired(dc_i_lsb=90.0, dc_q_lsb=-50.0).receive(np.zeros(2**18, dtype=np.complex64))
    assert np.mean(codes(received, 16).view(np.complex128)) == pytest.approx(90 - 50j, abs=8)


def test_below_a_step_noise_carries_the_direct_current_through_the_converter():
    received = impaired(adc_bits=8, noise_rms_lsb=4.0, dc_i_lsb=0.3).receive(np.zeros(2**18, dtype=np.complex64))
    assert np.mean(codes(received, 8).view(np.complex128)) == pytest.approx(0.3, abs=0.05)


def test_a_signal_has_an_image_on_the_other_side():
    tone = (300 * np.exp(2j * np.pi * 0.1 * np.arange(50_000))).astype(np.complex64)
    imbalance = IqImbalance(gain_db=0.5)  # (g + 1)^2 / (g - 1)^2 with g = 1.0593: 30.8 dB
    spectrum = np.abs(np.fft.fft(impaired(noise_rms_lsb=20.0, iq_imbalance=imbalance).receive(tone)[1000:49_000])) ** 2
    assert 10 * np.log10(spectrum[4800] / spectrum[-4800]) == pytest.approx(30.8, abs=0.2)


def test_a_strong_neighbour_is_spread_by_phase_noise():
    """40 dB over the noise per sample, -90 dBc/Hz at 10 kHz: there 40 - 90 + 53.8 dB over the noise."""
    tone = (100 * np.exp(2j * np.pi * 0.125 * np.arange(2**18))).astype(np.complex64)
    noise = PhaseNoiseSettings(level_dbc_hz=-90.0)
    parts = impaired(noise_rms_lsb=100.0, phase_noise=noise).receive(tone).reshape(64, -1) * np.blackman(4096)
    power = (
        np.mean(np.abs(np.fft.fft(parts)) ** 2, axis=0) / np.sum(np.blackman(4096) ** 2) / (2 * (100 / 32767.5) ** 2)
    )
    off_hz = np.fft.fftfreq(4096, 1 / RATE_HZ) - 0.125 * RATE_HZ
    near = (np.abs(off_hz) > 9.5e3) & (np.abs(off_hz) < 10.5e3)
    assert 10 * np.log10(np.mean(power[near]) - 1) == pytest.approx(40 - 90 + 10 * np.log10(RATE_HZ), abs=0.5)


def test_gain_control_takes_the_place_of_the_fixed_gain():
    control = GainControlSettings(rms_lsb=30.0, attack_s=0.005, decay_s=0.005)
    received = impaired(adc_bits=8, noise_rms_lsb=1.0, gain_control=control).receive(
        np.zeros(100_000, dtype=np.complex64)
    )
    lsb = codes(received, 8)
    assert np.std(lsb[:100]) < 10
    assert np.std(lsb[50_000:]) == pytest.approx(30, rel=0.05)


EVERYTHING = {
    "phase_noise": PhaseNoiseSettings(level_dbc_hz=-80.0),
    "iq_imbalance": IqImbalance(gain_db=0.3, phase_deg=-1.0),
    "dc_i_lsb": 1.5,
    "dc_q_lsb": -0.5,
    "gain_control": GainControlSettings(),
}


def test_with_everything_wrong_the_samples_follow_from_the_seed_too():
    x = np.ones(5000, dtype=np.complex64)
    whole, split = impaired(adc_bits=8, **EVERYTHING).receive(x), impaired(adc_bits=8, **EVERYTHING)
    parts = [split.receive(x[a:b]) for a, b in ((0, 1), (1, 1), (1, 1234), (1234, 5000))]
    np.testing.assert_array_equal(np.concatenate(parts), whole)
    assert not np.array_equal(impaired(2, 8, **EVERYTHING).receive(x), whole)


def test_the_signal_given_is_left_as_it_is():
    x = np.ones(100, dtype=np.complex64)
    impaired(**EVERYTHING).receive(x)
    np.testing.assert_array_equal(x, 1)


def test_noise_follows_from_the_seed_whatever_the_blocks():
    x = np.ones(5000, dtype=np.complex64)
    whole = front_end().receive(x)
    split = front_end()
    parts = [split.receive(x[a:b]) for a, b in ((0, 1), (1, 1), (1, 1234), (1234, 5000))]
    np.testing.assert_array_equal(np.concatenate(parts), whole)
    assert not np.array_equal(front_end(seed=2).receive(x), whole)
