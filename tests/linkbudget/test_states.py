from dataclasses import fields, replace
from datetime import datetime, timedelta

import numpy as np
import pytest

from linkbudget.contact import work_out
from linkbudget.errors import LinkInputError
from linkbudget.fading.fading import CorazzaVatalaroFading, LooFading, NoFading, RicianFading
from linkbudget.link import Link, Path, Receiver, StatedReceiver, StatedTransmitter
from linkbudget.noise.cascade import Stage
from linkbudget.orbit.passes import Pass
from linkbudget.propagation.local_climate import LocalClimate
from linkbudget.states import link_states
from linkbudget.study import GeometryTable, OrbitTable, PassTable, Study
from linkbudget.study_passes import chosen, orbit_of, search

FADINGS = [
    NoFading(),
    RicianFading(k_db=9.0),
    RicianFading(),
    CorazzaVatalaroFading(),
    LooFading(environment="average"),
]
RATES_HZ = [0.5, 1.0, 100.0]


@pytest.fixture(scope="module")
def study(tle_text, zurich, monday) -> Study:
    receiver = Receiver(stages=(Stage(name="LNA", gain_db=20.0, noise_figure_db=1.0),))
    links = {
        "down": Link(frequency_hz=8e9, transmitter=StatedTransmitter(eirp_dbw=10.0), receiver=receiver),
        "up": Link(
            frequency_hz=146e6,
            transmitter=StatedTransmitter(eirp_dbw=10.0),
            receiver=StatedReceiver(g_over_t_db_k=-30.0),
        ),
    }
    return Study(
        name="",
        orbit=OrbitTable(elements=tle_text),
        station=zurich,
        climate=LocalClimate(rain_zone="K"),
        passes=PassTable(start=monday, min_elevation_deg=5.0, step_s=1.0),
        links=links,
    )


@pytest.fixture(scope="module")
def highest(study) -> Pass:
    return chosen(study, search(study, orbit_of(study)))


def fades(study: Study, fading: object) -> Study:
    links = {name: replace(link, path=Path(fading=fading)) for name, link in study.links.items()}
    return replace(study, links=links)


@pytest.mark.parametrize("fading", FADINGS, ids=str)
@pytest.mark.parametrize("link", ["down", "up"])
def test_the_states_are_the_budget_without_its_fade(study, highest, fading, link):
    faded = fades(study, fading)
    contact = work_out(faded, orbit_of(faded), highest)
    time_s = contact.geometry.time_s
    states = link_states(faded, link, highest.aos, time_s)
    budget = contact.budgets[link]
    expected = budget["c_n0_db_hz"][:, 0, 0]
    if fading != NoFading():
        fade_db = np.broadcast_to(budget["fade_db"], (len(time_s), 1, 1))[:, 0, 0]
        assert np.abs(fade_db).max() > 1.0
        expected = expected + fade_db
    np.testing.assert_allclose(states.c_n0_db_hz, expected, atol=1e-9)
    np.testing.assert_allclose(states.c_n0_db_hz, link_states(study, link, highest.aos, time_s).c_n0_db_hz, atol=1e-9)
    np.testing.assert_array_equal(states.range_m, contact.geometry.range_m)
    np.testing.assert_array_equal(states.range_rate_m_s, contact.geometry.range_rate_m_s)
    np.testing.assert_array_equal(states.elevation_deg, contact.geometry.elevation_deg)
    assert (states.start, states.time_s is time_s) == (highest.aos, True)


@pytest.mark.parametrize("rate_hz", RATES_HZ)
def test_at_any_rate_the_states_are_the_same(study, highest, rate_hz):
    time_s = np.arange(0.0, 20.0, 1.0 / rate_hz)
    fine = link_states(study, "down", highest.aos, time_s)
    coarse = link_states(study, "down", highest.aos, time_s[::4])
    for name in ("range_m", "range_rate_m_s", "elevation_deg", "c_n0_db_hz"):
        values = getattr(fine, name)
        assert values.shape == time_s.shape
        assert values.dtype == np.float64
        np.testing.assert_allclose(getattr(coarse, name), values[::4], rtol=1e-12)


@pytest.mark.parametrize("fading", FADINGS, ids=str)
def test_fading_follows_the_elevation(study, highest, fading):
    time_s = np.arange(0.0, (highest.los - highest.aos).total_seconds(), 10.0)
    states = link_states(fades(study, fading), "down", highest.aos, time_s)
    expected = fading.parameters(states.elevation_deg)
    for field in fields(expected):
        np.testing.assert_array_equal(getattr(states.fading, field.name), getattr(expected, field.name))
    assert states.fading.direct_db.shape == time_s.shape
    varies = fading in (RicianFading(), CorazzaVatalaroFading())
    assert (np.ptp(states.fading.multipath_db) > 0.0) == varies


def test_the_range_shrinks_and_then_grows(study, highest):
    time_s = np.arange(0.0, (highest.los - highest.aos).total_seconds(), 10.0)
    states = link_states(study, "up", highest.aos, time_s)
    between_m_s = (states.range_rate_m_s[:-1] + states.range_rate_m_s[1:]) / 2.0
    np.testing.assert_allclose(np.diff(states.range_m) / 10.0, between_m_s, atol=10.0)
    assert states.range_rate_m_s[0] < 0.0 < states.range_rate_m_s[-1]
    assert states.c_n0_db_hz.argmax() == states.range_m.argmin()


def test_a_geometry_in_the_study_does_not_stand_in_for_the_orbit(study, highest):
    fixed = replace(study, geometry=GeometryTable(elevation_deg=1.0, altitude_m=9e5))
    time_s = np.array([0.0, 100.0])
    both = [link_states(each, "down", highest.aos, time_s).c_n0_db_hz for each in (study, fixed)]
    np.testing.assert_array_equal(*both)


def test_states_reach_below_the_horizon(study, highest):
    """A simulation starts before the satellite rises."""
    states = link_states(study, "down", highest.aos - timedelta(minutes=10), np.arange(0.0, 600.0, 10.0))
    assert states.elevation_deg[0] < -10.0
    assert np.all(np.isfinite(states.c_n0_db_hz))
    assert np.all(np.isfinite(states.fading.direct_db))


@pytest.mark.parametrize(
    ("change", "link", "start_offset", "field"),
    [
        ({"orbit": None}, "down", timedelta(0), "orbit"),
        ({"station": None}, "up", timedelta(0), "station"),
        ({}, "sideways", timedelta(0), "link"),
        ({}, "down", timedelta(days=40), "tle_age_days"),
    ],
)
def test_what_is_missing_is_told(study, highest, change, link, start_offset, field):
    with pytest.raises(LinkInputError) as caught:
        link_states(replace(study, **change), link, highest.aos + start_offset, np.zeros(1))
    assert caught.value.field == field


def test_a_start_without_offset_is_refused(study):
    with pytest.raises(LinkInputError, match=r"^start is "):
        link_states(study, "down", datetime(2024, 1, 22, 9, 0), np.zeros(1))
