import math

import pytest

from firmware_sim.errors import SettingError
from firmware_sim.sunlight import Sunlight


def test_full_sunlight_unless_something_else_is_said() -> None:
    assert (Sunlight().fraction(0.0), Sunlight().fraction(1e9), Sunlight().next_change_s(0.0)) == (1.0, 1.0, math.inf)


def test_changes_at_its_times() -> None:
    sunlight = Sunlight(((0.0, 0.25), (10.0, 0.5), (20.0, 1.0)))
    assert [sunlight.fraction(t) for t in (0.0, 9.999, 10.0, 19.0, 20.0, 99.0)] == [0.25, 0.25, 0.5, 0.5, 1.0, 1.0]
    assert [sunlight.next_change_s(t) for t in (0.0, 10.0, 20.0)] == [10.0, 20.0, math.inf]


def test_dark_between_entry_and_exit() -> None:
    sunlight = Sunlight.eclipsed([(2100.0, 4200.0), (7800.0, 9900.0)])
    assert [sunlight.fraction(t) for t in (0.0, 2100.0, 4199.0, 4200.0, 8000.0, 9900.0)] == [1, 0, 0, 1, 0, 1]


def test_may_begin_in_the_dark() -> None:
    sunlight = Sunlight.eclipsed([(0.0, 60.0)])
    assert (sunlight.fraction(0.0), sunlight.fraction(60.0)) == (0.0, 1.0)


@pytest.mark.parametrize(
    "eclipses",
    [[(5.0, 3.0)], [(5.0, 5.0)], [(-5.0, 3.0)], [(1.0, 5.0), (4.0, 6.0)], [(1.0, math.inf)], [(math.nan, 3.0)]],
)
def test_impossible_eclipse_is_refused(eclipses: list[tuple[float, float]]) -> None:
    with pytest.raises(SettingError, match="sunlight's times is"):
        Sunlight.eclipsed(eclipses)


@pytest.mark.parametrize("schedule", [(), ((1.0, 1.0),)])
def test_first_time_is_power_on(schedule: tuple[tuple[float, float], ...]) -> None:
    with pytest.raises(SettingError, match="0 first"):
        Sunlight(schedule)


def test_impossible_fraction_is_refused() -> None:
    with pytest.raises(SettingError, match=r"sunlight is 1.1; accepted: 0.0 to 1.0"):
        Sunlight(((0.0, 1.1),))
