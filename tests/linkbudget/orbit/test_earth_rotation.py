from datetime import datetime, timedelta, timezone

import numpy as np
import pytest
from skyfield.api import load

from linkbudget.orbit.earth_rotation import centuries_since_2000, sidereal_rad, ut1_minus_utc_s

NOW = np.zeros(1)


def utc(*date: int) -> datetime:
    return datetime(*date, tzinfo=timezone.utc)  # type: ignore[misc]


def test_published_sidereal_times(published) -> None:
    for case in published["sidereal"]["cases"]:
        at = datetime.fromisoformat(case["ut1"]).replace(tzinfo=timezone.utc)
        found = np.degrees(sidereal_rad(at, -ut1_minus_utc_s(at, NOW)))
        assert found == pytest.approx(case["deg"], abs=2e-7)


def test_published_ut1(published) -> None:
    case = published["teme_itrf"]
    at = datetime.fromisoformat(case["utc"]).replace(tzinfo=timezone.utc)
    assert ut1_minus_utc_s(at, NOW) == pytest.approx(case["dut1_s"], abs=2e-3)


def test_every_week_of_the_iers_series_within_six_milliseconds() -> None:
    scale = load.timescale(builtin=True)
    first, last = utc(1973, 1, 3), utc(2027, 1, 20)
    times = [first + timedelta(days=7.3 * n) for n in range(int((last - first).days / 7.3))]
    ours = np.array([ut1_minus_utc_s(time, NOW)[0] for time in times])
    assert np.abs(ours - scale.from_datetimes(times).dut1).max() < 6e-3


def test_a_leap_second_moves_ut1_only_for_what_starts_after_it() -> None:
    before, after = utc(2016, 12, 31, 23, 59, 59), utc(2017, 1, 1)
    assert ut1_minus_utc_s(after, NOW) - ut1_minus_utc_s(before, NOW) == pytest.approx(1.0, abs=1e-4)
    over = ut1_minus_utc_s(before, np.array([0.0, 1.0, 10.0]))
    assert np.ptp(over) < 1e-4


def test_outside_the_series() -> None:
    assert ut1_minus_utc_s(utc(1965, 6, 1), np.arange(3.0)).tolist() == [0.0, 0.0, 0.0]
    assert ut1_minus_utc_s(utc(2050, 1, 1), NOW) == ut1_minus_utc_s(utc(2027, 3, 1), NOW)
    assert abs(ut1_minus_utc_s(utc(2050, 1, 1), NOW)) < 0.9


def test_a_sidereal_day() -> None:
    turned = sidereal_rad(utc(2024, 1, 22), np.array([0.0, 86_164.0905]))
    assert turned[1] == pytest.approx(turned[0], abs=1e-6)
    assert np.all((turned >= 0.0) & (turned < 2.0 * np.pi))


def test_offsets_from_utc_do_not_matter() -> None:
    at = utc(2024, 1, 22, 3)
    elsewhere = at.astimezone(timezone(timedelta(hours=-7)))
    for function in (sidereal_rad, ut1_minus_utc_s, centuries_since_2000):
        assert function(at, NOW) == function(elsewhere, NOW)
    assert centuries_since_2000(utc(2100, 1, 1, 12), NOW) == 1.0
