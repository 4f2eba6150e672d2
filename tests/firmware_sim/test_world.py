import pytest

from firmware_sim.errors import SettingError
from firmware_sim.sunlight import Sunlight
from firmware_sim.world import HOUSEKEEPING_A, Loads, World

DARK = Sunlight(((0.0, 0.0),))
IDLE = Loads(payload_a=0.45, radio_a=0.12, transmit_duty=0.0)


def test_everything_drawn_comes_from_the_battery_in_the_dark() -> None:
    point = World(DARK).operating_point(IDLE)
    assert point.battery_current_a == pytest.approx(-(0.45 + 0.12 + HOUSEKEEPING_A))
    assert point.bus_voltage_v == pytest.approx(8.0 - 0.15 * 0.63)
    assert point.solar_voltage_v == 0.0
    assert point.solar_current_a == pytest.approx(0.0)


def test_surplus_charges() -> None:
    point = World(charge=0.5).operating_point(IDLE)
    assert point.battery_current_a == pytest.approx(1.5 - 0.63)
    assert point.bus_voltage_v == pytest.approx(7.4 + 0.15 * 0.87)
    assert point.solar_current_a == pytest.approx(1.5)


def test_shunt_holds_a_full_battery_at_its_voltage() -> None:
    point = World(charge=1.0).operating_point(IDLE)
    assert (point.bus_voltage_v, point.battery_current_a) == (8.4, 0.0)
    assert point.solar_current_a == pytest.approx(0.63), "the array gives what is drawn"


def test_time_charges_warms_and_uses_energy() -> None:
    world = World(DARK, charge=0.5)
    point = world.operating_point(IDLE)
    assert world.pass_time(IDLE, point, 10.0) == pytest.approx(point.bus_voltage_v * 0.45 * 10.0)
    assert world.charge == pytest.approx(0.5 - 0.63 * 10.0 / 9360)
    assert 20.0 < world.temperatures.board_c < world.temperatures.payload_c < 26.0


def test_impossible_charge_is_refused() -> None:
    with pytest.raises(SettingError, match=r"battery_charge is 1.5; accepted: 0.0 to 1.0"):
        World(charge=1.5)
