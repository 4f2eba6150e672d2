from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from time import perf_counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linkbudget.orbit.elements import MeanElements
from linkbudget.orbit.orbit import Orbit
from linkbudget.orbit.pass_search import _roots
from linkbudget.orbit.passes import Pass
from linkbudget.orbit.sight import sight
from linkbudget.orbit.station import Station

EPOCH = datetime(2024, 1, 22, tzinfo=timezone.utc)
FINE_S = np.arange(0.0, 86_400.0, 5.0)
ANGLES = st.floats(0.0, 360.0)


def elements(perigee_km: float, eccentricity: float, inclination_deg: float, angles: tuple[float, ...]) -> MeanElements:
    axis_km = (6378.135 + perigee_km) / (1.0 - eccentricity)
    return MeanElements(
        name="any",
        catalogue_number=1,
        epoch=EPOCH,
        inclination_deg=inclination_deg,
        raan_deg=angles[0],
        eccentricity=eccentricity,
        argument_of_perigee_deg=angles[1],
        mean_anomaly_deg=angles[2],
        mean_motion_rev_day=float(np.sqrt(398_600.8 / axis_km**3) * 86_400.0 / 2.0 / np.pi),
    )


INCLINATIONS = st.floats(0.0, 179.5)  # at 180 degrees SGP4's lunar and solar terms are singular: its positions jump
LOW = st.builds(
    elements, st.floats(250.0, 1500.0), st.floats(0.0, 0.02), INCLINATIONS, st.tuples(ANGLES, ANGLES, ANGLES)
)
HIGH = st.builds(
    elements, st.floats(300.0, 20_000.0), st.floats(0.0, 0.73), INCLINATIONS, st.tuples(ANGLES, ANGLES, ANGLES)
)
STATIONS = st.builds(
    lambda latitude, longitude: Station(name="any", latitude_deg=latitude, longitude_deg=longitude, altitude_m=0.0),
    st.floats(-90.0, 90.0),
    st.floats(-180.0, 180.0),
)
MASKS = st.floats(0.0, 40.0)


def passes(orbit: Orbit, station: Station, mask_deg: float, days: float = 1.0) -> list[Pass]:
    return orbit.passes(station, EPOCH, EPOCH + timedelta(days=days), mask_deg)


@settings(max_examples=25, deadline=None)
@given(st.one_of(LOW, HIGH), STATIONS, MASKS)
def test_against_a_sample_every_five_seconds(element: MeanElements, station: Station, mask_deg: float) -> None:
    orbit = Orbit(element)
    seen = orbit.geometry(station, EPOCH, FINE_S)
    inside = np.zeros(FINE_S.shape, dtype=bool)
    for each in passes(orbit, station, mask_deg):
        aos_s, tca_s, los_s = ((time - EPOCH).total_seconds() for time in (each.aos, each.tca, each.los))
        within = (aos_s <= FINE_S) & (los_s >= FINE_S)
        inside |= within
        at_tca = orbit.geometry(station, each.tca, np.zeros(1))
        if within.any():
            assert at_tca.range_m[0] <= seen.range_m[within].min() + 10.0
            # a turn is where SGP4's velocity says so, which in high orbits is not quite where its position does
            assert each.max_elevation_deg >= seen.elevation_deg[within].max() - 1e-3
        assert aos_s <= tca_s <= los_s
        assert mask_deg - 1e-3 <= each.max_elevation_deg <= 90.0
    clear = np.abs(seen.elevation_deg - mask_deg) > 1e-3
    np.testing.assert_array_equal(inside[clear], (seen.elevation_deg >= mask_deg)[clear])


@settings(max_examples=25, deadline=None)
@given(st.one_of(LOW, HIGH), STATIONS)
def test_the_grid_is_fine_enough_not_to_miss_a_pass(element: MeanElements, station: Station) -> None:
    orbit = Orbit(element)
    seen = sight(orbit.motion(EPOCH, FINE_S), station)
    turns = np.flatnonzero((seen.sine_rate_s[1:] >= 0.0) != (seen.sine_rate_s[:-1] >= 0.0))
    between_s = np.diff(FINE_S[turns])
    visible = np.maximum(seen.sine[turns][1:], seen.sine[turns][:-1]) > 0.0
    # two turns of the elevation, one of them in view, lie many steps of the grid apart
    assert between_s[visible].min(initial=np.inf) > 5.0 * orbit._step_s()


def test_passes_of_a_second(orbit: Orbit, zurich: Station) -> None:
    """Every peak of a week is found as a pass of a second or less when the mask is set just below it."""
    for each in passes(orbit, zurich, 0.0, days=7.0):
        edge = orbit.geometry(zurich, each.tca - timedelta(seconds=1), np.linspace(0.0, 2.0, 201)).elevation_deg
        if not 0.1 < each.max_elevation_deg < 85.0:
            continue
        mask_deg = each.max_elevation_deg - 1e-6
        found = orbit.passes(zurich, each.aos, each.los, mask_deg)
        assert len(found) == 1
        assert found[0].los - found[0].aos < timedelta(seconds=1.0)
        assert edge.max() <= each.max_elevation_deg + 1e-3


def test_a_geostationary_satellite_is_one_long_pass() -> None:
    above = elements(35_786.0, 0.0, 0.05, (0.0, 0.0, 0.0))
    orbit = Orbit(above)
    longitude = float(orbit.geometry(_at(0.0, 0.0), EPOCH, np.zeros(1)).longitude_deg[0])
    (found,) = passes(orbit, _at(40.0, longitude), 10.0)
    assert (found.aos, found.los) == (EPOCH, EPOCH + timedelta(days=1))
    assert passes(orbit, _at(40.0, (longitude + 360.0) % 360.0 - 180.0), 10.0) == []


def _at(latitude_deg: float, longitude_deg: float) -> Station:
    return Station(name="here", latitude_deg=latitude_deg, longitude_deg=longitude_deg, altitude_m=0.0)


def test_a_pass_at_apogee_is_nearest_at_one_of_its_ends() -> None:
    molniya = Orbit(elements(600.0, 0.73, 63.4, (120.0, 270.0, 10.0)))
    moscow = _at(55.75, 37.6)
    long = [each for each in passes(molniya, moscow, 20.0, days=3.0) if each.los - each.aos > timedelta(hours=4)]
    assert long
    for each in long:
        at = molniya.geometry(moscow, each.aos, np.linspace(0.0, (each.los - each.aos).total_seconds(), 500))
        nearest = molniya.geometry(moscow, each.tca, np.zeros(1)).range_m[0]
        assert nearest <= at.range_m.min() + 1.0
        assert abs(at.elevation_deg.max() - each.max_elevation_deg) < 0.01


def test_azimuths_and_light_are_those_of_the_three_times(orbit: Orbit, zurich: Station) -> None:
    found = passes(orbit, zurich, 5.0, days=2.0)
    for each in found:
        for time, azimuth_deg in (
            (each.aos, each.aos_azimuth_deg),
            (each.tca, each.tca_azimuth_deg),
            (each.los, each.los_azimuth_deg),
        ):
            seen = orbit.geometry(zurich, time, np.zeros(1))
            assert seen.azimuth_deg[0] == pytest.approx(azimuth_deg, abs=1e-3)


def test_light_is_that_of_the_closest_approach() -> None:
    orbit, station = Orbit(elements(600.0, 0.0, 51.6, (0.0, 0.0, 0.0))), _at(45.0, 0.0)
    changes = 0
    for each in passes(orbit, station, 0.0, days=7.0):
        at_aos, at_tca, at_los = (
            bool(orbit.geometry(station, time, np.zeros(1)).sunlit[0]) for time in (each.aos, each.tca, each.los)
        )
        assert each.sunlit == at_tca
        changes += at_aos != at_tca or at_tca != at_los
    assert changes > 5  # satellites go dark in the midst of passes


def test_a_week_in_less_than_fifty_milliseconds(orbit: Orbit, zurich: Station) -> None:
    def seconds() -> float:
        start = perf_counter()
        passes(orbit, zurich, 10.0, days=7.0)
        return perf_counter() - start

    assert min(seconds() for _ in range(10)) < 0.05


@pytest.mark.parametrize(
    ("function", "roots"),
    [
        (lambda x: (np.sin(x), np.cos(x)), [np.pi, 2 * np.pi, 3 * np.pi]),
        (lambda x: (np.sin(x), np.zeros_like(x)), [np.pi, 2 * np.pi, 3 * np.pi]),  # no slope: by halving
        (lambda x: (np.sin(x), -np.cos(x)), [np.pi, 2 * np.pi, 3 * np.pi]),  # a wrong one too
        (lambda x: ((x - 5.0) ** 3, 3.0 * (x - 5.0) ** 2), [5.0]),
        (lambda x: (np.where(x < 4.5, -1.0, 1e6), np.ones_like(x)), [4.5]),
        (lambda x: (np.ones_like(x), np.ones_like(x)), []),
    ],
)
def test_roots(function: Callable[[np.ndarray], tuple[np.ndarray, np.ndarray]], roots: list[float]) -> None:
    grid = np.arange(0.7, 10.0)
    np.testing.assert_allclose(_roots(grid, function(grid)[0], function), roots, rtol=0, atol=1e-6)
