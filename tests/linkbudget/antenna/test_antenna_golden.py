"""Gains and patterns that others published; tests/golden/antenna.json names the sources."""

import numpy as np
import pytest

from linkbudget.antenna.aperture import beamwidth_for_gain_deg
from linkbudget.antenna.dipole import Dipole
from linkbudget.antenna.dish import Dish
from linkbudget.antenna.helix import Helix
from linkbudget.antenna.turnstile import Turnstile
from linkbudget.antenna.yagi import Yagi
from linkbudget.constants import SPEED_OF_LIGHT_M_S

PEERS_SPEED_OF_LIGHT_M_S = 3e8
ONE_METRE_HZ = SPEED_OF_LIGHT_M_S  # a wavelength of 1 m


def test_a_half_wave_dipole(published) -> None:
    case = published["dipole"]
    assert float(Dipole().peak_gain_dbi(1e9)) == pytest.approx(case["gain_dbi"], abs=case["tolerance_db"])
    assert float(Turnstile().peak_gain_dbi(1e9)) == pytest.approx(case["gain_dbi"], abs=case["tolerance_db"])


def test_the_largest_dishes(published) -> None:
    case = published["dsn_70_m"]
    dish = Dish(diameter_m=case["diameter_m"], efficiency=np.array(case["efficiency"]))
    gain = dish.peak_gain_dbi(np.array(case["frequency_hz"]))
    assert gain == pytest.approx(case["gain_dbi"], abs=case["tolerance_db"])


def test_the_main_lobe_of_a_dish(published) -> None:
    case = published["main_lobe"]
    dish = Dish(diameter_m=case["diameter_m"])
    frequency_hz = case["frequency_hz"] * SPEED_OF_LIGHT_M_S / PEERS_SPEED_OF_LIGHT_M_S
    gain = dish.gain_dbi(np.array(case["angle_deg"], dtype=float), frequency_hz)
    assert gain - gain[0] == pytest.approx(case["relative_db"], abs=case["tolerance_db"])


@pytest.mark.parametrize("index", range(3))
def test_the_side_lobes_of_a_dish(published, index) -> None:
    case = published["dish_patterns"]["cases"][index]
    width = case["diameter_m"] * case["frequency_hz"] / PEERS_SPEED_OF_LIGHT_M_S
    dish = Dish(diameter_m=case["diameter_m"], efficiency=10 ** (case["peak_dbi"] / 10) / (np.pi * width) ** 2)
    frequency_hz = case["frequency_hz"] * SPEED_OF_LIGHT_M_S / PEERS_SPEED_OF_LIGHT_M_S
    gain = dish.gain_dbi(np.array(case["angle_deg"], dtype=float), frequency_hz)
    assert gain == pytest.approx(case["gain_dbi"], abs=published["dish_patterns"]["tolerance_db"])


def test_yagis_as_measured(published) -> None:
    case = published["yagi"]
    gain = Yagi(boom_m=np.array(case["boom_wavelengths"])).peak_gain_dbi(ONE_METRE_HZ)
    assert gain - 2.15 == pytest.approx(case["gain_dbd"], abs=case["tolerance_db"])


def test_the_beamwidth_of_a_yagi(published) -> None:
    case = published["yagi_beamwidth"]
    gain = Yagi(boom_m=case["boom_wavelengths"]).peak_gain_dbi(ONE_METRE_HZ)
    round_beam = np.sqrt(np.prod(case["beamwidth_deg"]))
    assert float(beamwidth_for_gain_deg(gain)) == pytest.approx(round_beam, rel=case["tolerance"])


def test_a_helix_by_kraus(published) -> None:
    case = published["helix_kraus"]
    helix = Helix(
        turns=case["turns"],
        circumference_m=case["circumference_wavelengths"],
        spacing_m=case["spacing_wavelengths"],
        relation="kraus",
    )
    peak = float(helix.peak_gain_dbi(ONE_METRE_HZ))
    assert peak == pytest.approx(case["gain_dbi"], abs=case["tolerance_db"])
    assert float(beamwidth_for_gain_deg(peak)) == pytest.approx(case["beamwidth_deg"], abs=case["tolerance_deg"])


def test_helices_by_king_and_wong(published) -> None:
    case = published["helix_king_wong"]
    helix = Helix(
        turns=np.array(case["turns"]),
        circumference_m=np.array(case["circumference_wavelengths"]),
        spacing_m=np.array(case["spacing_wavelengths"]),
    )
    assert helix.peak_gain_dbi(ONE_METRE_HZ) == pytest.approx(case["gain_dbi"], abs=case["tolerance_db"])
