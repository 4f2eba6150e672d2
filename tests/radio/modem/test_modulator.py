import numpy as np
import pytest

from radio.errors import ProfileError
from radio.modem.modulator import Modulator
from radio.modem.pulse import root_raised_cosine
from radio.modem.shapers import PULSE_SPAN_SYMBOLS
from radio.profile import Profile

RATES = [9600.0, 38400.0, 50e3]


def modulator(rate, modulation="bpsk", **changes):
    profile = Profile.load("leo-bpsk").downlink
    return Modulator(profile.model_copy(update={"symbol_rate_baud": rate, "modulation": modulation, **changes}), 240e3)


def symbols(count, seed=1):
    return np.random.default_rng(seed).choice(np.array([-1, 1], dtype=np.int8), count)


@pytest.mark.parametrize("rate", RATES)
def test_mean_power_is_one(rate):
    sent = symbols(4000)
    x = modulator(rate).burst(sent)
    assert x.dtype == np.complex64
    assert np.sum(np.abs(x) ** 2) / (len(sent) * 240e3 / rate) == pytest.approx(1, abs=0.02)


@pytest.mark.parametrize("rate", RATES)
def test_power_stays_within_the_occupied_bandwidth(rate):
    x = modulator(rate).burst(symbols(4000))
    spectrum = np.abs(np.fft.fft(x)) ** 2
    inside = np.abs(np.fft.fftfreq(len(x), 1 / 240e3)) <= (1 + 0.35) / 2 * rate
    assert spectrum[inside].sum() / spectrum.sum() > 0.9995


@pytest.mark.parametrize(("rate", "up"), [(9600.0, 25), (38400.0, 6.25)])
def test_symbol_k_is_centred_half_a_pulse_and_k_symbols_after_the_first_sample(rate, up):
    """The matched filter, read there, gives the symbols back."""
    sent = symbols(80)
    x = modulator(rate).burst(sent)
    found = []
    for k in range(len(sent)):
        nearest = round((k + PULSE_SPAN_SYMBOLS / 2) * up)
        pulse = root_raised_cosine(0.35, 8).taps(up, (k + PULSE_SPAN_SYMBOLS / 2) * up - nearest)
        half = len(pulse) // 2
        found.append(np.sum(x[nearest - half : nearest + half + 1].real * pulse) / up)
    np.testing.assert_allclose(found, sent, atol=0.03)


@pytest.mark.parametrize("rate", RATES)
def test_a_burst_is_a_pulse_longer_than_its_symbols(rate):
    x = modulator(rate).burst(symbols(101))
    assert len(x) == pytest.approx((101 + PULSE_SPAN_SYMBOLS) * 240e3 / rate, abs=240e3 / rate)


def test_symbol_rates_that_do_not_fit_are_refused():
    with pytest.raises(ProfileError, match=r"symbol_rate_baud is 150000.0.*half the sample rate"):
        modulator(150e3)
    with pytest.raises(ProfileError, match=r"sample_rate_hz is 240000.0.*9601"):
        modulator(9601.0)
