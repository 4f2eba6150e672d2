"""Files as the kernel lays them out: sysfs-class-thermal, cpufreq, and raspberrypi-hwmon of its documentation."""

from dataclasses import replace

import pytest

from testbed.doctor.finding import Level
from testbed.doctor.processor import Processor, check_processor, judge_processor
from tests.testbed.doctor.conftest import NOTHING, MakeMachine

GOOD = Processor("Raspberry Pi 5 Model B", 4, "performance", throttled=False, under_voltage=False)
PI = {
    "/proc/device-tree/model": "Raspberry Pi 4 Model B\0",
    "/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor": "ondemand\n",
    "/sys/class/thermal/cooling_device0/type": "cpufreq-cpu0\n",
    "/sys/class/thermal/cooling_device0/cur_state": "0\n",
    "/sys/class/thermal/cooling_device1/type": "pwm-fan\n",
    "/sys/class/thermal/cooling_device1/cur_state": "3\n",
    "/sys/class/thermal/thermal_zone0/type": "cpu-thermal\n",
    "/sys/class/hwmon/hwmon0/name": "ina219\n",
    "/sys/class/hwmon/hwmon0/in0_lcrit_alarm": "1\n",
    "/sys/class/hwmon/hwmon1/name": "rpi_volt\n",
    "/sys/class/hwmon/hwmon1/in0_lcrit_alarm": "0\n",
}


def test_a_small_computer_is_looked_at(make_machine: MakeMachine) -> None:
    processor = Processor.of(make_machine(PI))
    assert (processor.board, processor.governor) == ("Raspberry Pi 4 Model B", "ondemand")
    assert (processor.throttled, processor.under_voltage) == (False, False)


def test_a_clock_rate_that_is_held_back(make_machine: MakeMachine) -> None:
    assert Processor.of(make_machine(PI | {"/sys/class/thermal/cooling_device0/cur_state": "2"})).throttled


def test_a_supply_that_is_too_weak(make_machine: MakeMachine) -> None:
    assert Processor.of(make_machine(PI | {"/sys/class/hwmon/hwmon1/in0_lcrit_alarm": "1"})).under_voltage


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"under_voltage": True}, "under-voltage"),
        ({"throttled": True}, "slowed down by heat"),
        ({"governor": "ondemand"}, "governor ondemand"),
    ],
)
def test_what_slows_it_down_hinders_nothing(change: dict[str, object], words: str) -> None:
    finding = judge_processor(replace(GOOD, **change))  # type: ignore[arg-type]
    assert finding.level is Level.ABSENT
    assert words in finding.says
    assert finding.mend


@pytest.mark.parametrize("governor", ["performance", ""])
def test_a_steady_one_is_ok(governor: str) -> None:
    assert judge_processor(replace(GOOD, governor=governor)).level is Level.OK


def test_a_machine_that_tells_nothing_is_ok(make_machine: MakeMachine) -> None:
    (finding,) = check_processor(make_machine(), NOTHING)
    assert finding.level is Level.OK
    assert finding.says.startswith("this computer, ")
