import numpy as np
import pytest

from radio.transmit.up_converter import BACK_OFF, UpConverter
from tests.radio.transmit.conftest import tone

LINK_HZ = 240e3


def spectrum_db(samples, rate_hz):
    """Power of each frequency relative to a tone at BACK_OFF."""
    windowed = samples * np.blackman(len(samples))
    power = np.abs(np.fft.fft(windowed) / np.blackman(len(samples)).sum() / BACK_OFF) ** 2
    return np.fft.fftfreq(len(samples), 1 / rate_hz), 10 * np.log10(power + 1e-20)


def converted(table, samples, offset_hz=0.0, block=1200):
    converter = UpConverter(table, LINK_HZ, offset_hz)
    parts = [converter.process(samples[start : start + block]) for start in range(0, len(samples), block)]
    return np.concatenate(parts)


@pytest.mark.parametrize("rate_hz", [100e3, 250e3, 960e3])
@pytest.mark.parametrize("offset_hz", [0.0, -1234.5])
def test_a_tone_comes_out_where_and_as_strong_as_it_should(table, rate_hz, offset_hz):
    out = converted(table(sample_rate_hz=rate_hz), tone(0.2, frequency_hz=3000.0), offset_hz)
    assert len(out) == pytest.approx(0.2 * rate_hz, abs=2)
    frequency_hz, power_db = spectrum_db(out[len(out) // 2 :], rate_hz)
    peak = np.argmax(power_db)
    assert frequency_hz[peak] == pytest.approx(3000.0 + offset_hz, abs=20)
    assert power_db[peak] == pytest.approx(0, abs=1.2)  # a tone between two bins
    assert abs(np.abs(out[len(out) // 2 :]).mean() - BACK_OFF) < 0.01


def test_whatever_comes_in_nothing_goes_out_beside_the_bandwidth(table):
    """A program gone mad: noise over the whole band. 20 kHz are kept, from 25 kHz on it is 60 dB down."""
    rng = np.random.default_rng(1)
    noise = rng.standard_normal((48_000, 2)).view(np.complex128)[:, 0].astype(np.complex64)
    out = converted(table(), noise)[2500:]
    frequency_hz, power_db = spectrum_db(out, 250e3)
    inside = 10 * np.log10(np.mean(10 ** (power_db[np.abs(frequency_hz) < 9e3] / 10)))
    outside = 10 * np.log10(np.mean(10 ** (power_db[np.abs(frequency_hz) > 12.5e3] / 10)))
    assert outside < inside - 58


def test_silence_stays_silence_to_the_last_bit(table):
    out = converted(table(), np.concatenate((tone(0.01), np.zeros(24_000, dtype=np.complex64))), 777.7)
    assert not out[-2000:].any()


def test_blocks_make_no_difference(table):
    signal = tone(0.05)
    whole, parts = converted(table(), signal, 500.0, len(signal)), converted(table(), signal, 500.0, 77)
    assert np.allclose(whole, parts, atol=1e-6)
