from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkbudget.propagation.climate import Climate
from linkbudget.propagation.troposphere import (
    atmospheric_noise_k,
    mean_radiating_temperature_k,
    total_attenuation_db,
    troposphere,
)


def test_total_of_the_validation_examples(itu: Any) -> None:
    gas, cloud, rain, scintillation, total = np.array(itu["p618_13_total"]["rows"]).T
    np.testing.assert_allclose(total_attenuation_db(gas, rain, cloud, scintillation), total, rtol=1e-6)


def test_a_dish_in_london_at_1_percent(munich: Climate) -> None:
    # ITURP618-13_A_total.csv, row 1, with the L_red that gives its cloud term, and the air of ITURP676-12_A_gas.csv,
    # row 1. There the vapour's attenuation follows its columnar content, here its density at the ground.
    climate = replace(
        munich,
        temperature_k=283.6108756,
        water_vapour_g_m3=13.79653679,
        pressure_hpa=1009.485611798 + 13.79653679 * 283.6108756 / 216.7,
        rain_rate_mm_h=26.48052,
        rain_height_km=2.45273333,
        cloud_liquid_kg_m2=1.263287,
        wet_refractivity=50.38926222,
    )
    found = troposphere(climate, 51.5, 31.382984, 14.25e9, 31.07699124, 0.0, 1.0, np.sqrt(0.65))
    assert found.rain_db == pytest.approx(0.495316047, rel=1e-5)
    assert found.cloud_db == pytest.approx(0.455169824, rel=1e-5)
    assert found.scintillation_db == pytest.approx(0.261931889, rel=1e-6)
    assert found.gas_db == pytest.approx(0.226874038, rel=0.04)
    assert found.total_db == pytest.approx(1.212790721, rel=0.01)


@given(st.floats(1e6, 100e9), st.floats(-1, 90), st.floats(0, 100), st.floats(-90, 90))
def test_the_total_is_finite_and_between_its_parts(
    frequency_hz: float, elevation_deg: float, percent: float, latitude_deg: float
) -> None:
    climate = Climate.by_latitude(latitude_deg, 100.0)
    found = troposphere(climate, latitude_deg, 100.0, frequency_hz, elevation_deg, 45.0, percent)
    assert np.isfinite(found.total_db)
    assert found.absorption_db <= found.total_db * (1 + 1e-12)
    assert found.total_db <= (found.absorption_db + found.scintillation_db) * (1 + 1e-12)


def test_terms_keep_their_axes(munich: Climate) -> None:
    climate = replace(munich, rain_rate_mm_h=np.linspace(10.0, 40.0, 5))
    found = troposphere(climate, 48.1, 500.0, 8.2e9, np.full((4, 1, 1), 20.0), 45.0, 1.0)
    assert found.gas_db.shape == found.cloud_db.shape == found.scintillation_db.shape == (4, 1, 1)
    assert found.rain_db.shape == found.total_db.shape == (4, 1, 5)


def test_the_troposphere_of_a_uhf_pass_is_a_fraction_of_a_decibel(munich: Climate) -> None:
    found = troposphere(munich, 48.1, 500.0, 437e6, np.linspace(10.0, 90.0, 50), 45.0, 1.0)
    assert np.all(found.total_db < 0.6)
    assert np.all(np.diff(found.total_db) < 0.0)


def test_noise_of_the_atmosphere() -> None:
    # by definition: 3.0103 dB passes half, so half of the radiating temperature is left
    assert atmospheric_noise_k(10 * np.log10(2.0), 275.0) == pytest.approx(137.5)
    assert atmospheric_noise_k(np.array([0.0, 400.0]), 275.0) == pytest.approx([0.0, 275.0])


def test_radiating_temperature_is_below_that_of_the_ground(munich: Climate) -> None:
    # ITU-R P.618: T_mr = 37.34 + 0.81 T_s; 288.15 K on the ground give 270.7 K
    assert mean_radiating_temperature_k(replace(munich, temperature_k=288.15)) == pytest.approx(270.7415)
