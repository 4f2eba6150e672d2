import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_sim.errors import SettingError
from firmware_sim.thermal import Temperatures, ThermalModel

MODEL = ThermalModel(ambient_c=10.0, board_c_per_w=2.0, board_time_constant_s=100.0, payload_c_per_w=3.0)
COLD = Temperatures(10.0)
POWERS = {"total_w": 8.0, "payload_w": 5.0, "transmit_duty": 0.5}


def test_each_settles_at_its_resistance_times_its_power() -> None:
    settled = MODEL.after(COLD, **POWERS, elapsed_s=1e6)
    assert settled.board_c == pytest.approx(10.0 + 2.0 * 8.0)
    assert settled.payload_c == pytest.approx(settled.board_c + 3.0 * 5.0)
    assert settled.amplifier_c == pytest.approx(settled.board_c + 15.0)


def test_after_one_time_constant_63_percent_of_the_way_is_done() -> None:
    assert MODEL.after(COLD, **POWERS, elapsed_s=100.0).board_c == pytest.approx(10.0 + 16.0 * (1 - math.exp(-1)))
    assert MODEL.after(COLD, **POWERS, elapsed_s=20.0).payload_rise_c == pytest.approx(15.0 * (1 - math.exp(-1)))
    assert MODEL.after(COLD, **POWERS, elapsed_s=20.0).amplifier_rise_c == pytest.approx(15.0 * (1 - math.exp(-1)))


@given(st.floats(0.0, 1e4), st.integers(1, 50))
def test_many_steps_lead_where_one_does(elapsed_s: float, steps: int) -> None:
    temperatures = COLD
    for _ in range(steps):
        temperatures = MODEL.after(temperatures, **POWERS, elapsed_s=elapsed_s / steps)
    at_once = MODEL.after(COLD, **POWERS, elapsed_s=elapsed_s)
    assert temperatures.board_c == pytest.approx(at_once.board_c)
    assert temperatures.payload_c == pytest.approx(at_once.payload_c)


def test_heat_goes_when_the_power_does() -> None:
    hot = MODEL.after(COLD, **POWERS, elapsed_s=1e6)
    cold = MODEL.after(hot, total_w=0.0, payload_w=0.0, transmit_duty=0.0, elapsed_s=1e6)
    assert (cold.board_c, cold.payload_c, cold.amplifier_c) == pytest.approx((10.0, 10.0, 10.0))


@pytest.mark.parametrize(
    ("setting", "value"), [("ambient_c", -151.0), ("board_time_constant_s", 0.0), ("payload_c_per_w", -1.0)]
)
def test_impossible_model_is_refused(setting: str, value: float) -> None:
    with pytest.raises(SettingError, match=setting):
        ThermalModel(**{setting: value})
