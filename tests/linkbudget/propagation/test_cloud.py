from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkbudget.errors import LinkInputError
from linkbudget.propagation.climate import Climate
from linkbudget.propagation.cloud import cloud_attenuation_db, cloud_coefficient_db_m2_kg


def test_attenuation_of_the_validation_examples(itu: Any, munich: Climate) -> None:
    for ghz, elevation_deg, liquid_kg_m2, a_db in itu["p840_8_cloud"]["rows"]:
        climate = replace(munich, cloud_liquid_kg_m2=liquid_kg_m2)
        # the water of 0.3 % given as if it were that of 1 %
        assert cloud_attenuation_db(ghz * 1e9, elevation_deg, climate, 1.0) == pytest.approx(a_db, rel=1e-6)


def test_warm_drops_absorb_less_below_the_relaxation() -> None:
    assert cloud_coefficient_db_m2_kg(10e9, 293.15) < cloud_coefficient_db_m2_kg(10e9, 273.15)


def test_coefficient_grows_with_frequency_from_nothing() -> None:
    coefficient = cloud_coefficient_db_m2_kg(np.geomspace(1e6, 200e9, 500))
    assert np.all(np.diff(coefficient) > 0.0)
    assert coefficient[0] < 1e-8


@pytest.mark.parametrize(
    ("percent", "median"), [(1, 1.0), (2, 0.779), (3, 0.639), (5, 0.460), (10, 0.229), (20, 0.067), (50, 0.0)]
)
def test_frequent_clouds_are_thinner(munich: Climate, percent: float, median: float) -> None:
    # medians over land of L_red(p) / L_red(1 %), taken from the maps of P.840-8 with itur 0.4.0
    ratio = cloud_attenuation_db(20e9, 30.0, munich, percent) / cloud_attenuation_db(20e9, 30.0, munich, 1.0)
    assert ratio == pytest.approx(median, abs=0.05)


def test_rare_clouds_are_those_of_1_percent(munich: Climate) -> None:
    assert cloud_attenuation_db(20e9, 30.0, munich, 0.0) == cloud_attenuation_db(20e9, 30.0, munich, 1.0)
    assert cloud_attenuation_db(20e9, 30.0, munich, 100.0) == 0.0


def test_path_is_the_cosecant_down_to_5_deg_and_finite_at_0(munich: Climate) -> None:
    elevation_deg = np.array([90.0, 30.0, 5.0, 4.999999, 0.0, -1.0])
    a_db = cloud_attenuation_db(20e9, elevation_deg, munich, 1.0)
    assert (a_db / a_db[0])[:4] == pytest.approx([1.0, 2.0, 11.4737, 11.4737], rel=1e-5)
    # a layer at 3 km, seen from the ground at 0 deg, is crossed at 1.5 deg on an Earth of 8500 km
    assert (a_db / a_db[0])[4:] == pytest.approx([1 / np.sin(np.arccos(8500 / 8503))] * 2, rel=0.06)


@given(st.floats(1e6, 100e9), st.floats(-10, 90), st.floats(0, 100), st.floats(0, 5))
def test_every_cloud_has_an_attenuation(f_hz: float, elevation_deg: float, percent: float, liquid: float) -> None:
    climate = replace(Climate.by_latitude(0.0, 0.0), cloud_liquid_kg_m2=liquid)
    assert 0.0 <= cloud_attenuation_db(f_hz, elevation_deg, climate, percent) < 5000.0


def test_impossible_input_is_named(munich: Climate) -> None:
    with pytest.raises(LinkInputError, match="frequency_hz"):
        cloud_attenuation_db(-1.0, 30.0, munich, 1.0)
    with pytest.raises(LinkInputError, match="exceeded_percent"):
        cloud_attenuation_db(1e9, 30.0, munich, float("nan"))
