import doctest
import json
import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import constants

import linkbudget.propagation.faraday
from linkbudget.errors import LinkInputError
from linkbudget.propagation.faraday import rotation_rad, turned_tilt_deg
from linkbudget.propagation.ionosphere import Ionosphere

EFFECTS = json.loads((Path(__file__).parents[2] / "golden" / "ionosphere.json").read_text())["effects"]

TURNS = st.floats(0.0, 1e3)
TILTS = st.floats(-180.0, 180.0)


def power(tilt_deg: float) -> float:
    """Return what passes between two linear antennas."""
    return math.cos(math.radians(tilt_deg)) ** 2


def test_the_examples() -> None:
    assert doctest.testmod(linkbudget.propagation.faraday).failed == 0


def test_published_rotations() -> None:
    dense = Ionosphere(tec_el_m2=EFFECTS["tec_el_m2"])
    turns = rotation_rad(dense, np.array(EFFECTS["frequency_ghz"]) * 1e9, EFFECTS["elevation_deg"]) / math.tau
    assert turns == pytest.approx(EFFECTS["faraday_rotations"], rel=0.09)


def test_rotation_is_that_of_a_thin_plasma() -> None:
    # e^3 / (8 pi^2 epsilon_0 m^2 c) B N / f^2, along the field
    constant = constants.e**3 / (8.0 * math.pi**2 * constants.epsilon_0 * constants.m_e**2 * constants.c)
    rotation = rotation_rad(Ionosphere(tec_el_m2=1e17, magnetic_field_t=4e-5), 437e6, 90.0)
    assert float(rotation) == pytest.approx(constant * 4e-5 * 1e17 / 437e6**2, rel=3e-3)


@given(st.floats(1e7, 1e10), st.floats(0.0, 90.0))
def test_rotation_goes_with_field_electrons_and_the_square_of_wavelength(
    frequency_hz: float, elevation_deg: float
) -> None:
    once = rotation_rad(Ionosphere(tec_el_m2=1e17, magnetic_field_t=2e-5), frequency_hz, elevation_deg)
    more = rotation_rad(Ionosphere(tec_el_m2=3e17, magnetic_field_t=4e-5), frequency_hz * 2.0, elevation_deg)
    assert float(more) == pytest.approx(1.5 * float(once))


def test_a_given_rotation_adds() -> None:
    turned = turned_tilt_deg("given", np.radians([30.0, 170.0, 400.0]), 20.0)
    assert turned == pytest.approx([50.0, 10.0, 60.0])


@pytest.mark.parametrize("turned", [0.01, 0.5, 1.0, 2.0, 7.0])
@pytest.mark.parametrize("tilt_deg", [-50.0, 0.0, 20.0, 90.0])
def test_the_mean_of_rotations_either_way(turned: float, tilt_deg: float) -> None:
    angles = np.radians(tilt_deg) + np.linspace(-turned, turned, 200_001)
    expected = float(np.mean(np.square(np.cos(angles))))
    assert power(float(turned_tilt_deg("mean", turned, tilt_deg))) == pytest.approx(expected, abs=1e-5)


@pytest.mark.parametrize("turned", [0.01, 0.5, 1.0, 2.0, 7.0])
@pytest.mark.parametrize("tilt_deg", [-50.0, 0.0, 20.0, 90.0])
def test_the_worst_of_rotations_either_way(turned: float, tilt_deg: float) -> None:
    angles = np.radians(tilt_deg) + np.linspace(-turned, turned, 200_001)
    expected = float(np.min(np.square(np.cos(angles))))
    assert power(float(turned_tilt_deg("worst", turned, tilt_deg))) == pytest.approx(expected, abs=1e-5)


@given(TURNS, TILTS)
def test_nothing_is_below_the_worst(turned: float, tilt_deg: float) -> None:
    worst = power(float(turned_tilt_deg("worst", turned, tilt_deg)))
    for rotation in ("given", "mean"):
        angle = float(turned_tilt_deg(rotation, turned, tilt_deg))
        assert 0.0 <= angle <= 180.0
        assert power(angle) >= worst - 1e-6


@given(st.sampled_from(["given", "mean", "worst"]), TILTS)
def test_without_rotation_power_is_that_of_the_tilt(rotation: str, tilt_deg: float) -> None:
    assert power(float(turned_tilt_deg(rotation, 0.0, tilt_deg))) == pytest.approx(power(tilt_deg), abs=1e-6)


def test_shapes_broadcast() -> None:
    ionosphere = Ionosphere(tec_el_m2=np.array([1e16, 1e17, 1e18]))
    turned = rotation_rad(ionosphere, 437e6, np.linspace(0.0, 90.0, 5)[:, None])
    for rotation in ("given", "mean", "worst"):
        assert turned_tilt_deg(rotation, turned, 10.0).shape == (5, 3)


def test_no_such_rotation() -> None:
    for frequency_hz, elevation_deg, named in ((-1.0, 30.0, "frequency_hz"), (1e8, 100.0, "elevation_deg")):
        with pytest.raises(LinkInputError) as caught:
            rotation_rad(Ionosphere(), frequency_hz, elevation_deg)
        assert caught.value.field == named
    for turned_rad, tilt_deg, named in ((math.nan, 0.0, "turned_rad"), (1.0, math.inf, "tilt_deg")):
        with pytest.raises(LinkInputError) as caught:
            turned_tilt_deg("given", turned_rad, tilt_deg)
        assert caught.value.field == named
