from datetime import datetime, timezone

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from skyfield.api import wgs84

from linkbudget.orbit.earth_rotation import sidereal_rad, ut1_minus_utc_s
from linkbudget.orbit.frames import (
    dot,
    east_north_up,
    geodetic_from_itrf,
    itrf_from_geodetic,
    itrf_from_teme,
    rotated,
)

LATITUDES = st.floats(-90.0, 90.0)
LONGITUDES = st.floats(-179.999, 180.0)
ARCSECOND = np.pi / 180.0 / 3600.0


def column(km: list[float]) -> np.ndarray:
    return np.array([km]).T * 1e3


def test_the_published_transformation(published) -> None:
    case = published["teme_itrf"]
    midnight = datetime(2004, 4, 6, tzinfo=timezone.utc)
    # the published numbers come from a Julian date in one float64
    julian_date_ut1 = 2453101.5 + (7 * 3600 + 51 * 60 + 28.386) / 86_400.0 + case["dut1_s"] / 86_400.0
    ut1_s = np.array([(julian_date_ut1 - 2453101.5) * 86_400.0])
    sidereal = sidereal_rad(midnight, ut1_s - ut1_minus_utc_s(midnight, ut1_s))
    position, velocity = itrf_from_teme(
        column(case["r_teme_km"]),
        column(case["v_teme_km_s"]),
        sidereal,
        case["xp_arcsec"] * ARCSECOND,
        case["yp_arcsec"] * ARCSECOND,
    )
    np.testing.assert_allclose(position[:, 0] / 1e3, case["r_itrf_km"], rtol=0, atol=case["tolerance_km"])
    np.testing.assert_allclose(velocity[:, 0] / 1e3, case["v_itrf_km_s"], rtol=0, atol=case["tolerance_km_s"])


def test_the_pole_moves_a_point_by_metres_only(published) -> None:
    case = published["teme_itrf"]
    place, speed = column(case["r_teme_km"]), column(case["v_teme_km_s"])
    still = itrf_from_teme(place, speed, np.zeros(1))
    moved = itrf_from_teme(place, speed, np.zeros(1), 0.3 * ARCSECOND, 0.3 * ARCSECOND)
    assert 1.0 < np.linalg.norm(still[0] - moved[0]) < 25.0
    assert np.linalg.norm(moved[0]) == pytest.approx(np.linalg.norm(still[0]), rel=1e-14)


def test_the_velocity_is_the_derivative_of_the_position() -> None:
    place, speed = column([7000.0, 100.0, 500.0]), column([0.1, 7.0, 2.0])
    rate = 7.292115146706979e-5
    later, earlier = (itrf_from_teme(place + t * speed, speed, np.array([1.0 + rate * t]))[0] for t in (0.5, -0.5))
    np.testing.assert_allclose(itrf_from_teme(place, speed, np.array([1.0]))[1], later - earlier, rtol=0, atol=1e-4)


def test_the_published_geodetic_position(published) -> None:
    case = published["geodetic"]
    latitude, longitude, altitude = geodetic_from_itrf(column(case["itrf_km"]))
    assert latitude == pytest.approx(case["latitude_deg"], abs=case["tolerance_deg"])
    assert longitude == pytest.approx(case["longitude_deg"], abs=case["tolerance_deg"])
    assert altitude / 1e3 == pytest.approx(case["altitude_km"], abs=case["tolerance_km"])


@given(LATITUDES, LONGITUDES, st.floats(-500.0, 4e7))
def test_geodetic_there_and_back(latitude: float, longitude: float, altitude: float) -> None:
    place = itrf_from_geodetic(latitude, longitude, altitude)
    found = geodetic_from_itrf(place[:, None])
    assert found[0] == pytest.approx(latitude, abs=6e-7)  # 7 cm
    if abs(latitude) < 89.9999:
        assert found[1] == pytest.approx(longitude, abs=1e-9)
    assert found[2] == pytest.approx(altitude, abs=1e-6)


@given(LATITUDES, LONGITUDES, st.floats(-500.0, 10_000.0))
def test_a_station_stands_where_skyfield_puts_it(latitude: float, longitude: float, altitude: float) -> None:
    peer = wgs84.latlon(latitude, longitude, altitude).itrs_xyz.m
    np.testing.assert_allclose(itrf_from_geodetic(latitude, longitude, altitude), peer, rtol=0, atol=1e-6)


@given(LATITUDES, LONGITUDES)
def test_east_north_up_are_a_right_handed_frame(latitude: float, longitude: float) -> None:
    axes = east_north_up(latitude, longitude)
    np.testing.assert_allclose(axes @ axes.T, np.eye(3), atol=1e-15)
    assert np.linalg.det(axes) == pytest.approx(1.0)
    assert axes[0, 2] == 0.0
    assert axes[1, 2] >= 0.0
    rise = itrf_from_geodetic(latitude, longitude, 1000.0) - itrf_from_geodetic(latitude, longitude, 0.0)
    np.testing.assert_allclose(axes @ rise, [0.0, 0.0, 1000.0], atol=1e-6)


def test_turning_the_axes_east_turns_the_vector_west() -> None:
    np.testing.assert_allclose(rotated(np.array([[1.0], [0.0], [2.0]]), np.pi / 2), [[0.0], [-1.0], [2.0]], atol=1e-15)
    assert dot(np.array([[1.0], [2.0], [3.0]]), np.array([[4.0], [5.0], [6.0]])) == 32.0
