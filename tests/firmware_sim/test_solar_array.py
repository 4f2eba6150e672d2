import pytest

from firmware_sim.errors import SettingError
from firmware_sim.solar_array import SolarArray


def test_current_follows_the_sunlight() -> None:
    assert [SolarArray().current_a(sunlight) for sunlight in (0.0, 0.5, 1.0)] == [0.0, 0.75, 1.5]


def test_voltage_is_a_diode_above_the_bus_and_none_in_the_dark() -> None:
    assert (SolarArray().voltage_v(0.1, 8.0), SolarArray().voltage_v(0.0, 8.0)) == (8.3, 0.0)


@pytest.mark.parametrize("setting", ["full_sun_current_a", "diode_v"])
def test_impossible_array_is_refused(setting: str) -> None:
    with pytest.raises(SettingError, match=setting):
        SolarArray(**{setting: -0.1})
