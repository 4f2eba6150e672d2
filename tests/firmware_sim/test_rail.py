import math

import pytest

from firmware_sim.errors import SettingError
from firmware_sim.rail import (
    RETRIES,
    RETRY_S,
    SHORT_A,
    TRANSITIONS,
    TRIP_S,
    RailEvent,
    RailRating,
    RailState,
    SwitchedRail,
)

RATING = RailRating(0.5, 1.5, 2.5)


def events_until(rail: SwitchedRail, now_s: float, end_s: float) -> list[tuple[float, RailEvent]]:
    """Let everything that is due happen at its time."""
    happened = []
    while (due_s := rail.next_due_s(now_s)) <= end_s:
        now_s = due_s
        event = rail.expire(now_s)
        if event is not None:
            rail.apply(event, now_s)
            happened.append((round(now_s, 6), event))
    return happened


def test_every_state_is_reached_and_left() -> None:
    assert {state for state, _ in TRANSITIONS} == set(RailState) == set(TRANSITIONS.values())
    assert {event for _, event in TRANSITIONS} == set(RailEvent)


@pytest.mark.parametrize("state", RailState)
def test_power_is_on_in_one_state_only(state: RailState) -> None:
    rail = SwitchedRail(RATING, 0.0)
    rail.state = state
    assert rail.on == (state is RailState.ON)
    assert (rail.current_a(0.0, 1.0) > 0) == rail.on


def test_current_lies_between_idle_and_full() -> None:
    rail = SwitchedRail(RATING, 0.0)
    currents_a = []
    for rail.load in (0.0, 0.5, 1.0):
        currents_a.append(rail.current_a(0.0, 1.0))
    assert currents_a == [0.5, 1.0, 1.5]
    assert rail.current_a(0.0, highest_load=0.25) == 0.75
    rail.apply(RailEvent.COMMANDED_OFF, 0.0)
    assert rail.current_a(0.0, 1.0) == 0.0


def test_load_is_lost_with_the_power() -> None:
    rail = SwitchedRail(RATING, 0.0)
    rail.load = 1.0
    rail.apply(RailEvent.COMMANDED_OFF, 1.0)
    rail.apply(RailEvent.COMMANDED_ON, 2.0)
    assert rail.current_a(2.0, 1.0) == 0.5


def test_event_without_an_entry_changes_nothing() -> None:
    rail = SwitchedRail(RATING, 0.0)
    rail.load = 1.0
    assert not rail.apply(RailEvent.COMMANDED_ON, 1.0)
    assert (rail.state, rail.load) == (RailState.ON, 1.0)


def test_reset_holds_it_off_for_its_time() -> None:
    rail = SwitchedRail(RATING, 0.0)
    rail.apply(RailEvent.RESET, 3.0, dwell_s=2.0)
    assert events_until(rail, 3.0, 100.0) == [(5.0, RailEvent.DWELL_OVER)]
    assert rail.on


def test_may_begin_held_off() -> None:
    rail = SwitchedRail(RATING, 7.0, held_off_until_s=8.0)
    assert not rail.on
    assert events_until(rail, 7.0, 100.0) == [(8.0, RailEvent.DWELL_OVER)]


def test_short_trips_after_its_time_and_is_tried_again() -> None:
    rail = SwitchedRail(RATING, 0.0)
    rail.short(until_s=3.0 + TRIP_S, now_s=3.0)
    assert rail.current_a(3.0, 1.0) == SHORT_A
    assert events_until(rail, 3.0, 100.0) == [
        (3.0 + TRIP_S, RailEvent.OVER_CURRENT),
        (3.0 + TRIP_S + RETRY_S, RailEvent.DWELL_OVER),
    ]
    assert (rail.on, rail.trips, rail.current_a(50.0, 1.0)) == (True, 1, 0.5)


def test_short_that_ends_in_time_is_borne_and_its_end_is_due() -> None:
    rail = SwitchedRail(RATING, 0.0)
    rail.short(until_s=3.0 + 0.9 * TRIP_S, now_s=3.0)
    assert rail.next_due_s(3.0) == 3.0 + 0.9 * TRIP_S
    assert events_until(rail, 3.0, 100.0) == []
    assert rail.trips == 0


def test_lasting_short_latches_after_the_retries() -> None:
    rail = SwitchedRail(RATING, 0.0)
    rail.short(until_s=1000.0, now_s=5.0)
    happened = events_until(rail, 5.0, 900.0)
    trips = [event for _, event in happened if event is not RailEvent.DWELL_OVER]
    assert trips == [RailEvent.OVER_CURRENT] * RETRIES + [RailEvent.OVER_CURRENT_AGAIN]
    assert happened[-1][0] == pytest.approx(5.0 + (RETRIES + 1) * TRIP_S + RETRIES * RETRY_S)
    assert (rail.latched, rail.tripped, rail.trips) == (True, True, RETRIES + 1)
    rail.apply(RailEvent.COMMANDED_ON, 950.0)
    assert events_until(rail, 950.0, 950.1) == [(950.0 + TRIP_S, RailEvent.OVER_CURRENT)]


def test_trips_far_apart_are_no_row() -> None:
    rail = SwitchedRail(RATING, 0.0)
    for began_s in range(0, 100, 10):
        rail.short(until_s=began_s + 0.1, now_s=float(began_s))
        events_until(rail, float(began_s), began_s + 9.0)
    assert (rail.on, rail.trips) == (True, 10)


def test_nothing_is_due_of_a_rail_that_is_off() -> None:
    rail = SwitchedRail(RATING, 0.0)
    rail.apply(RailEvent.COMMANDED_OFF, 0.0)
    rail.short(until_s=math.inf, now_s=0.0)
    assert rail.next_due_s(0.0) == math.inf


@pytest.mark.parametrize("rating", [(-0.1, 1.0, 2.0), (1.1, 1.0, 2.0), (0.5, 2.1, 2.0), (0.5, 1.0, 5.1)])
def test_impossible_rating_is_refused(rating: tuple[float, float, float]) -> None:
    with pytest.raises(SettingError, match="_a is"):
        RailRating(*rating)
