import math
import pickle
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linkbudget.doppler import doppler_hz
from linkbudget.errors import LinkInputError
from linkbudget.orbit.frames import itrf_from_geodetic
from linkbudget.orbit.geometry import Geometry
from linkbudget.orbit.orbit import Orbit
from linkbudget.orbit.passes import Pass
from linkbudget.orbit.station import Station
from linkbudget.orbit.tle import Tle

SECOND = timedelta(seconds=1)
NOW = np.zeros(1)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=timezone.utc)


def elevation_deg(orbit: Orbit, station: Station, at: datetime) -> float:
    return float(orbit.geometry(station, at, NOW).elevation_deg[0])


@pytest.fixture(scope="module")
def iss(golden) -> Orbit:
    return Orbit(Tle.parse("\n".join(golden["iss_pass"]["inputs"]["tle"])).elements)


@pytest.fixture(scope="module")
def bluffton(golden) -> Station:
    site = golden["iss_pass"]["inputs"]["station"]
    return Station(
        name="Bluffton", latitude_deg=site["lat_deg"], longitude_deg=site["lon_deg"], altitude_m=site["height_m"]
    )


@pytest.fixture(scope="module")
def iss_passes(iss: Orbit, bluffton: Station, golden) -> list[Pass]:
    mask = golden["iss_pass"]["inputs"]["mask_deg"]
    return iss.passes(bluffton, utc("2014-01-23"), utc("2014-01-24"), mask)


@pytest.fixture(scope="module")
def overhead(orbit: Orbit, zurich: Station, monday: datetime) -> Pass:
    return orbit.passes(zurich, monday, monday + timedelta(hours=12), 10.0)[0]


def test_published_ranges_and_range_rates(iss: Orbit, bluffton: Station, golden) -> None:
    case = golden["iss_pass"]
    times = [utc(text) for text in case["inputs"]["utc_times"]]
    time_s = np.array([(time - times[0]).total_seconds() for time in times])
    seen = iss.geometry(bluffton, times[0], time_s)
    expected, tolerance = case["expected"], case["tolerance"]
    np.testing.assert_allclose(seen.range_m / 1e3, expected["range_km"], rtol=0, atol=tolerance["range_km"])
    np.testing.assert_allclose(
        seen.range_rate_m_s / 1e3, expected["range_rate_km_s"], rtol=0, atol=tolerance["range_rate_km_s"]
    )


def test_published_direction(iss: Orbit, bluffton: Station, golden) -> None:
    expected, tolerance = (
        golden["iss_pass"]["expected"]["at_2014_01_23T11_18_07"],
        golden["iss_pass"]["tolerance"],
    )
    seen = iss.geometry(bluffton, utc("2014-01-23T11:18:07"), NOW)
    assert seen.elevation_deg[0] == pytest.approx(expected["alt_deg"], abs=tolerance["angle_deg"])
    assert seen.azimuth_deg[0] == pytest.approx(expected["az_deg"], abs=tolerance["angle_deg"])
    assert seen.range_m[0] / 1e3 == pytest.approx(expected["distance_km"], abs=tolerance["range_km"])


def test_published_passes(iss_passes: list[Pass], golden) -> None:
    case = golden["iss_pass"]
    published = [[utc(text) for text in times] for times in case["expected"]["passes"]]
    assert len(iss_passes) == len(published)
    for found, times in zip(iss_passes, published, strict=True):
        for ours, theirs in zip((found.aos, found.tca, found.los), times, strict=True):
            assert abs(ours - theirs) <= case["tolerance"]["time_s"] * SECOND


def test_passes_of_an_independent_propagator(iss_passes: list[Pass], golden) -> None:
    case = golden["iss_pass_independent"]
    for found, (aos, los, max_elevation_deg) in zip(iss_passes, case["passes"], strict=True):
        assert abs(found.aos - utc(aos)) <= case["tolerance"]["time_s"] * SECOND
        assert abs(found.los - utc(los)) <= case["tolerance"]["time_s"] * SECOND
        assert found.max_elevation_deg == pytest.approx(max_elevation_deg, abs=case["tolerance"]["max_elevation_deg"])


def test_range_rate_is_the_derivative_of_range(orbit: Orbit, zurich: Station, overhead: Pass) -> None:
    time_s = np.arange(0.0, (overhead.los - overhead.aos).total_seconds(), 5.0)
    seen = orbit.geometry(zurich, overhead.aos, time_s)
    later, earlier = (orbit.geometry(zurich, overhead.aos, time_s + step).range_m for step in (0.1, -0.1))
    # SGP4's velocity is not quite the derivative of its position: 7 mm/s here, 0.01 Hz at 437 MHz
    np.testing.assert_allclose(seen.range_rate_m_s, (later - earlier) / 0.2, rtol=0, atol=0.02)


@pytest.mark.parametrize(
    ("line1", "line2", "tolerance_m_s2"),
    [
        (
            "1 43798U 18099AS  24021.70115283  .00014813  00000-0  98015-3 0  9997",
            "2 43798  97.5592  87.1577 0012401  79.5466 280.7158 15.07383665280634",
            3e-4,
        ),
        (
            "1 25544U 98067A   14020.93268519  .00009878  00000-0  18200-3 0  5082",
            "2 25544  51.6498 109.4756 0003572  55.9686 274.8005 15.49815350868473",
            5e-4,
        ),
        (
            "1 28129U 03058A   06175.57071136 -.00000104  00000-0  10000-3 0   459",
            "2 28129  54.7298 324.8098 0048506 266.2640  93.1663  2.00562768 18443",
            2e-6,
        ),
    ],
)
def test_range_acceleration_is_the_derivative_of_range_rate(
    line1: str, line2: str, tolerance_m_s2: float, zurich: Station
) -> None:
    orbit = Orbit(Tle("", line1, line2).elements)
    time_s = np.arange(0.0, 2 * 86_400.0, 31.0)
    start = orbit.elements.epoch
    found = orbit.geometry(zurich, start, time_s).range_acceleration_m_s2
    later, earlier = (orbit.geometry(zurich, start, time_s + step).range_rate_m_s for step in (0.1, -0.1))
    np.testing.assert_allclose(found, (later - earlier) / 0.2, rtol=0, atol=tolerance_m_s2)


def test_the_doppler_rate_is_greatest_at_closest_approach(orbit: Orbit, zurich: Station, overhead: Pass) -> None:
    seen = orbit.geometry(zurich, overhead.tca, np.arange(-200.0, 201.0))
    assert abs(np.argmax(seen.range_acceleration_m_s2) - 200) <= 3
    assert np.all(seen.range_acceleration_m_s2 > 0.0)


def test_the_satellite_looks_off_the_nadir_and_the_station_up(orbit: Orbit, zurich: Station, overhead: Pass) -> None:
    seen = orbit.geometry(zurich, overhead.aos, np.arange(0.0, 400.0))
    motion = orbit.motion(overhead.aos, np.arange(0.0, 400.0))
    place = itrf_from_geodetic(zurich.latitude_deg, zurich.longitude_deg, zurich.altitude_m)[:, np.newaxis]
    to_station, to_centre = place - motion.position_m, -motion.position_m
    lengths = np.linalg.norm(to_station, axis=0) * np.linalg.norm(to_centre, axis=0)
    across = np.linalg.norm(np.cross(to_station, to_centre, axis=0), axis=0)
    np.testing.assert_allclose(np.sin(np.radians(seen.off_nadir_deg)), across / lengths, rtol=0, atol=1e-9)
    # on a sphere sin(off nadir) = R / (R + h) cos(elevation)
    sphere = 6_367e3 / (6_367e3 + seen.altitude_m) * np.cos(np.radians(seen.elevation_deg))
    np.testing.assert_allclose(np.sin(np.radians(seen.off_nadir_deg)), sphere, rtol=0, atol=0.006)
    assert np.all((seen.altitude_m > 450e3) & (seen.altitude_m < 560e3))


def test_an_orbit_can_be_compared_hashed_and_sent_to_another_process(orbit: Orbit, zurich: Station) -> None:
    orbit.geometry(zurich, orbit.elements.epoch, NOW)
    again = pickle.loads(pickle.dumps(orbit))
    assert again == orbit
    assert len({again, orbit}) == 1


def test_doppler_falls_through_zero_at_closest_approach(orbit: Orbit, zurich: Station, overhead: Pass) -> None:
    def shift_hz(seconds: float) -> float:
        seen = orbit.geometry(zurich, overhead.tca, np.array([seconds]))
        return float(doppler_hz(seen.range_rate_m_s, 437.05e6)[0])

    assert shift_hz(0.0) == pytest.approx(0.0, abs=0.01)
    for seconds in (10.0, 60.0, 200.0):
        assert shift_hz(-seconds) > 0.0 > shift_hz(seconds)
        assert shift_hz(-seconds) == pytest.approx(-shift_hz(seconds), rel=0.02)


def test_geometry_keeps_length_and_order(orbit: Orbit, zurich: Station, monday: datetime) -> None:
    time_s = np.array([60.0, 0.0, 30.0])
    seen = orbit.geometry(zurich, monday, time_s)
    for index, time in enumerate(time_s):
        alone = orbit.geometry(zurich, monday + float(time) * SECOND, NOW)
        assert seen.range_m[index] == pytest.approx(alone.range_m[0], abs=0.05)
        assert seen.azimuth_deg[index] == pytest.approx(alone.azimuth_deg[0], abs=1e-5)
    np.testing.assert_array_equal(seen.time_s, time_s)
    assert orbit.geometry(zurich, monday, np.array([])).range_m.shape == (0,)


def test_the_offset_of_the_start_does_not_matter(orbit: Orbit, zurich: Station, monday: datetime) -> None:
    elsewhere = monday.astimezone(timezone(timedelta(hours=9)))
    here, there = (orbit.geometry(zurich, start, NOW).range_m for start in (monday, elsewhere))
    assert here == there
    found = orbit.passes(zurich, elsewhere, elsewhere + timedelta(hours=10), 10.0)
    assert found
    assert all(each.aos.tzinfo is timezone.utc for each in found)


def check_passes(orbit: Orbit, station: Station, start: datetime, end: datetime, mask_deg: float) -> list[Pass]:
    """Return the passes after checking them against elevations sampled every 10 s."""
    found = orbit.passes(station, start, end, mask_deg)
    time_s = np.arange(0.0, (end - start).total_seconds(), 10.0)
    seen = orbit.geometry(station, start, time_s)
    inside = np.zeros(time_s.shape, dtype=bool)
    for each in found:
        assert start <= each.aos <= each.tca <= each.los <= end
        assert mask_deg <= each.max_elevation_deg <= 90.0
        aos_s, los_s = ((time - start).total_seconds() for time in (each.aos, each.los))
        inside |= (time_s >= aos_s) & (time_s <= los_s)
        check_edges(orbit, station, each, start, end, mask_deg)
        check_peak(each, seen, aos_s, los_s)
    np.testing.assert_array_equal(inside, seen.elevation_deg >= mask_deg)
    for before, after in pairwise(found):
        assert before.los < after.aos
    return found


def check_edges(orbit: Orbit, station: Station, each: Pass, start: datetime, end: datetime, mask_deg: float) -> None:
    if each.aos > start:
        assert elevation_deg(orbit, station, each.aos) == pytest.approx(mask_deg, abs=1e-5)
        assert elevation_deg(orbit, station, each.aos - 0.01 * SECOND) < mask_deg
    if each.los < end:
        assert elevation_deg(orbit, station, each.los) == pytest.approx(mask_deg, abs=1e-5)
        assert elevation_deg(orbit, station, each.los + 0.01 * SECOND) < mask_deg


def check_peak(each: Pass, seen: Geometry, aos_s: float, los_s: float) -> None:
    within = seen.elevation_deg[(seen.time_s >= aos_s) & (seen.time_s <= los_s)]
    if within.size:
        assert each.max_elevation_deg >= within.max() - 1e-9


@settings(max_examples=15, deadline=None)
@given(
    latitude_deg=st.floats(-90.0, 90.0),
    longitude_deg=st.floats(-180.0, 180.0),
    mask_deg=st.floats(0.0, 60.0),
    hours=st.floats(0.0, 300.0),
)
def test_passes_are_exactly_the_time_above_the_mask(
    orbit: Orbit,
    monday: datetime,
    latitude_deg: float,
    longitude_deg: float,
    mask_deg: float,
    hours: float,
) -> None:
    station = Station(name="anywhere", latitude_deg=latitude_deg, longitude_deg=longitude_deg, altitude_m=0.0)
    start = monday + timedelta(hours=hours)
    check_passes(orbit, station, start, start + timedelta(hours=6, seconds=37), mask_deg)


@pytest.mark.parametrize(
    ("start_s", "end_s"), [(-100.0, 100.0), (30.0, 700.0), (20.0, 40.0), (300.0, 340.0), (-30.0, 460.0)]
)
def test_a_pass_under_way_is_cut(orbit: Orbit, zurich: Station, overhead: Pass, start_s: float, end_s: float) -> None:
    start, end = overhead.aos + start_s * SECOND, overhead.aos + end_s * SECOND
    (found,) = check_passes(orbit, zurich, start, end, 10.0)
    assert abs(found.aos - max(start, overhead.aos)) < 1e-3 * SECOND
    assert abs(found.los - min(end, overhead.los)) < 1e-3 * SECOND
    assert abs(found.tca - min(max(overhead.tca, start), end)) < 1e-3 * SECOND
    assert found.aos >= start
    assert found.los <= end


@pytest.mark.parametrize("below_deg", [1e-3, 0.1])
@pytest.mark.parametrize("window_s", [5.0, 50.0, 3600.0])
def test_a_grazing_pass_is_found(
    orbit: Orbit, zurich: Station, overhead: Pass, below_deg: float, window_s: float
) -> None:
    mask_deg = overhead.max_elevation_deg - below_deg
    start, end = overhead.tca - window_s * SECOND, overhead.tca + window_s * SECOND
    (found,) = orbit.passes(zurich, start, end, mask_deg)
    assert found.los - found.aos < 15.0 * SECOND
    assert found.max_elevation_deg == pytest.approx(overhead.max_elevation_deg, abs=1e-9)
    assert orbit.passes(zurich, start, end, overhead.max_elevation_deg + 1e-3) == []


def test_the_age_of_the_elements(orbit: Orbit) -> None:
    epoch = orbit.elements.epoch
    assert orbit.age_days(epoch + timedelta(hours=36)) == 1.5
    assert orbit.age_days(epoch - timedelta(days=2)) == -2.0


def test_times_far_from_the_epoch_are_refused(orbit: Orbit, zurich: Station) -> None:
    for days in (29.9, -29.9):
        orbit.geometry(zurich, orbit.elements.epoch + timedelta(days=days), NOW)
    for days in (30.1, -30.1):
        with pytest.raises(LinkInputError, match=r"^tle_age_days is -?30\.1\d*; accepted: -30 to 30"):
            orbit.geometry(zurich, orbit.elements.epoch + timedelta(days=days), NOW)
    with pytest.raises(LinkInputError, match=r"^tle_age_days"):
        orbit.geometry(zurich, orbit.elements.epoch, np.array([0.0, 1e300]))


def test_a_decayed_satellite_is_refused(orbit: Orbit, zurich: Station) -> None:
    decaying = Orbit(replace(orbit.elements, mean_motion_rev_day=16.9))  # so low that SGP4 sees it decay
    with pytest.raises(LinkInputError, match=r"^time is '2024-0.*; accepted: a time nearer the TLE's epoch"):
        decaying.geometry(zurich, decaying.elements.epoch, np.array([0.0, 20.0 * 86400.0]))


def test_mistakes_are_named(orbit: Orbit, zurich: Station, monday: datetime) -> None:
    later = monday + timedelta(hours=1)
    with pytest.raises(LinkInputError, match=r"^end is"):
        orbit.passes(zurich, later, later, 10.0)
    with pytest.raises(LinkInputError, match=r"^min_elevation_deg is 91\.0; accepted: 0 to 90"):
        orbit.passes(zurich, monday, later, 91.0)
    with pytest.raises(LinkInputError, match=r"^start is .*UTC offset"):
        orbit.passes(zurich, datetime(2024, 1, 22), later, 10.0)
    with pytest.raises(LinkInputError, match=r"^end is .*UTC offset"):
        orbit.passes(zurich, monday, datetime(2024, 1, 23), 10.0)
    with pytest.raises(LinkInputError, match=r"^start is .*UTC offset"):
        orbit.geometry(zurich, datetime(2024, 1, 22), NOW)
    with pytest.raises(LinkInputError, match=r"^at is .*UTC offset"):
        orbit.age_days(datetime(2024, 1, 22))
    with pytest.raises(LinkInputError, match=r"^time_s\.ndim is 2; accepted: 1"):
        orbit.geometry(zurich, monday, np.zeros((2, 2)))
    with pytest.raises(LinkInputError, match=r"^time_s is nan; accepted: finite seconds"):
        orbit.geometry(zurich, monday, np.array([0.0, math.nan]))
