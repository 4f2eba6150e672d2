from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkbudget.decibels import Floats
from linkbudget.errors import LinkInputError
from linkbudget.propagation.climate import Climate
from linkbudget.propagation.gas import (
    equivalent_heights_km,
    gas_attenuation_db,
    specific_attenuation_db_km,
    zenith_attenuation_db,
)


def test_specific_attenuation_of_the_validation_examples(itu: Any) -> None:
    ghz, oxygen, vapour = np.array(itu["p676_12_gamma"]["rows"]).T
    dry, wet = specific_attenuation_db_km(ghz * 1e9, 1013.25, 288.15, 7.5)
    np.testing.assert_allclose(dry, oxygen, rtol=1e-6)
    np.testing.assert_allclose(wet, vapour, rtol=1e-6, atol=1e-8)  # 1 GHz is printed to three digits


def test_dry_zenith_of_the_validation_examples(itu: Any) -> None:
    elevation, ghz, rho, temperature_k, dry_hpa, gas_db, wet_db = np.array(itu["p676_12_dry_zenith"]["rows"]).T
    gamma, _ = specific_attenuation_db_km(ghz * 1e9, dry_hpa, temperature_k, rho)
    height_km, _ = equivalent_heights_km(ghz * 1e9, dry_hpa, temperature_k, rho)
    np.testing.assert_allclose(gamma * height_km, gas_db * np.sin(np.deg2rad(elevation)) - wet_db, rtol=1e-6)


def test_equivalent_heights_of_another_implementation(itu: Any) -> None:
    ghz, dry_hpa, temperature_k, rho, oxygen_km, vapour_km = np.array(itu["p676_12_heights"]["rows"]).T
    height_o, height_w = equivalent_heights_km(ghz * 1e9, dry_hpa, temperature_k, rho)
    np.testing.assert_allclose(height_o, oxygen_km, rtol=1e-6)
    np.testing.assert_allclose(height_w, vapour_km, rtol=1e-6)


def test_lines_in_thin_air_of_another_implementation(itu: Any) -> None:
    ghz, dry_hpa, temperature_k, rho, oxygen, vapour = np.array(itu["p676_12_thin_air"]["rows"]).T
    dry, wet = specific_attenuation_db_km(ghz * 1e9, dry_hpa, temperature_k, rho)
    np.testing.assert_allclose(dry, oxygen, rtol=1e-6)
    np.testing.assert_allclose(wet, vapour, rtol=1e-6)


def test_the_zenith_takes_the_vapour_off_the_barometer(munich: Climate) -> None:
    vapour_hpa = munich.water_vapour_g_m3 * munich.temperature_k / 216.7
    state = (8.2e9, munich.pressure_hpa - vapour_hpa, munich.temperature_k, munich.water_vapour_g_m3)
    gammas, heights = specific_attenuation_db_km(*state), equivalent_heights_km(*state)
    assert zenith_attenuation_db(8.2e9, munich) == pytest.approx((gammas[0] * heights[0], gammas[1] * heights[1]))


# Frequencies clear of the oxygen band, where the zenith is opaque at any elevation.
CLEAR_HZ = (
    np.array([0.146, 0.437, 1.0, 2.2, 5.8, 8.2, 12.0, 14.25, 20.0, 22.2, 26.0, 30.0, 40.0, 50.0, 75.0, 90.0]) * 1e9
)
STANDARD = Climate(
    rain_rate_mm_h=0.0,
    rain_height_km=0.0,
    temperature_k=288.15,
    pressure_hpa=1013.25,
    water_vapour_g_m3=7.5,
    cloud_liquid_kg_m2=0.0,
    wet_refractivity=50.0,
)


@pytest.mark.parametrize(
    ("elevation_deg", "tolerance"), [(90, 0.065), (30, 0.065), (10, 0.065), (5, 0.065), (2, 0.07), (1, 0.08), (0, 0.17)]
)
def test_slant_path_is_near_the_sum_of_layers(elevation_deg: float, tolerance: float) -> None:
    ours_db = gas_attenuation_db(*zenith_attenuation_db(CLEAR_HZ[1:], STANDARD), elevation_deg)
    np.testing.assert_allclose(ours_db, _layered_db(CLEAR_HZ[1:], elevation_deg), rtol=tolerance)


def test_low_frequencies_reach_higher_into_the_air() -> None:
    ratio = sum(zenith_attenuation_db(CLEAR_HZ[:3], STANDARD)) / _layered_db(CLEAR_HZ[:3], 90.0)
    assert ratio / ratio[2] == pytest.approx(1.0, abs=0.02)


def test_heights_join_at_1_ghz() -> None:
    for height_km in equivalent_heights_km(np.array([0.999_999e9, 1e9]), 1000.0, 280.0, 7.5):
        assert height_km[0] == pytest.approx(height_km[1], rel=1e-5)


def test_uhf_gas_is_far_below_the_operators_table(munich: Climate) -> None:
    # AMSAT/IARU 2.5.3, "Atmos. & Ionos. Losses", puts 1.1 dB below 2 GHz at 10 deg: an allowance, not absorption
    loss_db = gas_attenuation_db(*zenith_attenuation_db(437.5e6, munich), 10.0)
    assert 0.05 < loss_db < 0.15


@given(st.floats(1e6, 100e9), st.floats(180, 340), st.floats(600, 1040), st.floats(0, 30))
def test_every_air_attenuates_a_little(f_hz: float, temperature_k: float, pressure_hpa: float, rho: float) -> None:
    climate = replace(STANDARD, temperature_k=temperature_k, pressure_hpa=pressure_hpa, water_vapour_g_m3=rho)
    dry, wet = zenith_attenuation_db(f_hz, climate)
    assert 0.0 < dry < 400.0
    assert 0.0 <= wet < 400.0


def test_attenuation_vanishes_at_low_frequency(munich: Climate) -> None:
    assert gas_attenuation_db(*zenith_attenuation_db(1e6, munich), 0.0) < 1e-4


def test_slant_path_falls_with_elevation_and_ends_at_the_horizon() -> None:
    loss_db = gas_attenuation_db(0.03, 0.02, np.linspace(0.0, 90.0, 1000))
    assert np.all(np.diff(loss_db) < 0.0)
    assert loss_db[-1] == pytest.approx(0.05)
    assert gas_attenuation_db(0.03, 0.02, -5.0) == loss_db[0]


def test_draws_broadcast_with_elevations(munich: Climate) -> None:
    draws = replace(munich, temperature_k=np.array([270.0, 280.0, 290.0]))
    loss_db = gas_attenuation_db(*zenith_attenuation_db(8.2e9, draws), np.array([[10.0], [20.0]]))
    assert loss_db.shape == (2, 3)
    one = replace(munich, temperature_k=290.0)
    assert loss_db[1, 2] == pytest.approx(gas_attenuation_db(*zenith_attenuation_db(8.2e9, one), 20.0))


@pytest.mark.parametrize(
    ("frequency_hz", "temperature_k", "field"), [(0.0, 280.0, "frequency_hz"), (1e9, float("nan"), "temperature_k")]
)
def test_impossible_input_is_named(frequency_hz: float, temperature_k: float, field: str) -> None:
    with pytest.raises(LinkInputError) as error:
        specific_attenuation_db_km(frequency_hz, 1013.25, temperature_k, 7.5)
    assert error.value.field == field


def test_an_elevation_that_is_none() -> None:
    with pytest.raises(LinkInputError, match="elevation_deg"):
        gas_attenuation_db(1.0, 1.0, float("nan"))


def _layered_db(frequency_hz: Floats, elevation_deg: float) -> Floats:
    """Return the attenuation by P.676-12 Annex 1 eq 13-19, 922 layers of the mean annual global atmosphere."""
    index = np.arange(922)
    thickness = 1e-4 * np.exp(index / 100.0)
    base = 1e-4 * np.expm1(index / 100.0) / np.expm1(0.01)
    height = base + thickness / 2.0
    temperature, pressure = _standard_air(height)
    rho = np.maximum(7.5 * np.exp(-height / 2.0), 2e-6 * 216.7 * pressure / temperature)
    vapour = rho * temperature / 216.7
    dry = pressure - vapour
    refraction = 1.0 + 1e-6 * (
        77.6 * dry / temperature + 72.0 * vapour / temperature + 3.75e5 * vapour / temperature**2
    )
    radius = 6371.0 + base
    sine = refraction[0] * radius[0] * np.cos(np.deg2rad(elevation_deg)) / (refraction * radius)  # Snell's law
    cosine = np.sqrt(1.0 - np.minimum(sine, 1.0) ** 2)
    length = -radius * cosine + np.sqrt((radius * cosine) ** 2 + 2.0 * radius * thickness + thickness**2)
    gamma_o, gamma_w = specific_attenuation_db_km(frequency_hz[:, np.newaxis], dry, temperature, rho)
    return (gamma_o + gamma_w) @ length


def _standard_air(height_km: Floats) -> tuple[Floats, Floats]:
    """Return temperature and pressure of ITU-R P.835-6 1 (the US standard atmosphere 1976)."""
    level = 6356.766 * height_km / (6356.766 + height_km)
    bases = np.array([0.0, 11.0, 20.0, 32.0, 47.0, 51.0, 71.0])
    slopes = np.array([-6.5, 0.0, 1.0, 2.8, 0.0, -2.8, -2.0])
    temperatures = 288.15 + np.concatenate([[0.0], np.cumsum(slopes[:-1] * np.diff(bases))])
    logarithms = [np.log(1013.25)]
    for base, top, slope, temperature in zip(bases, bases[1:], slopes, temperatures, strict=False):
        logarithms.append(logarithms[-1] + float(_log_fall(top - base, slope, temperature)))
    layer = np.searchsorted(bases, level, side="right") - 1
    above = level - bases[layer]
    fall = _log_fall(above, slopes[layer], temperatures[layer])
    return temperatures[layer] + slopes[layer] * above, np.exp(np.array(logarithms)[layer] + fall)


def _log_fall(above_km: Any, slope: Any, temperature: Any) -> Floats:
    warmer = np.log1p(slope * above_km / temperature)
    isothermal = -34.1632 * above_km / temperature
    return np.where(slope == 0.0, isothermal, -34.1632 * warmer / np.where(slope == 0.0, 1.0, slope))
