import doctest

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import linkbudget.antenna.aperture
from linkbudget.antenna.aperture import (
    aperture_gain_dbi,
    beamwidth_for_gain_deg,
    half_power_beamwidth_deg,
    largest_gain_dbi,
    surface_loss_db,
    wavelength_m,
)
from linkbudget.constants import SPEED_OF_LIGHT_M_S
from linkbudget.errors import LinkInputError

DIAMETERS = st.floats(0.05, 100.0)
FREQUENCIES = st.floats(1e8, 1e11)


def test_large_apertures(published) -> None:
    case = published["large_apertures"]
    gain = largest_gain_dbi(case["diameter_m"], SPEED_OF_LIGHT_M_S / np.array(case["wavelength_m"]))
    assert gain == pytest.approx(case["gain_dbi"], abs=case["tolerance_db"])


def test_the_loss_of_a_rough_surface(published) -> None:
    case = published["ruze"]
    for rms_wavelengths in (0.0, 0.01, 0.05, 1 / 16):
        loss = float(surface_loss_db(rms_wavelengths, SPEED_OF_LIGHT_M_S))
        assert loss == pytest.approx(case["factor_db"] * rms_wavelengths**2, abs=case["tolerance_db"])


@given(DIAMETERS, FREQUENCIES, st.floats(0.01, 1.0))
def test_no_efficiency_gives_more_than_the_aperture_holds(diameter_m, frequency_hz, efficiency) -> None:
    limit = float(largest_gain_dbi(diameter_m, frequency_hz))
    gain = float(aperture_gain_dbi(diameter_m, efficiency, frequency_hz))
    assert gain <= limit + 1e-9
    assert float(aperture_gain_dbi(2 * diameter_m, efficiency, frequency_hz)) == pytest.approx(gain + 6.0206, abs=1e-4)
    assert float(aperture_gain_dbi(diameter_m, 1.0, frequency_hz)) == limit


@given(DIAMETERS, FREQUENCIES)
def test_the_beam_of_a_dish_is_70_wavelengths_over_its_diameter(diameter_m, frequency_hz) -> None:
    # the textbooks' figure, to 1.1 %
    width = float(half_power_beamwidth_deg(diameter_m, frequency_hz))
    assert width == pytest.approx(70.0 * float(wavelength_m(frequency_hz)) / diameter_m, rel=0.011)


def test_the_widest_beam_is_a_half_sphere() -> None:
    assert beamwidth_for_gain_deg(np.array([-5.0, 0.0, 6.0206, 40.0])) == pytest.approx([180.0, 180.0, 90.0, 1.8], 1e-4)


@pytest.mark.parametrize(
    ("call", "field"),
    [
        (lambda: aperture_gain_dbi(0.0, 0.6, 1e9), "diameter_m"),
        (lambda: aperture_gain_dbi(1.0, 60.0, 1e9), "efficiency"),
        (lambda: aperture_gain_dbi(1.0, 0.6, -1e9), "frequency_hz"),
        (lambda: half_power_beamwidth_deg(-1.0, 1e9), "diameter_m"),
        (lambda: surface_loss_db(-0.001, 1e9), "surface_rms_m"),
        (lambda: beamwidth_for_gain_deg(np.nan), "gain_dbi"),
    ],
)
def test_what_cannot_be_is_refused(call, field) -> None:
    with pytest.raises(LinkInputError, match=f"^{field} is"):
        call()


def test_the_docstrings_examples() -> None:
    assert doctest.testmod(linkbudget.antenna.aperture).failed == 0
