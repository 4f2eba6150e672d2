import numpy as np
import pytest

from radio.modem.pulse import root_raised_cosine

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
