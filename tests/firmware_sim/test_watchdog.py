import math

import pytest

from firmware_sim.errors import SettingError
from firmware_sim.watchdog import TRANSITIONS, Watchdog, WatchdogEvent, WatchdogState


def test_every_state_is_reached_and_left() -> None:
    assert {state for state, _ in TRANSITIONS} == set(WatchdogState) == set(TRANSITIONS.values())
    assert {event for _, event in TRANSITIONS} == set(WatchdogEvent)


def test_counts_from_the_newest_stroke() -> None:
    watchdog = Watchdog(10.0, 1.0)
    assert (watchdog.armed, watchdog.deadline_s) == (False, math.inf)
    watchdog.apply(WatchdogEvent.STROKED, 3.0)
    assert (watchdog.armed, watchdog.deadline_s) == (True, 13.0)
    watchdog.apply(WatchdogEvent.STROKED, 9.0)
    assert watchdog.deadline_s == 19.0


@pytest.mark.parametrize("event", [WatchdogEvent.POWER_LOST, WatchdogEvent.TIMED_OUT])
def test_disarms(event: WatchdogEvent) -> None:
    watchdog = Watchdog(10.0, 1.0)
    watchdog.apply(event, 0.0)
    watchdog.apply(WatchdogEvent.STROKED, 1.0)
    watchdog.apply(event, 2.0)
    assert (watchdog.armed, watchdog.deadline_s) == (False, math.inf)


def test_new_times_do_not_arm_and_begin_a_count_anew() -> None:
    watchdog = Watchdog(10.0, 1.0)
    watchdog.set(2.0, 0.5, 0.0)
    assert (watchdog.armed, watchdog.hold_off_s) == (False, 0.5)
    watchdog.apply(WatchdogEvent.STROKED, 1.0)
    watchdog.set(4.0, 0.5, 2.5)
    assert watchdog.deadline_s == 6.5


@pytest.mark.parametrize("value", [0.0, -1.0, math.inf, math.nan])
def test_impossible_time_is_refused(value: float) -> None:
    with pytest.raises(SettingError, match="watchdog_timeout_s"):
        Watchdog(value, 1.0)
    with pytest.raises(SettingError, match="reset_off_s"):
        Watchdog(1.0, value)
