import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkbudget.antenna.view_angles import VIEW_ANGLES
from linkbudget.errors import LinkInputError
from linkbudget.orbit.orbit import SGP4
from linkbudget.view import View

ELEVATIONS = st.floats(0.0, 90.0)


def test_a_satellite_overhead():
    view = View.of_altitude(90.0, 550e3)
    assert (view.range_m, view.elevation_deg, view.off_nadir_deg) == (550e3, 90.0, pytest.approx(0.0, abs=1e-9))


def test_the_geostationary_arc_from_the_edge_of_the_earth():
    """8.7 deg off nadir and 41 679 km: where a geostationary satellite is on the horizon (any textbook)."""
    view = View.of_altitude(0.0, 42_164e3 - 6_371e3)
    assert view.off_nadir_deg == pytest.approx(8.7, abs=0.02)
    assert view.range_m / 1e3 == pytest.approx(41_679, abs=3)


@given(ELEVATIONS, st.floats(1e5, 1e9))
def test_the_view_of_a_range_is_that_of_its_altitude(elevation_deg, altitude_m):
    by_altitude = View.of_altitude(elevation_deg, altitude_m)
    by_range = View.of_range(elevation_deg, float(by_altitude.range_m))
    assert by_range.range_m == by_altitude.range_m
    assert by_range.off_nadir_deg == pytest.approx(float(by_altitude.off_nadir_deg), abs=1e-6)


def test_arrays_broadcast():
    elevation_deg = np.array([[10.0], [20.0]])
    for view in (View.of_altitude(elevation_deg, 550e3), View.of_range(elevation_deg, np.array([6e5, 7e5, 8e5]))):
        assert view.elevation_deg.shape == (2, 1)
        assert view.elevation_deg.dtype == view.range_m.dtype == view.off_nadir_deg.dtype == np.float64
    assert view.off_nadir_deg.shape == (2, 3)
    assert view.off_nadir_deg[1, 2] == View.of_range(20.0, 8e5).off_nadir_deg


def test_the_view_over_a_pass_has_time_as_its_first_axis(orbit, zurich, monday):
    seen = orbit.geometry(zurich, monday, np.arange(0.0, 6000.0, 60.0))
    view = View.over_time(seen)
    assert view.range_m.shape == view.elevation_deg.shape == view.off_nadir_deg.shape == (100, 1, 1)
    np.testing.assert_array_equal(view.range_m.ravel(), seen.range_m)
    np.testing.assert_array_equal(view.off_nadir_deg.ravel(), seen.off_nadir_deg)


def test_a_view_says_what_its_range_follows_from(orbit, zurich, monday):
    assert View.of_altitude(30.0, 550e3).source is VIEW_ANGLES
    assert View.of_range(30.0, 1e6).source.reference == "given"
    assert View.over_time(orbit.geometry(zurich, monday, np.zeros(1))).source is SGP4


def test_a_round_earth_is_near_the_ellipsoid(orbit, zurich, monday):
    seen = orbit.geometry(zurich, monday, np.arange(0.0, 86_400.0, 60.0))
    up = seen.elevation_deg > 5.0
    view = View.of_range(seen.elevation_deg[up], seen.range_m[up])
    assert up.sum() > 30
    np.testing.assert_allclose(view.off_nadir_deg, seen.off_nadir_deg[up], atol=0.25)


def test_a_satellite_in_the_ground_is_refused():
    with pytest.raises(LinkInputError, match=r"^altitude_m is -1\.0"):
        View.of_altitude(30.0, -1.0)
