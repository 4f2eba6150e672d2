import numpy as np
import pytest

from radio.modem.certainty import carrier_certainty, level, marker_certainty
from radio.modem.waveform import waveform_of

COHERENT = ["bpsk", "qpsk", "oqpsk", "gmsk"]


@pytest.fixture
def waveform(link):
    return lambda modulation: waveform_of(link(modulation).profile)


def noise(count, rng, power=1.0):
    return np.sqrt(power / 2) * (rng.standard_normal(count) + 1j * rng.standard_normal(count)).astype(np.complex64)


def draws(make, count=2000):
    rng = np.random.default_rng(1)
    return np.array([make(rng) for _ in range(count)])


@pytest.mark.parametrize("modulation", COHERENT)
@pytest.mark.parametrize("power", [1e-6, 1.0, 1e6])
def test_in_noise_both_are_of_zero_mean_and_unit_deviation(waveform, symbols, modulation, power):
    """So that a certainty of c happens by chance as often as a normal variable exceeds c."""
    shape = waveform(modulation)
    marker = shape.ticks(symbols(64))
    for found in (
        draws(lambda rng: marker_certainty(noise(len(marker), rng, power), marker)),
        draws(lambda rng: carrier_certainty(noise(512, rng, power), shape)),
    ):
        assert np.mean(found) == pytest.approx(0, abs=0.1)
        assert np.std(found) == pytest.approx(1, abs=0.1)


@pytest.mark.parametrize("modulation", COHERENT)
def test_a_marker_alone_is_as_certain_as_its_length_allows(waveform, symbols, modulation):
    marker = waveform(modulation).ticks(symbols(64))
    for amplitude, sign in ((1e-3, 1), (1e3, 1), (1.0, -1)):
        found = marker_certainty(np.complex64(sign * amplitude) * marker, marker)
        assert found == pytest.approx(sign * 8, rel=1e-5)


def test_a_marker_on_one_axis_does_not_care_for_the_other(waveform, symbols):
    marker = waveform("gmsk").ticks(symbols(64))
    assert marker_certainty(marker + 5j * np.flip(marker), marker) == pytest.approx(8, rel=1e-5)


@pytest.mark.parametrize(("modulation", "least"), [("bpsk", 12), ("qpsk", 1.5), ("oqpsk", 2), ("gmsk", 12)])
def test_a_carrier_shows_in_unknown_symbols(waveform, symbols, modulation, least):
    shape = waveform(modulation)
    clear = shape.ticks(symbols(512 * shape.axes_per_tick))
    noisy = clear + noise(512, np.random.default_rng(3), 0.5 * np.mean(np.abs(clear) ** 2))
    assert carrier_certainty(noisy, shape) > least
    turned = np.exp(0.05j * np.arange(512)).astype(np.complex64)
    if modulation in ("bpsk", "gmsk"):  # a tracker gives its ticks on the real axis
        assert abs(carrier_certainty(noisy * turned, shape)) < 3
    assert carrier_certainty(np.zeros(0, dtype=np.complex64), shape) == 0


@pytest.mark.parametrize(("es_n0_db", "within"), [(-1.5, 0.02), (2.0, 0.01), (10.0, 0.01), (30.0, 0.25)])
@pytest.mark.parametrize("scale", [1e-3, 1e3])
def test_the_level_of_unknown_symbols(symbols, es_n0_db, within, scale):
    """The noise is not told apart from none at all where it is more than 13 dB down."""
    deviation = np.sqrt(0.5 / 10 ** (es_n0_db / 10))
    soft = scale * (symbols(20_000) + deviation * np.random.default_rng(2).standard_normal(20_000))
    amplitude, spread = level(soft.astype(np.float32))
    assert amplitude == pytest.approx(scale, rel=0.01)
    assert spread / scale == pytest.approx(deviation, abs=within)


def test_the_level_of_silence_is_none():
    assert level(np.zeros(64, dtype=np.float32))[0] == 0
