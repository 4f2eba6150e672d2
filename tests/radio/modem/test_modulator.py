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


MODULATIONS = ["bpsk", "qpsk", "oqpsk", "gmsk", "gfsk"]


@pytest.mark.parametrize("modulation", MODULATIONS)
@pytest.mark.parametrize("rate", RATES)
def test_every_modulation_has_unit_mean_power(modulation, rate):
    x = modulator(rate, modulation).stream(symbols(8000))
    assert np.mean(np.abs(x[int(20 * 240e3 / rate) :]) ** 2) == pytest.approx(1, abs=0.02)


@pytest.mark.parametrize(
    ("modulation", "changes", "half_width", "share"),
    [
        ("qpsk", {}, 0.675, 0.9995),
        ("oqpsk", {}, 0.675, 0.9995),
        ("oqpsk", {"roll_off": 0.1}, 0.55, 0.997),
        ("gmsk", {"bt": 0.5}, 0.52, 0.985),  # 99 % within 1.04 times the rate (Murota, Hirade, 1981, table I)
        ("gmsk", {"bt": 0.3}, 0.455, 0.985),
        ("gfsk", {"bt": 0.5, "modulation_index": 1.0}, 1.0, 0.97),  # Carson: deviation and half the rate
    ],
)
def test_every_modulation_stays_within_its_bandwidth(modulation, changes, half_width, share):
    rate = 38400.0
    x = modulator(rate, modulation, **changes).burst(symbols(8000))
    spectrum = np.abs(np.fft.fft(x)) ** 2
    frequency = np.abs(np.fft.fftfreq(len(x), 1 / 240e3))
    assert spectrum[frequency <= half_width * rate].sum() / spectrum.sum() > share


@pytest.mark.parametrize("modulation", ["qpsk", "oqpsk"])
def test_the_first_of_two_symbols_lies_on_the_real_axis(modulation):
    """And, offset, the second one on the imaginary axis half a period later."""
    sent, up = symbols(160), 25
    x = modulator(9600.0, modulation).burst(sent)
    pulse = root_raised_cosine(0.35, 8).taps(up)
    filtered = np.convolve(x, pulse, mode="same") / up * np.sqrt(2)
    late = up / 2 if modulation == "oqpsk" else 0
    real = filtered.real[8 * up :: up][: 160 // 2]
    instants = 8 * up + late + up * np.arange(80)
    imaginary = np.interp(instants, np.arange(len(x)), filtered.imag)
    np.testing.assert_allclose(real, sent[0::2], atol=0.04)
    np.testing.assert_allclose(imaginary, sent[1::2], atol=0.06)


@pytest.mark.parametrize("modulation", MODULATIONS)
@pytest.mark.parametrize("line_code", ["nrz-l", "nrz-m"])
def test_a_stream_in_pieces_is_a_stream_and_a_bursts_beginning(modulation, line_code):
    sent = symbols(300)
    whole = modulator(38400.0, modulation, line_code=line_code).stream(sent)
    pieces = modulator(38400.0, modulation, line_code=line_code)
    joined = np.concatenate([pieces.stream(piece) for piece in np.split(sent, [0, 64, 66, 200])])
    np.testing.assert_allclose(joined, whole, atol=2e-6)
    burst = modulator(38400.0, modulation, line_code=line_code).burst(sent)
    np.testing.assert_allclose(burst[: len(whole)], whole, atol=2e-6)


@pytest.mark.parametrize("modulation", MODULATIONS)
@pytest.mark.parametrize("line_code", ["nrz-l", "nrz-m"])
def test_bursts_are_all_alike(modulation, line_code):
    sender, sent = modulator(38400.0, modulation, line_code=line_code), symbols(101 * 2)
    np.testing.assert_array_equal(sender.burst(sent), sender.burst(sent))


@pytest.mark.parametrize("modulation", MODULATIONS)
def test_nrz_m_sends_the_levels(modulation):
    sent = symbols(200)
    coded = np.cumprod(sent, dtype=np.int8)
    marked = modulator(38400.0, modulation, line_code="nrz-m")
    np.testing.assert_array_equal(marked.burst(sent), modulator(38400.0, modulation).burst(coded))


def test_the_delay_is_from_a_streams_first_sample_to_the_middle_of_its_first_symbol():
    sender = modulator(9600.0)
    x = sender.stream(np.array([1] + 40 * [-1, 1], dtype=np.int8))
    alone = modulator(9600.0).burst(np.array([1], dtype=np.int8))
    assert np.argmax(np.abs(alone)) == sender.delay_s * 240e3 == 200
    assert x[200].real > 0


def test_nothing_to_send_is_no_samples():
    for modulation in MODULATIONS:
        sender = modulator(38400.0, modulation, line_code="nrz-m")
        assert sender.stream(np.zeros(0, dtype=np.int8)).size == 0
