from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flatsat.energy.energy_policy import AtLimit, EnergyLimits, EnergyPolicy, Go, Readings, Refuse, Wait
from flatsat.errors import ConfigError
from protocol.messages import RefusalReason


def goes(policy: EnergyPolicy, **readings: Any) -> bool:
    return isinstance(policy.judge(Readings(**readings)), Go)


def test_without_limits_it_always_goes() -> None:
    assert goes(EnergyPolicy(EnergyLimits()), charge=0.0, bus_voltage_v=0.0, temperature_c=150.0, throttled=True)


def test_a_battery_below_its_limit_is_left_alone_until_it_is_better_by_the_margin() -> None:
    policy = EnergyPolicy(EnergyLimits(lowest_charge=0.3, charge_margin=0.05))
    charges = (0.31, 0.30, 0.299, 0.31, 0.349, 0.35, 0.34, 0.30, 0.29)
    assert [goes(policy, charge=charge) for charge in charges] == [True, True, False, False, False] + [True] * 3 + [
        False
    ]


def test_a_bus_that_sags_and_a_payload_that_is_hot_have_margins_too() -> None:
    bus = EnergyPolicy(EnergyLimits(lowest_bus_v=7.0, bus_margin_v=0.2))
    assert [goes(bus, bus_voltage_v=each) for each in (7.0, 6.99, 7.1, 7.2)] == [True, False, False, True]
    heat = EnergyPolicy(EnergyLimits(highest_temperature_c=60.0, temperature_margin_c=5.0))
    assert [goes(heat, temperature_c=each) for each in (60.0, 60.1, 55.1, 55.0)] == [True, False, False, True]


def test_a_payload_that_throttles_itself_is_at_its_limit() -> None:
    policy = EnergyPolicy(EnergyLimits(highest_temperature_c=90.0))
    assert policy.judge(Readings(temperature_c=50.0, throttled=True)) == Wait("the payload throttles itself")
    assert goes(policy, temperature_c=50.0)


def test_what_is_limited_and_not_known_is_waited_for() -> None:
    policy = EnergyPolicy(EnergyLimits(lowest_charge=0.3))
    assert policy.judge(Readings()) == Wait("the battery's charge is not known; from 35% on")
    assert goes(policy, charge=0.31)  # it was never below
    assert not goes(policy)


def test_the_reason_tells_value_and_goal() -> None:
    for limits, readings, why in (
        (EnergyLimits(lowest_charge=0.3), Readings(0.25), "the battery's charge is 25%; from 35% on"),
        (EnergyLimits(lowest_bus_v=7.0), Readings(None, 6.5), "the bus voltage is 6.50 V; from 7.20 V on"),
        (
            EnergyLimits(highest_temperature_c=60.0),
            Readings(None, None, 61.0),
            "the payload's temperature is 61.0 C; up to 55.0 C",
        ),
    ):
        assert EnergyPolicy(limits).judge(readings) == Wait(why)


def test_at_a_limit_prompts_may_be_refused_instead() -> None:
    cold = EnergyPolicy(EnergyLimits(lowest_charge=0.3, highest_temperature_c=60.0, at_limit=AtLimit.REFUSE))
    assert cold.judge(Readings(charge=0.9, temperature_c=70.0)) == Refuse(
        RefusalReason.TOO_HOT, "the payload's temperature is 70.0 C; up to 55.0 C"
    )
    decision = cold.judge(Readings(charge=0.1, temperature_c=70.0))
    assert isinstance(decision, Refuse)
    assert decision.reason is RefusalReason.LOW_BATTERY


def test_one_limit_does_not_make_the_other_forget() -> None:
    policy = EnergyPolicy(EnergyLimits(lowest_charge=0.3, highest_temperature_c=60.0))
    assert not goes(policy, charge=0.1, temperature_c=61.0)
    assert not goes(policy, charge=0.9, temperature_c=58.0)
    assert goes(policy, charge=0.9, temperature_c=54.0)


@given(charges=st.lists(st.floats(0, 1), max_size=30), lowest=st.floats(0, 0.9), margin=st.floats(0, 0.1))
def test_it_changes_its_mind_at_the_two_thresholds_alone(charges: list[float], lowest: float, margin: float) -> None:
    policy, went = EnergyPolicy(EnergyLimits(lowest_charge=lowest, charge_margin=margin)), True
    for charge in charges:
        now = goes(policy, charge=charge)
        if now is not went:
            assert charge >= lowest + margin if now else charge < lowest
        went = now


@pytest.mark.parametrize(
    ("setting", "field"),
    [
        ({"lowest_charge": 1.1}, "lowest-charge"),
        ({"lowest_charge": float("nan")}, "lowest-charge"),
        ({"lowest_charge": 0.97}, "lowest-charge"),
        ({"lowest_bus_v": -1.0}, "lowest-bus-v"),
        ({"highest_temperature_c": 1000.0}, "highest-temperature-c"),
        ({"temperature_margin_c": -1.0}, "temperature-margin-c"),
    ],
)
def test_limits_that_cannot_be(setting: dict[str, Any], field: str) -> None:
    with pytest.raises(ConfigError) as caught:
        EnergyLimits(**setting)
    assert caught.value.field == field
