from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkbudget.errors import LinkInputError
from linkbudget.propagation.climate import Climate
from linkbudget.propagation.tropospheric_scintillation import tropospheric_scintillation_db

DISH_M = float(np.sqrt(0.65))  # 1 m, efficiency 0.65


def test_depth_of_the_validation_examples(itu: Any, munich: Climate) -> None:
    for ghz, elevation_deg, n_wet, percent, a_db in itu["p618_13_scintillation"]["rows"]:
        climate = replace(munich, wet_refractivity=n_wet)
        ours_db = tropospheric_scintillation_db(ghz * 1e9, elevation_deg, climate, percent, DISH_M)
        assert ours_db == pytest.approx(a_db, rel=1e-6)


def test_a_small_antenna_does_not_average(munich: Climate) -> None:
    point_db = tropospheric_scintillation_db(14e9, 20.0, munich, 1.0)
    assert tropospheric_scintillation_db(14e9, 20.0, munich, 1.0, 1e-3) == pytest.approx(point_db, rel=1e-3)


def test_a_large_dish_averages_all(munich: Climate) -> None:
    depth_db = tropospheric_scintillation_db(20e9, 30.0, munich, 1.0, np.array([0.0, 1.0, 5.0, 20.0, 100.0]))
    assert np.all(np.diff(depth_db[:4]) < 0.0)
    assert depth_db[4] == 0.0


def test_depth_is_continuous_and_held_below_2_deg(munich: Climate) -> None:
    depth_db = tropospheric_scintillation_db(8e9, np.array([-3.0, 0.0, 2.0, 2.001, 90.0]), munich, 1.0)
    assert depth_db[0] == depth_db[1] == depth_db[2]
    assert depth_db[3] == pytest.approx(depth_db[2], rel=1e-3)
    assert depth_db[4] < depth_db[3]


@pytest.mark.parametrize("percent", [50.0, 60.0, 100.0])
def test_half_of_the_time_there_is_none(munich: Climate, percent: float) -> None:
    assert tropospheric_scintillation_db(14e9, 10.0, munich, percent) < 0.01


@given(st.floats(1e6, 100e9), st.floats(-10, 90), st.floats(0, 100), st.floats(0, 200), st.floats(0, 30))
def test_every_air_scintillates_finitely(
    f_hz: float, elevation_deg: float, percent: float, n_wet: float, dish_m: float
) -> None:
    climate = replace(Climate.by_latitude(0.0, 0.0), wet_refractivity=n_wet)
    assert 0.0 <= tropospheric_scintillation_db(f_hz, elevation_deg, climate, percent, dish_m) < 300.0


@given(st.floats(5, 85), st.floats(0.01, 40))
def test_lower_and_rarer_is_deeper(elevation_deg: float, percent: float) -> None:
    climate = Climate.by_latitude(48.0, 0.0)
    depth_db = tropospheric_scintillation_db(12e9, elevation_deg, climate, percent, 1.0)
    assert tropospheric_scintillation_db(12e9, elevation_deg + 1.0, climate, percent, 1.0) < depth_db
    assert tropospheric_scintillation_db(12e9, elevation_deg, climate, percent * 0.9, 1.0) > depth_db


def test_low_frequency_fades_out(munich: Climate) -> None:
    assert tropospheric_scintillation_db(1e6, 10.0, munich, 1.0) < 0.01


@pytest.mark.parametrize(
    ("frequency_hz", "percent", "dish_m", "field"),
    [(0.0, 1.0, 0.0, "frequency_hz"), (1e9, -1.0, 0.0, "exceeded_percent"), (1e9, 1.0, -1.0, "effective_diameter_m")],
)
def test_impossible_input_is_named(
    munich: Climate, frequency_hz: float, percent: float, dish_m: float, field: str
) -> None:
    with pytest.raises(LinkInputError) as error:
        tropospheric_scintillation_db(frequency_hz, 10.0, munich, percent, dish_m)
    assert error.value.field == field
