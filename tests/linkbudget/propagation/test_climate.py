from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkbudget.errors import LinkInputError
from linkbudget.propagation.climate import Climate, wet_refractivity
from linkbudget.propagation.reference_atmosphere import reference_atmosphere


def test_rain_height_by_latitude() -> None:
    # ITU-R P.839-2: 5 - 0.075 (lat - 23) north of 23, 5 + 0.1 (lat + 21) south of -21, 0 south of -71
    heights_km = [Climate.by_latitude(latitude, 0.0).rain_height_km for latitude in (0, 23, 48, 90, -21, -51, -71, -90)]
    assert heights_km == pytest.approx([5.0, 5.0, 3.125, 0.0, 5.0, 2.0, 0.0, 0.0], abs=1e-12)


def test_the_simple_rain_height_is_a_rough_one(itu: Any) -> None:
    rows = itu["p839_4_rain_height"]["rows"]
    errors_km = [Climate.by_latitude(latitude, 0.0).rain_height_km - mapped_km for latitude, _, mapped_km in rows]
    assert np.median(np.abs(errors_km)) < 0.6
    assert np.max(np.abs(errors_km)) < 1.7


def test_rain_and_clouds_by_latitude_are_the_medians_of_the_maps() -> None:
    # over land within 2.5 deg, on a grid of 2 deg, by itur 0.4.0 from the maps of P.837-7 and P.840-8 at 1 %
    rain_mm_h = [86.275, 67.5325, 47.6, 24.68, 24.013, 25.0085, 19.9465, 6.814, 0.9025, 0.0]
    liquid_kg_m2 = [3.35534, 3.01651, 2.16053, 0.99698, 0.80858, 1.18621, 1.10936, 0.33553, 0.00992, 0.0]
    for latitude, rain, liquid in zip(range(0, 91, 10), rain_mm_h, liquid_kg_m2, strict=True):
        climate = Climate.by_latitude(-latitude, 0.0)
        assert climate.rain_rate_mm_h == pytest.approx(rain, rel=0.015, abs=1e-9)
        assert climate.cloud_liquid_kg_m2 == pytest.approx(liquid, rel=0.015, abs=1e-9)


def test_wet_refractivity_is_that_of_the_definition() -> None:
    # the mean global reference atmosphere of P.835, 7.5 g/m3 at 288.15 K, has e = 9.973 hPa: P.453 eq 2
    assert wet_refractivity(288.15, 7.5) == pytest.approx(72.0 * 9.973 / 288.15 + 3.75e5 * 9.973 / 288.15**2, rel=1e-4)


def test_air_at_the_ground_is_the_mean_of_the_seasons() -> None:
    # ITU-R P.835-6: 294.9838 and 272.7241 K, 1012.8186 and 1018.8627 hPa, 14.3542 and 3.4742 g/m3 in mid-latitudes
    air = reference_atmosphere(30.0, 0.0)
    assert air.temperature_k == pytest.approx(283.85395)
    assert air.pressure_hpa == pytest.approx(1015.84065)
    assert air.water_vapour_g_m3 == pytest.approx(8.9142)
    assert reference_atmosphere(-10.0, 0.0).temperature_k == 300.4222


def test_air_above_the_ground(itu: Any) -> None:
    for latitude_deg, altitude_m, temperature_k, pressure_hpa, water_vapour_g_m3 in itu["p835_6_air"]["rows"]:
        for latitude in (latitude_deg, -latitude_deg):
            air = reference_atmosphere(latitude, altitude_m)
            assert air.temperature_k == pytest.approx(temperature_k, rel=1e-7)
            assert air.pressure_hpa == pytest.approx(pressure_hpa, rel=1e-7)
            assert air.water_vapour_g_m3 == pytest.approx(water_vapour_g_m3, rel=1e-6)


def test_bands_of_latitude() -> None:
    temperatures_k = [reference_atmosphere(latitude, 0.0).temperature_k for latitude in (21.9, 22.0, 45.0, 45.1)]
    assert temperatures_k[0] > temperatures_k[1] == temperatures_k[2] > temperatures_k[3]
    assert reference_atmosphere(0.0, 9000.0) == reference_atmosphere(0.0, 8500.0)


@given(st.floats(-90, 90), st.floats(-500, 10_000))
def test_every_site_has_a_climate(latitude_deg: float, altitude_m: float) -> None:
    climate = Climate.by_latitude(latitude_deg, altitude_m)
    assert climate == Climate.by_latitude(latitude_deg, altitude_m)
    assert climate.pressure_hpa > 200.0


@pytest.mark.parametrize(("latitude_deg", "altitude_m", "field"), [(91, 0, "latitude_deg"), (0, 2e4, "altitude_m")])
def test_a_place_that_is_none(latitude_deg: float, altitude_m: float, field: str) -> None:
    with pytest.raises(LinkInputError) as error:
        Climate.by_latitude(latitude_deg, altitude_m)
    assert error.value.field == field


def test_fields_hold_draws_within_their_bounds() -> None:
    with pytest.raises(LinkInputError, match="rain_rate_mm_h is -1"):
        Climate(
            rain_rate_mm_h=np.array([1.0, -1.0]),
            rain_height_km=3.0,
            temperature_k=280.0,
            pressure_hpa=1000.0,
            water_vapour_g_m3=7.5,
            cloud_liquid_kg_m2=1.0,
            wet_refractivity=40.0,
        )
