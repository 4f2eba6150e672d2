import numpy as np
import pytest

from radio.modem.pulse import gaussian_minimum_shift
from radio.modem.waveform import waveform_of

LINEAR = ["bpsk", "qpsk", "oqpsk"]
COHERENT = [*LINEAR, "gmsk"]


@pytest.fixture
def waveform(link):
    return lambda modulation, **changes: waveform_of(link(modulation, **changes).profile)


def test_the_first_symbol_of_a_tick_lies_on_the_real_axis(waveform):
    sent = np.array([1, -1, -1, -1, -1, 1], dtype=np.int8)
    np.testing.assert_array_equal(waveform("qpsk").ticks(sent), [1 - 1j, -1 - 1j, -1 + 1j])
    for one_axis in ("bpsk", "oqpsk", "gmsk"):
        np.testing.assert_array_equal(waveform(one_axis).ticks(sent), sent)


@pytest.mark.parametrize("modulation", COHERENT)
def test_ticks_give_their_symbols_back(waveform, symbols, modulation):
    shape, sent = waveform(modulation), symbols(60)
    np.testing.assert_array_equal(shape.symbols(shape.ticks(sent)), sent)
    assert shape.symbols(shape.ticks(sent)).dtype == np.float32


def test_every_second_tick_of_offset_modulations_lies_on_the_imaginary_axis(waveform, symbols):
    ticks = waveform("oqpsk").ticks(symbols(40))
    for modulation in ("oqpsk", "gmsk"):
        np.testing.assert_array_equal(waveform(modulation).on_axes(ticks), ticks * np.resize([1, 1j], 40))
    for modulation in ("bpsk", "qpsk"):
        assert waveform(modulation).on_axes(ticks) is ticks


@pytest.mark.parametrize(
    ("modulation", "bits", "squared"), [("bpsk", 1, 1), ("qpsk", 2, 0), ("oqpsk", 2, 0), ("gmsk", 1, 1)]
)
def test_what_a_symbol_period_holds(waveform, link, modulation, bits, squared):
    assert waveform(modulation).bits_per_symbol == link(modulation).profile.bits_per_symbol == bits
    assert waveform(modulation).line_is_squared == squared


@pytest.mark.parametrize("modulation", COHERENT)
@pytest.mark.parametrize("samples_per_symbol", [4, 16])
def test_tick_k_is_centred_on_its_sample(waveform, modulation, samples_per_symbol):
    """A tick alone is a pulse that peaks there."""
    shape = waveform(modulation)
    for k in (4, 5, 6):
        impulse = np.zeros(12 * shape.bits_per_symbol, dtype=np.int8)
        impulse[k * shape.axes_per_tick] = 1
        peak = np.argmax(np.abs(shape.samples(impulse, samples_per_symbol)))
        assert peak == k * samples_per_symbol // shape.ticks_per_symbol


@pytest.mark.parametrize("modulation", COHERENT)
def test_a_train_has_a_power_of_one_for_each_symbol_in_a_period(waveform, symbols, modulation):
    """Pulses that a period apart do not touch; GMSK's do, on the other axis."""
    shape = waveform(modulation)
    x = shape.samples(symbols(8000), 8)
    assert np.mean(np.abs(x) ** 2) == pytest.approx(shape.bits_per_symbol, rel=0.02)


@pytest.mark.parametrize(("modulation", "changes"), [("oqpsk", {}), ("gmsk", {"bt": 0.3}), ("gmsk", {"bt": 0.5})])
def test_crossing_is_the_power_on_the_axis_that_a_tick_does_not_use(waveform, symbols, modulation, changes):
    shape = waveform(modulation, **changes)
    per_symbol = 16
    x = shape.samples(symbols(6000), per_symbol)
    filtered = np.convolve(x, shape.matched.taps(per_symbol), mode="same")[:: per_symbol // shape.ticks_per_symbol]
    turned = filtered * np.resize([1, -1j], len(filtered))
    inside = turned[100:-100]
    measured = np.mean(inside.imag**2) / np.mean(np.abs(inside.real)) ** 2
    assert shape.crossing == pytest.approx(measured, rel=0.05)


def test_crossing_of_modulations_that_use_one_axis_or_two(waveform):
    assert (waveform("bpsk").crossing, waveform("qpsk").crossing) == (0, 1)


@pytest.mark.parametrize("roll_off", [0.1, 0.35, 1.0])
@pytest.mark.parametrize("modulation", LINEAR)
def test_the_half_bandwidth_of_raised_cosines(waveform, modulation, roll_off):
    assert waveform(modulation, roll_off=roll_off).half_bandwidth == pytest.approx((1 + roll_off) / 2)


def test_the_bt_product_shapes_gmsk(waveform):
    t = np.linspace(-2, 2, 17)
    for bt in (0.3, 1.0):
        np.testing.assert_array_equal(waveform("gmsk", bt=bt).pulse(t), gaussian_minimum_shift(bt)(t))
