from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkbudget.errors import LinkInputError
from linkbudget.propagation.climate import Climate
from linkbudget.propagation.rain import rain_attenuation_db, rain_coefficients


def test_coefficients_of_the_validation_examples(itu: Any) -> None:
    ghz, elevation, tilt, rate, k, alpha, gamma = np.array(itu["p838_3"]["rows"]).T
    ours_k, ours_alpha = rain_coefficients(ghz * 1e9, elevation, tilt)
    np.testing.assert_allclose(ours_k, k, rtol=1e-6)
    np.testing.assert_allclose(ours_alpha, alpha, rtol=1e-6)
    np.testing.assert_allclose(ours_k * rate**ours_alpha, gamma, rtol=1e-6)


@pytest.mark.parametrize(
    ("ghz", "k_h", "alpha_h", "k_v", "alpha_v"),
    [  # ITU-R P.838-3 Table 5, printed to four digits
        (1, 0.0000259, 0.9691, 0.0000308, 0.8592),
        (10, 0.01217, 1.2571, 0.01129, 1.2156),
        (20, 0.09164, 1.0568, 0.09611, 0.9847),
        (40, 0.4431, 0.8673, 0.4274, 0.8421),
        (100, 1.3671, 0.6815, 1.3680, 0.6765),
    ],
)
def test_coefficients_of_the_recommendations_table(
    ghz: float, k_h: float, alpha_h: float, k_v: float, alpha_v: float
) -> None:
    assert rain_coefficients(ghz * 1e9, 0.0, 0.0) == pytest.approx((k_h, alpha_h), rel=2e-3)
    assert rain_coefficients(ghz * 1e9, 0.0, 90.0) == pytest.approx((k_v, alpha_v), rel=2e-3)


def test_attenuation_of_the_validation_examples(itu: Any, munich: Climate) -> None:
    for latitude, station_km, ghz, elevation, tilt, rate, slant_km, percent, a_db in itu["p618_13_rain"]["rows"]:
        # the examples give the slant path L_s below the rain height in place of that height
        rain_height_km = station_km + slant_km * np.sin(np.deg2rad(elevation))
        climate = replace(munich, rain_rate_mm_h=rate, rain_height_km=rain_height_km)
        ours_db = rain_attenuation_db(ghz * 1e9, elevation, tilt, climate, latitude, station_km * 1e3, percent)
        assert ours_db == pytest.approx(a_db, rel=1e-6)


def test_low_elevations_of_another_implementation(itu: Any, munich: Climate) -> None:
    for latitude, station_km, height_km, ghz, elevation, tilt, rate, percent, a_db in itu["p618_13_low_rain"]["rows"]:
        climate = replace(munich, rain_rate_mm_h=rate, rain_height_km=height_km)
        ours_db = rain_attenuation_db(ghz * 1e9, elevation, tilt, climate, latitude, station_km * 1e3, percent)
        assert ours_db == pytest.approx(a_db, rel=1e-6)


def test_low_elevation_follows_the_bent_path(munich: Climate) -> None:
    # by hand from P.618-13 eq 2 at 0 deg: L_s = sqrt(2 (h_R - h_s) R_e), all of it along the ground
    climate = replace(munich, rain_height_km=3.0, rain_rate_mm_h=30.0)
    k, alpha = rain_coefficients(12e9, 0.0, 45.0)
    gamma, slant = k * 30.0**alpha, np.sqrt(2 * 3.0 * 8500.0)
    expected_db = gamma * slant / (1 + 0.78 * np.sqrt(slant * gamma / 12) - 0.38 * (1 - np.exp(-2 * slant)))
    assert rain_attenuation_db(12e9, 0.0, 45.0, climate, 48.0, 0.0, 0.01) == pytest.approx(expected_db, rel=1e-12)
    # light rain at a lower frequency: r_0.01 exceeds 1, but below 5 deg the path may grow by it
    steps_db = rain_attenuation_db(2e9, np.linspace(0.0, 10.0, 2001), 45.0, climate, 48.0, 0.0, 0.01)
    assert np.max(np.abs(np.diff(steps_db)) / steps_db[1:]) < 0.025  # eq 1 and 2 differ by 2 % at 5 deg


def test_circular_polarisation_lies_between_the_linear_ones() -> None:
    horizontal, circular, vertical = rain_coefficients(20e9, 20.0, np.array([0.0, 45.0, 90.0]))[1]
    assert horizontal > circular > vertical


@given(
    st.floats(1e6, 100e9),
    st.floats(-10, 90),
    st.floats(0, 90),
    st.floats(-90, 90),
    st.floats(0, 6000),
    st.floats(0, 100),
    st.floats(0, 150),
)
def test_every_rain_has_an_attenuation(
    frequency_hz: float,
    elevation_deg: float,
    tilt_deg: float,
    latitude_deg: float,
    altitude_m: float,
    percent: float,
    rain_rate_mm_h: float,
) -> None:
    climate = replace(Climate.by_latitude(latitude_deg, altitude_m), rain_rate_mm_h=rain_rate_mm_h)
    a_db = rain_attenuation_db(frequency_hz, elevation_deg, tilt_deg, climate, latitude_deg, altitude_m, percent)
    assert 0.0 <= a_db < 5000.0


@given(st.floats(1e6, 100e9), st.floats(0, 90), st.floats(0.001, 5.0), st.floats(0, 100), st.floats(0.01, 50))
def test_more_rain_attenuates_more(
    frequency_hz: float, elevation_deg: float, percent: float, rate: float, more: float
) -> None:
    climate = replace(Climate.by_latitude(48.0, 0.0), rain_rate_mm_h=np.array([rate, rate + more]))
    less_db, more_db = rain_attenuation_db(frequency_hz, elevation_deg, 45.0, climate, 48.0, 0.0, percent)
    assert less_db < more_db


@given(st.floats(1e9, 55e9), st.floats(5, 90))
def test_rarer_rain_attenuates_more(frequency_hz: float, elevation_deg: float) -> None:
    percent = np.geomspace(0.0005, 12.0, 300)
    a_db = rain_attenuation_db(frequency_hz, elevation_deg, 45.0, Climate.by_latitude(48.0, 0.0), 48.0, 0.0, percent)
    assert np.all(np.diff(a_db) <= 0.0)


def test_rain_ends_between_5_and_10_percent(munich: Climate) -> None:
    percent = np.array([5.0, 7.5, 10.0, 50.0])
    a_db = rain_attenuation_db(20e9, 30.0, 45.0, munich, 48.0, 500.0, percent)
    assert a_db / a_db[0] == pytest.approx([1.0, 0.5, 0.0, 0.0])


def test_uhf_rain_is_nothing(munich: Climate) -> None:
    assert rain_attenuation_db(437e6, 5.0, 45.0, munich, 48.0, 500.0, 0.01) < 0.01
    assert rain_attenuation_db(1e6, 5.0, 45.0, munich, 48.0, 500.0, 0.01) < 1e-8


def test_coefficients_join_at_1_ghz() -> None:
    assert rain_coefficients(0.999_999e9, 30.0, 0.0) == pytest.approx(rain_coefficients(1e9, 30.0, 0.0), rel=1e-5)


def test_no_rain_above_it(munich: Climate) -> None:
    high = replace(munich, rain_height_km=2.0)
    assert rain_attenuation_db(20e9, 30.0, 45.0, high, 48.0, 2500.0, 0.01) < 1e-100
    assert rain_attenuation_db(20e9, 30.0, 45.0, replace(munich, rain_rate_mm_h=0.0), 48.0, 0.0, 0.01) < 1e-100


@pytest.mark.parametrize("latitude_deg", [48.0, -10.0])
def test_axes_broadcast(munich: Climate, latitude_deg: float) -> None:
    elevation = np.array([[5.0], [25.0], [80.0]])
    percent = np.array([0.01, 0.3, 3.0, 20.0])
    climate = replace(munich, rain_rate_mm_h=np.array([5.0, 20.0, 40.0, 80.0]))
    a_db = rain_attenuation_db(12e9, elevation, 45.0, climate, latitude_deg, 500.0, percent)
    assert a_db.shape == (3, 4)
    for i, j in np.ndindex(3, 4):
        one = replace(munich, rain_rate_mm_h=climate.rain_rate_mm_h[j])  # type: ignore[index]
        single_db = rain_attenuation_db(12e9, elevation[i, 0], 45.0, one, latitude_deg, 500.0, percent[j])
        assert a_db[i, j] == pytest.approx(single_db, rel=1e-12)


@pytest.mark.parametrize(
    ("frequency_hz", "elevation_deg", "percent", "field"),
    [
        (0.0, 30.0, 1.0, "frequency_hz"),
        (1e9, float("nan"), 1.0, "elevation_deg"),
        (1e9, 30.0, 101.0, "exceeded_percent"),
    ],
)
def test_impossible_input_is_named(
    munich: Climate, frequency_hz: float, elevation_deg: float, percent: float, field: str
) -> None:
    with pytest.raises(LinkInputError) as error:
        rain_attenuation_db(frequency_hz, elevation_deg, 45.0, munich, 48.0, 0.0, percent)
    assert error.value.field == field
