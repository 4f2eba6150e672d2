import json
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ground.contact import Contact
from ground.errors import RequestError
from ground.forecast import LEGS, Forecast
from ground.forecast_build import forecast_of_study
from linkbudget.contact import work_out
from linkbudget.errors import LinkInputError
from linkbudget.states import link_states
from linkbudget.study import Study
from linkbudget.study_file import load_study
from linkbudget.study_passes import orbit_of, passes_of, search
from radio.profile import Profile

START = datetime(2024, 1, 22, tzinfo=timezone.utc)
DAY_S = 86_400.0


@cache
def study() -> Study:
    return load_study("cubesat-uhf").study


@cache
def forecast(profile: str = "leo-bpsk") -> Forecast:
    return forecast_of_study(study(), Profile.load(profile), START, DAY_S)


def index_of(time_s: float) -> int:
    index = forecast().index_at(time_s)
    assert index is not None
    return index


def test_the_passes_are_those_of_the_study() -> None:
    found = search(study(), orbit_of(study()))
    assert [each.aos_s for each in forecast().passes] == [(each.aos - START).total_seconds() for each in found]
    assert [each.tca_s for each in forecast().passes] == [(each.tca - START).total_seconds() for each in found]
    assert [each.sunlit for each in forecast().passes] == [True, True, False, False]
    assert forecast().satellite == "ASTROCAST 0.1"
    assert forecast().station.name == "Zurich"
    assert forecast().tle_age_days == pytest.approx(0.299, abs=1e-3)


def test_moments_are_whole_seconds_around_each_pass() -> None:
    expected: list[float] = []
    for each in forecast().passes:
        expected += range(int(np.floor(each.aos_s)) - 5, int(np.ceil(each.los_s)) + 6)
    assert list(forecast().time_s) == expected


def test_the_sky_at_the_ends_of_a_pass() -> None:
    one = forecast().passes[0]
    aos, tca, los = (index_of(each) for each in (one.aos_s, one.tca_s, one.los_s))
    assert forecast().elevation_deg[aos] == pytest.approx(5.0, abs=0.1)
    assert forecast().elevation_deg[los] == pytest.approx(5.0, abs=0.1)
    assert forecast().azimuth_deg[aos] == pytest.approx(one.aos_azimuth_deg, abs=0.5)
    assert forecast().azimuth_deg[los] == pytest.approx(one.los_azimuth_deg, abs=0.5)
    assert forecast().elevation_deg[tca] == pytest.approx(one.max_elevation_deg, abs=0.1)
    assert min(forecast().range_m) == pytest.approx(forecast().range_m[tca], rel=1e-3)


def test_doppler_is_positive_before_the_closest_approach_and_follows_the_carrier() -> None:
    one = forecast().passes[0]
    aos, tca = index_of(one.aos_s), index_of(one.tca_s)
    up, down = forecast().uplink.doppler_hz, forecast().downlink.doppler_hz
    assert down[aos] > 9000
    assert abs(down[tca]) < 300
    assert up[aos] / down[aos] == pytest.approx(145.9 / 437.05, rel=1e-4)


@pytest.mark.parametrize("leg", LEGS)
def test_decibels_are_those_of_the_sky_and_of_the_budget(leg: str) -> None:
    found = search(study(), orbit_of(study()))[0]
    air, one = getattr(Profile.load("leo-bpsk"), leg), getattr(forecast(), leg)
    contact = work_out(study(), orbit_of(study()), found)
    states = link_states(study(), leg, found.aos, contact.geometry.time_s)
    at = forecast().index_at((found.aos - START).total_seconds() + 200.0)
    c_n0_db_hz = np.interp(200.0, states.time_s, states.c_n0_db_hz)
    margin_db = np.interp(200.0, states.time_s, contact.budgets[leg]["margin_db"][:, 0, 0])
    assert at is not None
    assert one.eb_n0_db[at] == pytest.approx(c_n0_db_hz - 10 * np.log10(air.information_rate_bit_s), abs=0.05)
    assert one.es_n0_db[at] == pytest.approx(c_n0_db_hz - 10 * np.log10(air.symbol_rate_baud), abs=0.05)
    assert one.margin_db[at] == pytest.approx(margin_db, abs=0.05)


def test_a_volume_is_the_rate_while_the_margin_is_what_the_study_asks_for() -> None:
    one, down = forecast().passes[1], forecast().downlink
    least_db = passes_of(study()).least_margin_db
    seconds = [i for i, time_s in enumerate(forecast().time_s) if one.aos_s <= time_s < one.los_s]
    good = sum((down.margin_db[i] or -99) >= least_db for i in seconds)
    rate_bit_s = Profile.load("leo-bpsk").downlink.information_rate_bit_s
    assert 0 < good < len(seconds)
    assert one.volume_octets.downlink == int(good * rate_bit_s / 8)
    whole = forecast().passes[0]  # whose uplink has margin enough to its last second
    assert whole.volume_octets.uplink == (int(whole.los_s) - int(whole.aos_s)) * 8400 / 8


def test_a_mode_that_the_study_does_not_have_has_no_margin_and_no_volume() -> None:
    gmsk = forecast("leo-gmsk")
    assert set(gmsk.uplink.margin_db) == {None}
    assert {each.volume_octets.uplink for each in gmsk.passes} == {None}
    assert gmsk.downlink.margin_db == forecast().downlink.margin_db  # GMSK asks for nearly the same as BPSK
    assert gmsk.passes[0].volume_octets.downlink == forecast().passes[0].volume_octets.downlink
    assert set(forecast("leo-oqpsk-ldpc").downlink.margin_db) == {None}
    assert set(forecast("leo-oqpsk-ldpc").uplink.margin_db) == {None}


def test_budget_and_radio_are_of_one_link() -> None:
    air = Profile.load("leo-bpsk")
    other = replace(air, downlink=air.downlink.model_copy(update={"carrier_hz": 437.1e6}))
    with pytest.raises(
        RequestError, match=r"study\.links\.downlink\.frequency_hz is 437050000\.0; accepted: the carrier"
    ):
        forecast_of_study(study(), other, START, DAY_S)


def test_a_study_without_the_two_links_is_refused() -> None:
    with pytest.raises(LinkInputError, match="link is 'uplink'; accepted: one of downlink"):
        forecast_of_study(
            load_study("ka-band").study, Profile.load("leo-bpsk"), datetime(2026, 3, 20, tzinfo=timezone.utc), 1e4
        )


def test_a_span_without_a_pass_foretells_nothing() -> None:
    empty = forecast_of_study(study(), Profile.load("leo-bpsk"), START, 600.0)
    assert (empty.passes, empty.time_s, empty.pass_at(0.0), empty.index_at(0.0)) == ((), (), None, None)
    assert Forecast.from_json(json.loads(json.dumps(empty.to_json()))) == empty


def test_an_eb_n0_that_is_held_takes_the_place_of_the_foretold() -> None:
    held = forecast().held_at({"downlink": 5.0})
    assert set(held.downlink.eb_n0_db) == {5.0}
    assert held.uplink == forecast().uplink
    rest = np.subtract(forecast().downlink.eb_n0_db, np.array(forecast().downlink.margin_db, float))
    np.testing.assert_allclose(5.0 - np.array(held.downlink.margin_db, float), rest, atol=0.011)
    ratio = np.subtract(forecast().downlink.eb_n0_db, forecast().downlink.es_n0_db)
    np.testing.assert_allclose(np.subtract(5.0, held.downlink.es_n0_db), ratio, atol=0.011)
    assert set(forecast("leo-gmsk").held_at({"uplink": 5.0}).uplink.margin_db) == {None}


def test_contacts_and_moments_by_link_time() -> None:
    one, two = forecast().passes[:2]
    assert forecast().contacts[0] == Contact(one.aos_s, one.los_s)
    assert forecast().pass_at(0.0) is one
    assert forecast().pass_at(one.los_s) is two
    assert forecast().pass_at(forecast().passes[-1].los_s) is None
    assert forecast().index_at(one.los_s + 100) is None
    assert forecast().time_s[index_of(one.aos_s + 10.5)] == np.floor(one.aos_s + 10.5)


# -- as a file ---------------------------------------------------------------------------------------------------------


def test_a_file_holds_all_of_it(tmp_path: Path) -> None:
    path = tmp_path / "forecast.json"
    forecast().save(path)
    assert Forecast.load(path) == forecast()
    assert path.stat().st_size < 200_000  # of a day: what a page has to load


@cache
def short() -> dict[str, Any]:
    """Some seconds of a pass."""
    start = START + timedelta(seconds=33_400)
    return forecast_of_study(study(), Profile.load("leo-bpsk"), start, 20.0).to_json()


def broken(change: dict[str, Any]) -> dict[str, Any]:
    return {**short(), **change}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"time_s": [1.0]}, r"forecast\.azimuth_deg is '\d+ values'; accepted: 1, one for each of time_s"),
        ({"colour": 1}, r"forecast\.colour is 1; accepted: no such field"),
        ({"station": 3}, r"forecast\.station is 3; accepted: "),
        ({"start_utc": "2024-01-22T00:00:00"}, r"forecast\.start_utc is .*; accepted: a time with its UTC offset"),
        ({"downlink": {}}, r"forecast\.downlink\.doppler_hz is None; accepted: a value"),
        ({"tle_age_days": float("nan")}, r"forecast\.tle_age_days is nan; accepted: "),
        ({"passes": 2 * short()["passes"]}, r"forecast\.passes is .*; accepted: times that rise"),
    ],
)
def test_a_forecast_that_is_none_is_refused_by_its_field(change: dict[str, Any], message: str) -> None:
    with pytest.raises(RequestError, match=message):
        Forecast.from_json(broken(change))


def test_times_that_do_not_rise_are_refused() -> None:
    with pytest.raises(RequestError, match=r"forecast\.time_s is .*; accepted: times that rise"):
        Forecast.from_json(broken({"time_s": short()["time_s"][::-1]}))
    first, _, *others = short()["time_s"]
    with pytest.raises(RequestError, match=r"forecast\.time_s is .*; accepted: times that rise"):
        Forecast.from_json(broken({"time_s": [first, first, *others]}))


_VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=5) | st.integers(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


@given(st.sampled_from(list(short())), _VALUES)
def test_whatever_stands_in_a_field_is_taken_or_refused(field: str, value: Any) -> None:
    try:
        Forecast.from_json(broken({field: value}))
    except RequestError as error:
        told = error.field
    else:
        told = f"forecast.{field}"
    assert told.startswith("forecast.")


@pytest.mark.parametrize("text", ["", "[1]", "{", "\ud800", "[" * 100_000])
def test_a_file_that_holds_no_forecast_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "forecast.json"
    path.write_bytes(text.encode(errors="surrogatepass"))
    with pytest.raises(RequestError, match="forecast is "):
        Forecast.load(path)


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RequestError, match="a readable JSON file"):
        Forecast.load(tmp_path / "none.json")
    with pytest.raises(RequestError, match="a file that can be written"):
        forecast().save(tmp_path / "none" / "forecast.json")
