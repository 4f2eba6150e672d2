import numpy as np
import pytest

from radio.modem.pulse import (
    Pulse,
    equalised,
    gaussian_length,
    gaussian_minimum_shift,
    gaussian_phase,
    root_raised_cosine,
)

ROLL_OFFS = [0.1, 0.2, 0.35, 0.5, 1.0]


@pytest.mark.parametrize("roll_off", ROLL_OFFS)
@pytest.mark.parametrize("samples_per_symbol", [2, 4, 25, 6.25])
def test_squares_sum_to_the_samples_per_symbol(roll_off, samples_per_symbol):
    taps = root_raised_cosine(roll_off, 16).taps(samples_per_symbol)
    assert np.sum(taps**2) == pytest.approx(samples_per_symbol)


@pytest.mark.parametrize("roll_off", ROLL_OFFS)
def test_symmetric_about_its_middle(roll_off):
    taps = root_raised_cosine(roll_off, 16).taps(4)
    np.testing.assert_allclose(taps, taps[::-1], rtol=0, atol=1e-15)
    assert np.argmax(taps) == len(taps) // 2


@pytest.mark.parametrize(("roll_off", "span", "isi_db"), [(0.35, 16, -53), (0.35, 8, -36), (0.5, 16, -55)])
def test_cascaded_with_itself_it_leaves_other_symbols_alone(roll_off, span, isi_db):
    taps = root_raised_cosine(roll_off, span).taps(4)
    cascade = np.convolve(taps, taps)[(len(taps) - 1) % 4 :: 4]
    middle = int(np.argmax(cascade))
    others = np.delete(cascade, middle)
    assert 10 * np.log10(np.sum(others**2) / cascade[middle] ** 2) < isi_db


@pytest.mark.parametrize("roll_off", ROLL_OFFS)
def test_value_at_zero_and_at_the_singular_point_are_the_limits_of_the_formula(roll_off):
    """h(0) = 1 - a + 4 a / pi; h(T / 4a) = a / sqrt 2 [(1 + 2/pi) sin(pi / 4a) + (1 - 2/pi) cos(pi / 4a)]."""
    singular = 1 / (4 * roll_off)
    samples_per_symbol = 4 * 5 / singular  # puts a tap on the singular point, 20 samples from the middle
    taps = root_raised_cosine(roll_off, 20).taps(samples_per_symbol)
    middle = len(taps) // 2
    angle = np.pi / (4 * roll_off)
    at_zero = 1 - roll_off + 4 * roll_off / np.pi
    at_singular = roll_off / np.sqrt(2) * ((1 + 2 / np.pi) * np.sin(angle) + (1 - 2 / np.pi) * np.cos(angle))
    assert taps[middle + 20] / taps[middle] == pytest.approx(at_singular / at_zero, abs=1e-9)


def test_the_singular_point_fits_between_its_neighbours():
    roll_off, near = 0.35, 1e-4
    centre = 4 / (4 * roll_off)
    at, before, after = (
        root_raised_cosine(roll_off, 16).taps(4, c)[len(root_raised_cosine(roll_off, 16).taps(4)) // 2]
        for c in (centre, centre - near, centre + near)
    )
    assert at == pytest.approx((before + after) / 2, abs=1e-7)


def test_centre_moves_the_peak_later():
    taps = root_raised_cosine(0.35, 16).taps(4, centre=0.25)
    middle = len(taps) // 2
    assert taps[middle + 1] > taps[middle - 1]


BTS = [0.25, 0.3, 0.5, 1.0]


def integrated_phase(bt, step=1 / 400):
    """The phase pulse by numerical integration of a rectangle through a Gaussian filter: times and q(t)."""
    half = gaussian_length(bt) / 2
    t = np.arange(-half - 3, half + 3 + step / 2, step)
    deviation = np.sqrt(np.log(2)) / (2 * np.pi * bt)
    fine = np.arange(-3, 3 + step / 2, step)
    gaussian = np.exp(-(fine**2) / (2 * deviation**2)) / (deviation * np.sqrt(2 * np.pi))
    rectangle = np.where(np.abs(np.abs(t) - 0.5) < step / 4, 0.5, np.abs(t) < 0.5)
    frequency = np.convolve(rectangle, gaussian, mode="same") * step / 2
    frequency[np.abs(t) > half] = 0
    phase = np.concatenate(([0.0], np.cumsum((frequency[1:] + frequency[:-1]) / 2) * step))
    return t, phase / phase[-1] / 2


@pytest.mark.parametrize("bt", BTS)
def test_the_gaussian_phase_is_the_integral_of_a_filtered_rectangle(bt):
    t, expected = integrated_phase(bt)
    np.testing.assert_allclose(gaussian_phase(bt)(t), expected, rtol=0, atol=3e-5)


@pytest.mark.parametrize("bt", BTS)
def test_the_gaussian_phase_rises_from_0_to_a_half_evenly(bt):
    half = gaussian_length(bt) / 2
    t = np.linspace(-half - 1, half + 1, 501)
    phase = gaussian_phase(bt)(t)
    assert np.all(np.diff(phase) >= 0)
    np.testing.assert_allclose(phase + phase[::-1], 0.5, atol=1e-12)
    np.testing.assert_array_equal(phase[np.abs(t) > half], np.where(t[np.abs(t) > half] < 0, 0.0, 0.5))


@pytest.mark.parametrize("bt", BTS)
def test_the_main_pulse_is_what_the_signal_has_in_common_with_each_symbol(bt):
    """The mean of the signal over all other symbols, turned back by the phase that has come of all symbols so far.

    That mean is a product of one cosine or sine for each symbol: no sum of pulses is needed to find it.
    """
    t = np.linspace(-4, 4, 161)
    times, phase = integrated_phase(bt)

    def q(u):
        return np.interp(u, times, phase)

    so_far = np.prod([np.sin(np.pi * q(t + 0.5 + i)) for i in range(10)], axis=0)
    to_come = np.prod([np.cos(np.pi * q(t - 0.5 - i)) for i in range(10)], axis=0)
    # half a period after the middle of symbol 0's own frequency pulse
    np.testing.assert_allclose(gaussian_minimum_shift(bt)(t), so_far * to_come, rtol=0, atol=2e-4)


@pytest.mark.parametrize(("bt", "share"), [(0.25, 0.991944), (0.3, 0.9963), (0.5, 0.9996), (1.0, 0.9999)])
def test_the_main_pulse_holds_nearly_all_of_the_signals_energy(bt, share):
    """0.991944 for BT 0.25: G. K. Kaleh, IEEE JSAC 7 (1989) 9, p. 1501. The rest follows from it, less and less."""
    pulse = gaussian_minimum_shift(bt)
    held = pulse.correlation(pulse, np.zeros(1))[0]
    assert held == pytest.approx(share, abs=1e-6 if bt == 0.25 else 1e-4)


@pytest.mark.parametrize("bt", BTS)
def test_what_a_train_of_main_pulses_lacks_is_what_they_do_not_hold(bt):
    """The mean square of the difference to the exact signal is 1 less the energy share, for any symbols."""
    period, sent = 16, np.random.default_rng(1).choice([-1.0, 1.0], 200)
    t = np.arange(len(sent) * period) / period
    phase, pulse = gaussian_phase(bt), gaussian_minimum_shift(bt)
    exact = np.exp(1j * np.pi * np.sum([a * phase(t - k) for k, a in enumerate(sent)], axis=0))
    turned = np.exp(1j * np.pi / 2 * np.cumsum(sent))
    train = np.sum([b * pulse(t - k - 0.5) for k, b in enumerate(turned)], axis=0)
    inside = slice(8 * period, -8 * period)
    error = np.mean(np.abs(exact - train)[inside] ** 2)
    held = pulse.correlation(pulse, np.zeros(1))[0]
    assert error == pytest.approx(1 - held, rel=0.25)


@pytest.mark.parametrize(("bt", "before", "after"), [(0.3, 0.05, 0.007), (0.5, 0.015, 0.002), (1.0, 0.002, 0.0003)])
def test_the_equaliser_leaves_little_of_the_neighbours_on_the_same_axis(bt, before, after):
    pulse = gaussian_minimum_shift(bt)
    neighbours = np.array([-2.0, 0.0, 2.0, 4.0])
    matched, equal = pulse.correlation(pulse, neighbours), equalised(pulse, 2.0).correlation(pulse, neighbours)
    assert matched[2] / matched[1] > before
    assert np.all(np.abs(equal[[0, 2, 3]] / equal[1]) < after)


@pytest.mark.parametrize("bt", BTS)
def test_the_equaliser_costs_next_to_nothing(bt):
    """Signal to noise behind it, against the matched filter's."""
    pulse = gaussian_minimum_shift(bt)
    filtered = equalised(pulse, 2.0)
    through = filtered.correlation(pulse, np.zeros(1))[0] ** 2 / filtered.correlation(filtered, np.zeros(1))[0]
    assert 10 * np.log10(through / pulse.correlation(pulse, np.zeros(1))[0]) > -0.06


def test_a_correlation_is_the_integral_of_one_times_the_other_later():
    narrow = Pulse(lambda t: np.exp(-((t - 0.25) ** 2) * 50), 2.0)
    wide = Pulse(lambda t: np.exp(-(t**2) * 2), 4.0)
    delays = np.array([-1.0, 0.0, 0.25, 1.0])
    expected = np.sqrt(np.pi / 52) * np.exp(-((delays - 0.25) ** 2) * 100 / 52)  # of two Gaussians
    np.testing.assert_allclose(narrow.correlation(wide, delays), expected, atol=1e-4)


def test_nothing_is_left_beyond_the_half_span():
    pulse = Pulse(np.ones_like, 1.5)
    np.testing.assert_array_equal(pulse(np.array([-1.6, -1.5, 0.0, 1.5, 1.6])), [0, 1, 1, 1, 0])
