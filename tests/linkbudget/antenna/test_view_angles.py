import doctest

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import linkbudget.antenna.view_angles
from linkbudget.antenna.view_angles import (
    elevation_at_range_deg,
    elevation_off_nadir_deg,
    off_nadir_deg,
    slant_range_m,
)
from linkbudget.constants import EARTH_RADIUS_M
from linkbudget.errors import LinkInputError

ELEVATIONS = st.floats(0.0, 90.0)
ALTITUDES = st.floats(150e3, 40e6)


def test_a_published_slant_range(published) -> None:
    case = published["amsat_slant_range"]
    distance = slant_range_m(case["elevation_deg"], case["altitude_km"] * 1e3, case["earth_radius_km"] * 1e3)
    assert float(distance) / 1e3 == pytest.approx(case["slant_range_km"], abs=case["tolerance_km"])


@given(ELEVATIONS, ALTITUDES)
def test_the_triangle_of_station_satellite_and_centre_closes(elevation_deg, altitude_m) -> None:
    distance = float(slant_range_m(elevation_deg, altitude_m))
    nadir = float(off_nadir_deg(elevation_deg, altitude_m))
    central = np.radians(90.0 - elevation_deg - nadir)
    assert central >= -1e-9
    across, up = EARTH_RADIUS_M * np.sin(central), EARTH_RADIUS_M * np.cos(central)
    assert distance == pytest.approx(np.hypot(across, EARTH_RADIUS_M + altitude_m - up), abs=0.1)
    assert distance >= altitude_m - 1e-3


@given(st.floats(0.0, 89.0), ALTITUDES)
def test_elevation_comes_back_from_range_and_off_nadir_angle(elevation_deg, altitude_m) -> None:
    distance, nadir = slant_range_m(elevation_deg, altitude_m), off_nadir_deg(elevation_deg, altitude_m)
    assert float(elevation_at_range_deg(distance, altitude_m)) == pytest.approx(elevation_deg, abs=1e-4)
    assert float(elevation_off_nadir_deg(nadir, altitude_m)) == pytest.approx(elevation_deg, abs=1e-4)


@given(st.floats(0.0, 89.0), ALTITUDES)
def test_a_higher_satellite_is_nearer(elevation_deg, altitude_m) -> None:
    assert slant_range_m(elevation_deg + 1.0, altitude_m) < slant_range_m(elevation_deg, altitude_m)
    assert off_nadir_deg(elevation_deg + 1.0, altitude_m) < off_nadir_deg(elevation_deg, altitude_m)


def test_overhead() -> None:
    assert float(slant_range_m(90.0, 500e3)) == pytest.approx(500e3)
    assert float(off_nadir_deg(90.0, 500e3)) == pytest.approx(0.0, abs=1e-9)
    assert float(elevation_at_range_deg(500e3, 500e3)) == pytest.approx(90.0, abs=1e-3)
    assert float(elevation_off_nadir_deg(0.0, 500e3)) == 90.0


def test_below_the_horizon_the_line_of_sight_runs_through_the_earth() -> None:
    # of the two points of the orbit on one line, the distances differ by the chord's part before the station
    above, below = slant_range_m(20.0, 500e3), slant_range_m(-20.0, 500e3)
    assert float(below - above) == pytest.approx(2 * EARTH_RADIUS_M * np.sin(np.radians(20.0)))


def test_shapes_broadcast() -> None:
    distance = slant_range_m(np.linspace(0.0, 90.0, 4)[:, None], np.array([500e3, 600e3]))
    assert (distance.shape, distance.dtype) == ((4, 2), np.float64)


@pytest.mark.parametrize(
    ("call", "field"),
    [
        (lambda: slant_range_m(91.0, 500e3), "elevation_deg"),
        (lambda: off_nadir_deg(np.nan, 500e3), "elevation_deg"),
        (lambda: slant_range_m(10.0, 0.0), "altitude_m"),
        (lambda: elevation_at_range_deg(np.array([600e3, 400e3]), 500e3), r"range_m is 400000\.0"),
        (lambda: elevation_at_range_deg(-1.0, 500e3), "range_m"),
        (lambda: elevation_off_nadir_deg(80.0, 500e3), "angle_deg"),
        (lambda: elevation_off_nadir_deg(-1.0, 500e3), "angle_deg"),
    ],
)
def test_what_cannot_be_is_refused(call, field) -> None:
    with pytest.raises(LinkInputError, match=f"^{field}"):
        call()


def test_the_docstrings_examples() -> None:
    assert doctest.testmod(linkbudget.antenna.view_angles).failed == 0
