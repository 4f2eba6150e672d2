import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_sim.battery import Battery
from firmware_sim.errors import SettingError

charges = st.floats(0.0, 1.0)


def test_two_cells_end_at_3_and_at_4_2_v_each() -> None:
    battery = Battery()
    assert (battery.open_circuit_voltage_v(0.0), battery.open_circuit_voltage_v(1.0)) == (2 * 3.0, 2 * 4.2)


@pytest.mark.parametrize(("charge", "voltage_v"), [(0.05, 6.4), (0.1, 6.8), (0.3, 7.1), (0.7, 7.7), (0.95, 8.2)])
def test_voltage_is_linear_between_the_points(charge: float, voltage_v: float) -> None:
    assert Battery().open_circuit_voltage_v(charge) == pytest.approx(voltage_v)


@given(charges, charges)
def test_voltage_rises_with_the_charge(one: float, other: float) -> None:
    low, high = sorted((one, other))
    assert Battery().open_circuit_voltage_v(low) <= Battery().open_circuit_voltage_v(high)


def test_2_6_ah_last_an_hour_at_2_6_a() -> None:
    assert Battery().charge_after(1.0, -2.6, 3600.0) == pytest.approx(0.0)
    assert Battery().charge_after(0.0, 2.6, 1800.0) == pytest.approx(0.5)


@given(charges, st.floats(-50.0, 50.0), st.floats(0.0, 1e6))
def test_charge_stays_between_empty_and_full(charge: float, current_a: float, elapsed_s: float) -> None:
    assert 0.0 <= Battery().charge_after(charge, current_a, elapsed_s) <= 1.0


def test_terminals_sag_by_the_internal_resistance_and_never_below_0() -> None:
    battery = Battery(resistance_ohm=0.2)
    assert battery.voltage_v(0.5, -2.0) == pytest.approx(7.4 - 0.4)
    assert battery.voltage_v(0.5, 1.0) == pytest.approx(7.4 + 0.2)
    assert battery.voltage_v(0.0, -100.0) == 0.0


@given(charges)
def test_highest_charging_current_brings_the_terminals_to_a_full_battery(charge: float) -> None:
    battery = Battery()
    assert battery.voltage_v(charge, battery.highest_charging_current_a(charge)) == pytest.approx(8.4)


@pytest.mark.parametrize("setting", ["capacity_c", "resistance_ohm"])
def test_impossible_battery_is_refused(setting: str) -> None:
    with pytest.raises(SettingError, match=setting):
        Battery(**{setting: 0.0})
