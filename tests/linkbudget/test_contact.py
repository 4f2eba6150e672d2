import time
from collections.abc import Iterator
from dataclasses import fields, replace
from datetime import datetime, timedelta, timezone

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkbudget.contact import Contact, usage, work_out
from linkbudget.doppler import doppler_hz
from linkbudget.errors import LinkInputError
from linkbudget.link import Link, StatedReceiver, StatedTransmitter
from linkbudget.modes.mode import Mode
from linkbudget.orbit.passes import Pass
from linkbudget.orbit.station import Station
from linkbudget.scene import link_budget
from linkbudget.study import OrbitTable, PassTable, Study
from linkbudget.study_file import load_study
from linkbudget.study_passes import chosen, in_utc, orbit_of, search
from linkbudget.view import View


def mode(name: str, rate_bit_s: float, required_db: float = 5.0) -> Mode:
    return Mode(name=name, information_rate_bit_s=rate_bit_s, modulation="bpsk", required_eb_n0_db=required_db)


MODES = (mode("slow", 1e3), mode("fast", 4e3), mode("middle", 2e3))


def margins(*each_mode: list[float]) -> np.ndarray:
    """Return margins, float64[time, mode, 1], of one list over time for each mode."""
    return np.array(each_mode).T[:, :, None]


@given(st.floats(1.0, 1e3), st.integers(2, 50))
def test_a_constant_margin_gives_rate_by_time(length_s, moments):
    time_s = np.linspace(0.0, length_s, moments)
    found = usage(MODES[:1], np.full((moments, 1, 1), 2.0), time_s, 0.0)
    assert found.volume_bit == pytest.approx(1e3 * length_s)
    assert found.volume_bit_by_mode == {"slow": pytest.approx(1e3 * length_s)}
    assert np.all(found.best == 0)
    assert np.all(found.rate_bit_s == 1e3)


def test_a_margin_that_is_the_same_all_the_time():
    found = usage(MODES, np.array([[3.0], [-1.0], [1.0]]), np.array([0.0, 10.0, 20.0]), 0.0)
    assert found.best.tolist() == [2, 2, 2]
    assert found.volume_bit == 2e3 * 20.0


def test_the_best_mode_is_the_fastest_that_has_margin():
    time_s = np.array([0.0, 1.0, 2.0, 3.0, 5.0])
    found = usage(MODES, margins([-1, 1, 1, 1, 1], [-1, -1, 1, -1, -1], [-1, -1, 1, 1, 1]), time_s, 0.0)
    assert found.best.tolist() == [-1, 0, 1, 2, 2]
    assert found.best.dtype == np.int64
    assert found.rate_bit_s.tolist() == [0.0, 1e3, 4e3, 2e3, 2e3]
    # the rate is held from one moment to the next: that at 3 s for 2 s, that at LOS for none
    assert found.volume_bit == 1e3 + 4e3 + 2 * 2e3
    assert found.volume_bit_by_mode == {"slow": 4e3, "fast": 4e3, "middle": 6e3}


@pytest.mark.parametrize(("least_db", "best"), [(0.0, [1, 1]), (1.5, [0, 1]), (3.0, [0, -1]), (3.5, [-1, -1])])
def test_the_least_margin_is_respected(least_db, best):
    found = usage(MODES[:2], margins([3.0, 2.9], [1.0, 2.0]), np.array([0.0, 1.0]), least_db)
    assert found.best.tolist() == best


@given(st.lists(st.lists(st.floats(-3.0, 3.0), min_size=3, max_size=3), min_size=2, max_size=20))
def test_switching_modes_gives_at_least_as_much_as_any_one_of_them(rows):
    time_s = np.arange(float(len(rows)))
    found = usage(MODES, np.array(rows)[:, :, None], time_s, 0.0)
    assert found.volume_bit >= max(found.volume_bit_by_mode.values()) - 1e-9
    assert found.volume_bit <= sum(found.volume_bit_by_mode.values()) + 1e-9


LINK = Link(
    frequency_hz=437e6,
    transmitter=StatedTransmitter(eirp_dbw=0.0),
    receiver=StatedReceiver(g_over_t_db_k=-15.0),
    modes=(mode("a", 1e4), mode("b", 1e6)),
)


@pytest.fixture(scope="module")
def study(tle_text, zurich, monday) -> Study:
    other = replace(LINK, frequency_hz=145e6, modes=())
    wanted = PassTable(start=monday, min_elevation_deg=10.0, step_s=7.0)
    return Study(
        name="", orbit=OrbitTable(elements=tle_text), station=zurich, passes=wanted, links={"down": LINK, "up": other}
    )


@pytest.fixture(scope="module")
def found(study) -> list[Pass]:
    return search(study, orbit_of(study))


@pytest.fixture(scope="module")
def contact(study, found) -> Contact:
    return work_out(study, orbit_of(study), chosen(study, found))


def test_the_search_is_that_of_the_orbit(study, found, orbit, zurich, monday):
    assert found == orbit.passes(zurich, monday, monday + timedelta(hours=24), 10.0)


def test_the_highest_pass_is_chosen_or_one_by_its_number(study, found):
    assert chosen(study, found).max_elevation_deg == max(each.max_elevation_deg for each in found)
    first = replace(study, passes=replace(study.passes, number=1))
    assert chosen(first, found) == found[0]
    last = replace(study, passes=replace(study.passes, number=len(found)))
    assert chosen(last, found) == found[-1]
    beyond = replace(study, passes=replace(study.passes, number=len(found) + 1))
    with pytest.raises(LinkInputError, match=rf"accepted: 1 to {len(found)}, the passes found") as caught:
        chosen(beyond, found)
    assert caught.value.field == "passes.number"


def test_a_search_without_a_pass_is_told(study):
    short = replace(study, passes=replace(study.passes, hours=0.2, min_elevation_deg=80.0))
    with pytest.raises(LinkInputError, match=r"^passes\.hours is 0\.2; accepted: a search with a pass of at least 80"):
        search(short, orbit_of(short))


def test_a_pass_is_worked_out_at_every_step_and_at_los(study, contact, orbit):
    length_s = (contact.found.los - contact.found.aos).total_seconds()
    time_s = contact.geometry.time_s
    assert time_s[0] == 0.0
    assert time_s[-1] == pytest.approx(length_s)
    assert set(np.diff(time_s[:-1])) == {7.0}
    assert 0.0 < time_s[-1] - time_s[-2] <= 7.0
    assert contact.geometry.elevation_deg[[0, -1]] == pytest.approx([10.0, 10.0], abs=1e-3)
    assert contact.age_days == orbit.age_days(contact.found.aos)


def test_every_number_of_a_pass_is_finite(contact):
    for field in fields(contact.geometry):
        assert np.all(np.isfinite(getattr(contact.geometry, field.name))), field.name
    for budget in contact.budgets.values():
        assert all(np.all(np.isfinite(line.value)) for line in budget)
    assert contact.budgets["down"]["margin_db"].shape == (len(contact.geometry.time_s), 2, 1)
    assert list(contact.usages) == ["down"]
    assert contact.usages["down"].modes == LINK.modes


def test_the_budgets_of_a_pass_are_those_of_its_moments(study, contact):
    margin_db = contact.budgets["down"]["margin_db"]
    for i in (0, 20, -1):
        view = View.of_range(contact.geometry.elevation_deg[i], contact.geometry.range_m[i])
        np.testing.assert_allclose(margin_db[i], link_budget(study, "down", view=view)["margin_db"], atol=1e-9)


def test_the_least_margin_of_the_study_is_that_of_the_pass(study, contact):
    strict = replace(study, passes=replace(study.passes, least_margin_db=4.0))
    found = work_out(strict, orbit_of(strict), contact.found).usages["down"]
    margin_db = contact.budgets["down"]["margin_db"][:, :, 0]
    usable = margin_db >= 4.0
    assert 0 < usable.sum() < usable.size
    np.testing.assert_array_equal(found.best >= 0, usable.any(axis=1))
    assert found.volume_bit < contact.usages["down"].volume_bit


def test_doppler_is_positive_before_the_closest_approach_and_negative_after(contact):
    shift_hz = doppler_hz(contact.geometry.range_rate_m_s, 437e6)
    tca_s = (contact.found.tca - contact.found.aos).total_seconds()
    assert np.all(shift_hz[contact.geometry.time_s < tca_s - 0.01] > 0.0)
    assert np.all(shift_hz[contact.geometry.time_s > tca_s + 0.01] < 0.0)
    assert np.all(np.diff(shift_hz) < 0.0)
    assert np.interp(tca_s, contact.geometry.time_s, shift_hz) == pytest.approx(0.0, abs=100.0)
    assert np.all(doppler_hz(contact.geometry.range_acceleration_m_s2, 437e6) < 0.0)


def test_a_symmetric_pass_is_symmetric():
    """A round equatorial orbit over a station on the equator: what is before the closest approach is also after."""
    epoch = datetime(2024, 3, 20, tzinfo=timezone.utc)
    study = Study(
        name="",
        orbit=OrbitTable(preset="leo-550-0", epoch=epoch),
        station=Station(name="Quito", latitude_deg=0.0, longitude_deg=-78.5, altitude_m=0.0),
        passes=PassTable(start=epoch, hours=6.0, min_elevation_deg=5.0),
        links={"down": LINK},
    )
    orbit = orbit_of(study)
    found = work_out(study, orbit, search(study, orbit)[1])
    assert found.found.max_elevation_deg == pytest.approx(90.0, abs=0.01)
    tca_s = (found.found.tca - found.found.aos).total_seconds()
    time_s, margin_db = found.geometry.time_s, found.budgets["down"]["margin_db"][:, 0, 0]
    shift_hz = doppler_hz(found.geometry.range_rate_m_s, 437e6)
    away_s = np.arange(1.0, tca_s - 1.0, 5.0)
    before, after = (np.interp(tca_s + sign * away_s, time_s, margin_db) for sign in (-1, 1))
    np.testing.assert_allclose(before, after, atol=0.02)
    before, after = (np.interp(tca_s + sign * away_s, time_s, shift_hz) for sign in (-1, 1))
    np.testing.assert_allclose(before, -after, atol=15.0)
    assert tca_s == pytest.approx((found.found.los - found.found.tca).total_seconds(), abs=0.2)


def test_the_shipped_study_s_pass_gets_data_down():
    study = load_study("cubesat-uhf").study
    orbit = orbit_of(study)
    found = work_out(study, orbit, chosen(study, search(study, orbit)))
    for used in found.usages.values():
        assert used.volume_bit > 0.0
        assert used.volume_bit >= max(used.volume_bit_by_mode.values())


@pytest.fixture
def in_tokyo(monkeypatch) -> Iterator[None]:
    with monkeypatch.context() as patch:
        patch.setenv("TZ", "JST-9")
        time.tzset()
        yield
    time.tzset()


@pytest.mark.usefixtures("in_tokyo")
def test_times_are_taken_as_utc_unless_they_carry_an_offset():
    naive = datetime(2024, 1, 22, 9, 0)
    assert in_utc(naive) == datetime(2024, 1, 22, 9, 0, tzinfo=timezone.utc)
    east = naive.replace(tzinfo=timezone(timedelta(hours=9)))
    assert in_utc(east) == datetime(2024, 1, 22, 0, 0, tzinfo=timezone.utc)
    assert in_utc(east).utcoffset() == timedelta(0)
