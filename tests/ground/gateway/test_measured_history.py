import json
from collections import defaultdict
from math import floor, inf, nan
from statistics import fmean
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ground.gateway.measured_history import KEPT_S, MeasuredHistory, SecondMeans

# Two symbols to a bit of information: Eb/N0 is 10 log10(2) = 3.0103 dB above Es/N0.
LEG = {"carrier_hz": 437e6, "symbol_rate_baud": 9600.0, "information_rate_bit_s": 4800.0}
HEARD = {"at_s": 12.75, "good": True, "eb_n0_db": 7.126, "offset_hz": -1234.5}
HEALTH = {
    "link_time_s": 12.0,
    "bus_voltage_v": 8.0,
    "current_a": 0.5,
    "temperature_c": 21.26,
    "payload_temperature_c": 40.0,
    "uplink_es_n0_db": 10.0,
    "uplink_offset_hz": 5000.0,
}


def last_of(history: MeasuredHistory) -> dict[str, float]:
    return {name: means.values[-1] for name, means in history.series.items() if means.values}


SAMPLES = st.lists(st.tuples(st.floats(0, 40), st.floats(-1e5, 1e5)), max_size=60)


@given(SAMPLES)
def test_each_second_that_has_any_is_the_mean_of_its_values(samples: list[tuple[float, float]]) -> None:
    means, by_second = SecondMeans(1), defaultdict(list)
    for time_s, value in sorted(samples, key=lambda sample: sample[0]):
        means.add(time_s, value)
        by_second[floor(time_s)].append(value)
    assert list(means.times_s) == sorted(by_second)
    assert list(means.values) == pytest.approx([fmean(by_second[second]) for second in means.times_s], abs=0.0501)
    assert all(value == round(value, 1) for value in list(means.values)[:-1])


def test_the_newest_seconds_are_kept() -> None:
    means = SecondMeans(None)
    for second in range(KEPT_S + 10):
        means.add(second, second)
    assert (means.times_s[0], means.times_s[-1], len(means.values)) == (10, KEPT_S + 9, KEPT_S)


def test_a_time_that_lies_back_begins_anew() -> None:
    means = SecondMeans(1)
    for time_s, value in ((100.0, 5.0), (101.0, 6.0), (101.9, 8.0), (3.0, 1.0)):
        means.add(time_s, value)
    assert (list(means.times_s), list(means.values)) == ([3], [1.0])


@pytest.mark.parametrize("value", [None, nan, inf])
def test_what_is_no_number_is_left_out(value: float | None) -> None:
    means = SecondMeans(1)
    means.add(1.0, value)
    assert not means.times_s


def test_a_good_frame_measures_the_downlink() -> None:
    history = MeasuredHistory()
    history.take_reception(HEARD)
    history.take_reception(HEARD | {"good": False, "eb_n0_db": -30.0, "offset_hz": 9e3})
    assert last_of(history) == {"downlink_eb_n0_db": 7.126, "downlink_offset_hz": -1234.5}


def test_health_measures_the_board() -> None:
    history = MeasuredHistory()
    history.take_board(HEALTH)
    assert last_of(history) == {"power_w": 4.0, "temperature_c": 21.26, "payload_temperature_c": 40.0}
    history.take_board({"link_time_s": 13.0, "current_a": 0.5, "temperature_c": 22.0})
    assert {name: len(means.times_s) for name, means in history.series.items() if means.times_s} == {
        "power_w": 1,
        "temperature_c": 2,
        "payload_temperature_c": 1,
    }


@pytest.mark.parametrize(("transmit_hz", "offset_hz"), [(None, 5000.0), (437e6 - 3000, 8000.0)])
def test_health_measures_the_uplink_at_the_antenna(transmit_hz: float | None, offset_hz: float) -> None:
    history = MeasuredHistory()
    history.take_uplink(HEALTH, LEG, transmit_hz)
    assert last_of(history) == {"uplink_eb_n0_db": pytest.approx(13.0103), "uplink_offset_hz": offset_hz}


@pytest.mark.parametrize(
    ("health", "leg"), [({"uplink_offset_hz": None}, {}), ({"uplink_es_n0_db": None}, {}), ({}, {"carrier_hz": None})]
)
def test_a_link_that_measures_nothing(health: dict[str, Any], leg: dict[str, Any]) -> None:
    history = MeasuredHistory()
    history.take_uplink(HEALTH | health, LEG | leg, None)
    assert last_of(history) == {}


@given(SAMPLES, SAMPLES)
def test_one_made_of_plain_values_goes_on_as_the_one_it_is_of(
    before: list[tuple[float, float]], after: list[tuple[float, float]]
) -> None:
    history = MeasuredHistory()
    for at_s, value in before:
        history.take_reception(HEARD | {"at_s": at_s, "eb_n0_db": value})
    other = MeasuredHistory.of(json.loads(json.dumps(history.to_json())))
    for each in (history, other):
        for at_s, value in after:
            each.take_reception(HEARD | {"at_s": at_s, "eb_n0_db": value})
    assert other.to_json() == history.to_json()
