import math

import pytest

from flatsat.energy.cost import Cost, CostCounter
from flatsat.energy.energy_meter import EnergyReading


def counted(*readings: EnergyReading) -> Cost:
    counter = CostCounter(readings[0])
    for reading in readings[1:]:
        counter.add(reading)
    return counter.cost


def test_an_answer_costs_what_was_read_since_it_began() -> None:
    readings = (EnergyReading(100.0, 5.0, 40.0), EnergyReading(103.0, 5.0, 45.0), EnergyReading(107.5, 5.0, 44.0))
    assert counted(*readings) == Cost(7.5, 45.0)


def test_what_is_not_read_is_not_known() -> None:
    assert counted(EnergyReading(), EnergyReading()) == Cost()
    assert counted(EnergyReading(1.0), EnergyReading()) == Cost()
    assert counted(EnergyReading(None, None, 30.0), EnergyReading(5.0, 1.0, None)) == Cost(None, 30.0)


@pytest.mark.parametrize(
    "reading", [EnergyReading(0.5), EnergyReading(1e12), EnergyReading(math.nan), EnergyReading(None, None, math.nan)]
)
def test_what_no_sensor_can_have_measured_counts_as_nothing(reading: EnergyReading) -> None:
    assert counted(EnergyReading(1.0), reading) == Cost()


def test_a_sensor_that_talks_nonsense_once_does_not_take_the_peak() -> None:
    readings = (EnergyReading(1.0, None, 30.0), EnergyReading(2.0, None, -2000.0), EnergyReading(2.0, None, 31.0))
    assert counted(*readings) == Cost(1.0, 31.0)


def test_attempts_add_up() -> None:
    assert Cost(2.0, 40.0).plus(Cost(3.0, 38.0)) == Cost(5.0, 40.0)
    assert Cost().plus(Cost(3.0)) == Cost(3.0)
    assert Cost(2.0, 40.0).plus(Cost()) == Cost(2.0, 40.0)
