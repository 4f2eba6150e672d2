import doctest
import json
import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter
from scipy import constants

import linkbudget.propagation.ionosphere
from linkbudget.errors import LinkInputError
from linkbudget.propagation.ionosphere import (
    ABSORPTION,
    AMSAT_LOSS,
    Ionosphere,
    absorption_db,
    absorption_source,
    dispersion_s_hz,
    group_delay_s,
    slant_factor,
    slant_tec_el_m2,
)

GOLDEN = json.loads((Path(__file__).parents[2] / "golden" / "ionosphere.json").read_text())
EFFECTS = GOLDEN["effects"]
FREQUENCIES_HZ = np.array(EFFECTS["frequency_ghz"]) * 1e9
DENSE = Ionosphere(tec_el_m2=EFFECTS["tec_el_m2"])

ELEVATIONS = st.floats(0.0, 90.0)


def test_the_examples() -> None:
    assert doctest.testmod(linkbudget.propagation.ionosphere).failed == 0


def test_published_delays() -> None:
    delays_us = group_delay_s(DENSE, FREQUENCIES_HZ, EFFECTS["elevation_deg"]) * 1e6
    assert delays_us == pytest.approx(EFFECTS["delay_us"], rel=0.09)


def test_published_dispersion() -> None:
    dispersion_ps_hz = dispersion_s_hz(DENSE, FREQUENCIES_HZ, EFFECTS["elevation_deg"]) * 1e12
    assert -dispersion_ps_hz == pytest.approx(EFFECTS["dispersion_ps_hz"], rel=0.17)


def test_the_delay_is_that_of_a_thin_plasma() -> None:
    # e^2 / (8 pi^2 epsilon_0 m c), without collisions or magnetic field
    expected = constants.e**2 / (8.0 * math.pi**2 * constants.epsilon_0 * constants.m_e * constants.c)
    assert float(group_delay_s(Ionosphere(tec_el_m2=1e17), 1e8, 90.0)) == pytest.approx(expected * 10.0, rel=1e-3)


def test_dispersion_is_the_slope_of_the_delay() -> None:
    step = 1e3
    later, earlier = (group_delay_s(DENSE, 437e6 + each, 20.0) for each in (step, -step))
    assert float(dispersion_s_hz(DENSE, 437e6, 20.0)) == pytest.approx(float(later - earlier) / (2.0 * step), rel=1e-6)


def test_published_absorption() -> None:
    polar = absorption_db(Ionosphere(absorption="high-latitude"), FREQUENCIES_HZ, EFFECTS["elevation_deg"])
    assert polar == pytest.approx(EFFECTS["absorption_high_latitude_db"], rel=0.08)
    middle = absorption_db(Ionosphere(absorption="mid-latitude"), FREQUENCIES_HZ, EFFECTS["elevation_deg"])
    assert middle == pytest.approx(EFFECTS["absorption_mid_latitude_below_db"], rel=0.12)
    assert (float(polar[0]), float(middle[0])) == (pytest.approx(5.0), pytest.approx(1.0))
    assert absorption_db(Ionosphere(absorption="none"), FREQUENCIES_HZ, 30.0) == pytest.approx(np.zeros(6))


def test_absorption_is_of_the_secant_at_100_km() -> None:
    lower, upper = (1.0 - (math.cos(math.radians(each)) * 6371.0088 / 6471.0088) ** 2 for each in (5.0, 30.0))
    losses = absorption_db(Ionosphere(absorption="high-latitude"), 0.1e9, np.array([5.0, 30.0]))
    assert losses[0] / losses[1] == pytest.approx(math.sqrt(upper / lower), rel=1e-6)


def test_what_is_assumed() -> None:
    plain = Ionosphere()
    assert (plain.tec_el_m2, plain.magnetic_field_t) == (1e18, 5e-5)
    assert (plain.rotation, plain.absorption, plain.scintillation) == ("mean", "mid-latitude", "none")


def test_an_operators_table() -> None:
    case = GOLDEN["amsat_losses"]
    ionosphere = Ionosphere(absorption="amsat")
    losses = absorption_db(ionosphere, np.array(case["frequency_mhz"]) * 1e6, 30.0)
    assert losses == pytest.approx(case["loss_db"])
    assert absorption_db(ionosphere, np.array([1e6, 1e11]), 30.0) == pytest.approx([0.7, 0.1])
    assert float(absorption_db(ionosphere, math.sqrt(146e6 * 438e6), 5.0)) == pytest.approx(0.55)
    assert (absorption_source(ionosphere), absorption_source(DENSE)) == (AMSAT_LOSS, ABSORPTION)


def test_slant_paths() -> None:
    sphere = slant_factor(np.array([90.0, 30.0, 0.0]))
    in_shell = math.asin(6371.0088 / 6771.0088)
    assert sphere == pytest.approx([1.0, 1.7252, 1.0 / math.cos(in_shell)], rel=1e-4)
    assert float(slant_factor(30.0, 1.0)) == pytest.approx(2.0, rel=1e-5)
    assert float(slant_tec_el_m2(Ionosphere(tec_el_m2=2e17), 90.0)) == pytest.approx(2e17)


@given(ELEVATIONS, st.floats(0.0, 1.0))
def test_lower_paths_are_longer(elevation_deg: float, share: float) -> None:
    assert slant_factor(elevation_deg * share) >= slant_factor(elevation_deg) * (1.0 - 1e-12)


@given(st.floats(1e6, 1e11), ELEVATIONS, st.floats(0.0, 1e19), st.sampled_from(["none", "mid-latitude", "amsat"]))
def test_effects_are_finite_and_positive(
    frequency_hz: float, elevation_deg: float, tec_el_m2: float, absorption: str
) -> None:
    ionosphere = Ionosphere(tec_el_m2=tec_el_m2, absorption=absorption)
    for effect in (group_delay_s, absorption_db):
        value = float(effect(ionosphere, frequency_hz, elevation_deg))
        assert math.isfinite(value)
        assert value >= 0.0


def test_shapes_broadcast() -> None:
    ionosphere = Ionosphere(tec_el_m2=np.array([1e16, 1e17, 1e18]))
    elevation_deg = np.linspace(0.0, 90.0, 5)[:, None]
    assert group_delay_s(ionosphere, 437e6, elevation_deg).shape == (5, 3)
    assert absorption_db(ionosphere, 437e6, elevation_deg).shape == (5, 1)


def test_a_file_s_ionosphere() -> None:
    table = {"tec_el_m2": 3e17, "scintillation": "s4", "s4": 0.4, "absorption": "high-latitude", "rotation": "worst"}
    ionosphere = TypeAdapter(Ionosphere).validate_python(table)
    assert (ionosphere.s4, ionosphere.absorption, ionosphere.rotation) == (0.4, "high-latitude", "worst")


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"tec_el_m2": -1.0}, "tec_el_m2"),
        ({"magnetic_field_t": 50.0}, "magnetic_field_t"),
        ({"absorption": "tropics"}, "absorption"),
        ({"rotation": "any"}, "rotation"),
        ({"scintillation": "heavy"}, "scintillation"),
        ({"scintillation": "s4"}, "s4"),
        ({"s4": 0.4}, "s4"),
    ],
)
def test_what_is_no_ionosphere(fields: dict[str, object], named: str) -> None:
    with pytest.raises(LinkInputError) as caught:
        Ionosphere(**fields)
    assert caught.value.field == named


@pytest.mark.parametrize("effect", [group_delay_s, dispersion_s_hz, absorption_db])
def test_no_such_path(effect) -> None:
    for frequency_hz, elevation_deg, named in ((0.0, 30.0, "frequency_hz"), (1e8, math.nan, "elevation_deg")):
        with pytest.raises(LinkInputError) as caught:
            effect(DENSE, frequency_hz, elevation_deg)
        assert caught.value.field == named
