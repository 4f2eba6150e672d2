import doctest
import json
import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import linkbudget.noise.galaxy
import linkbudget.noise.ground
from linkbudget.constants import BOLTZMANN_J_K, SPEED_OF_LIGHT_M_S
from linkbudget.decibels import to_db
from linkbudget.errors import LinkInputError
from linkbudget.noise.galaxy import GALACTIC_BEAM, GALAXIES, Galaxy, galactic_source, galactic_temperature_k
from linkbudget.noise.ground import beam_on_ground, earth_in_view
from linkbudget.noise.sky import COSMIC_BACKGROUND_K, transmission

GOLDEN = json.loads((Path(__file__).parents[2] / "golden" / "noise.json").read_text())

FREQUENCIES = st.floats(1e6, 3e11)


def behind_k(galaxy: Galaxy, frequency_hz: float) -> float:
    return float(galactic_temperature_k(galaxy, frequency_hz)) + COSMIC_BACKGROUND_K


def poles_k(frequency_hz: float) -> float:
    """Return the brightness of the sky near the galactic poles as published, for comparison."""
    law = GOLDEN["galactic_poles"]
    f_mhz = frequency_hz / 1e6
    opacity = law["opacity"] * f_mhz ** law["opacity_index"]
    galactic = law["galactic"] * f_mhz ** law["galactic_index"] * -math.expm1(-opacity) / opacity
    extragalactic = law["extragalactic"] * f_mhz ** law["extragalactic_index"] * math.exp(-opacity)
    return (galactic + extragalactic) * (SPEED_OF_LIGHT_M_S / frequency_hz) ** 2 / (2.0 * BOLTZMANN_J_K)


@pytest.mark.parametrize("module", [linkbudget.noise.galaxy, linkbudget.noise.ground])
def test_the_examples(module: object) -> None:
    assert doctest.testmod(module).failed == 0


def test_the_whole_sky_s_published_figure() -> None:
    case = GOLDEN["galactic_whole_sky"]
    for f_mhz, fam_db in case["fam_db"].items():
        figure_db = to_db(galactic_temperature_k("whole-sky", float(f_mhz) * 1e6) / 290.0)
        assert figure_db == pytest.approx(fam_db, abs=case["tolerance_db"])


@pytest.mark.parametrize("frequency_hz", [50e6, 100e6, 145e6, 220e6, 437e6])
def test_the_cold_sky_is_that_of_the_galactic_poles(frequency_hz: float) -> None:
    assert to_db(behind_k("cold", frequency_hz)) == pytest.approx(to_db(poles_k(frequency_hz)), abs=0.8)


def test_a_measured_part_of_the_sky_lies_between_cold_and_median() -> None:
    case = GOLDEN["galactic_south_pole"]
    assert behind_k("cold", case["frequency_hz"]) < case["temperature_k"] < behind_k("median", case["frequency_hz"])


def test_an_amateur_model_s_extremes_are_just_beyond_the_deciles() -> None:
    case = GOLDEN["galactic_amsat"]
    coldest, warmest = (float(galactic_temperature_k(galaxy, case["frequency_hz"])) for galaxy in ("cold", "warm"))
    assert coldest == pytest.approx(14.11, abs=0.01)
    assert case["coldest_k"] == pytest.approx(coldest, rel=0.5)
    assert warmest < case["warmest_k"] < 2.0 * warmest


@given(FREQUENCIES)
def test_the_galaxy_s_levels_keep_their_order(frequency_hz: float) -> None:
    cold, median, warm = (float(galactic_temperature_k(galaxy, frequency_hz)) for galaxy in ("cold", "median", "warm"))
    assert (median / cold, warm / cold) == (pytest.approx(25.2 / 17.1), pytest.approx(54.8 / 17.1))


@given(st.sampled_from(GALAXIES), FREQUENCIES, st.floats(1.01, 10.0))
def test_the_galaxy_fades_with_frequency(galaxy: Galaxy, frequency_hz: float, factor: float) -> None:
    assert galactic_temperature_k(galaxy, frequency_hz * factor) < galactic_temperature_k(galaxy, frequency_hz)


def test_the_galaxy_s_sources() -> None:
    assert galactic_source("cold") is GALACTIC_BEAM
    assert "P.372" in galactic_source("whole-sky").reference


def test_what_passes_the_air() -> None:
    assert transmission(np.array([0.0, 10.0, 30.0, math.inf])) == pytest.approx([1.0, 0.1, 1e-3, 0.0])


@pytest.mark.parametrize(("elevation_deg", "beamwidth_deg"), [(0.0, 30.0), (5.0, 30.0), (10.0, 20.0), (-4.0, 12.0)])
def test_a_beam_on_the_ground(elevation_deg: float, beamwidth_deg: float) -> None:
    off_axis = np.linspace(-4.0 * beamwidth_deg, 4.0 * beamwidth_deg, 200_001)
    pattern = 0.5 ** np.square(2.0 * off_axis / beamwidth_deg)
    expected = pattern[off_axis < -elevation_deg].sum() / pattern.sum()
    assert float(beam_on_ground(elevation_deg, beamwidth_deg)) == pytest.approx(expected, abs=1e-4)


@given(st.floats(-90.0, 90.0), st.floats(0.1, 180.0))
def test_what_is_not_on_the_ground_is_in_the_sky(elevation_deg: float, beamwidth_deg: float) -> None:
    below, mirrored = beam_on_ground(elevation_deg, beamwidth_deg), beam_on_ground(-elevation_deg, beamwidth_deg)
    assert float(below + mirrored) == pytest.approx(1.0)


def test_the_earth_in_view() -> None:
    share = earth_in_view(np.array([1.0, 500e3, 35_786e3]))
    assert share == pytest.approx([0.5, 0.3128, 0.00574], rel=2e-3)


@pytest.mark.parametrize(
    ("call", "named"),
    [
        (lambda: galactic_temperature_k("median", 0.0), "frequency_hz"),
        (lambda: galactic_temperature_k("median", np.array([1e8, math.nan])), "frequency_hz"),
        (lambda: galactic_temperature_k("hot", 1e8), "galaxy"),
        (lambda: transmission(-0.1), "attenuation_db"),
        (lambda: beam_on_ground(91.0, 30.0), "elevation_deg"),
        (lambda: beam_on_ground(10.0, 0.0), "beamwidth_deg"),
        (lambda: earth_in_view(0.0), "altitude_m"),
    ],
)
def test_what_cannot_be_seen(call, named: str) -> None:
    with pytest.raises(LinkInputError) as caught:
        call()
    assert caught.value.field == named
