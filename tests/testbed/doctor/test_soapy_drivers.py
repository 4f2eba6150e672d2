from dataclasses import replace

import pytest

from testbed.doctor.finding import Level
from testbed.doctor.machine import Said
from testbed.doctor.soapy_drivers import SoapyDrivers, check_soapy_drivers, judge_drivers
from tests.testbed.doctor.conftest import NOTHING, MakeMachine

INFO = "API Version: v0.8.0\nModule found: /usr/lib/libRedPitaya.so (0.1.1)\nAvailable factories... redpitaya, rtlsdr\n"
NONE = "API Version: v0.8.0\nAvailable factories... No factories found!\n"


@pytest.mark.parametrize(("info", "names"), [(INFO, {"redpitaya", "rtlsdr"}), (NONE, set())])
def test_the_tools_list_is_read(make_machine: MakeMachine, info: str, names: set[str]) -> None:
    assert SoapyDrivers.of(make_machine(said={"SoapySDRUtil": Said(0, info)})).names == names


def test_without_the_tool_nothing_is_known(make_machine: MakeMachine) -> None:
    assert SoapyDrivers.of(make_machine()).names is None


@pytest.mark.parametrize("wanted", [{"rtlsdr"}, {""}, set()])
def test_wanted_drivers_that_are_there(wanted: set[str]) -> None:
    (finding,) = judge_drivers(SoapyDrivers(frozenset({"rtlsdr", "remote"})), frozenset(wanted))
    assert (finding.level, finding.says) == (Level.OK, "remote, rtlsdr")


def test_wanted_drivers_that_are_not_name_their_packages() -> None:
    (finding,) = judge_drivers(SoapyDrivers(frozenset({"rtlsdr"})), frozenset({"hackrf", "lime"}))
    assert finding.level is Level.WRONG
    assert finding.mend == "sudo apt-get install soapysdr-module-hackrf soapysdr-module-lms7"


@pytest.mark.parametrize("names", [None, frozenset[str]()])
@pytest.mark.parametrize(("wanted", "level"), [({"hackrf"}, Level.MISSING), (set[str](), Level.ABSENT)])
def test_none_at_all(names: frozenset[str] | None, wanted: set[str], level: Level) -> None:
    (finding,) = judge_drivers(SoapyDrivers(names), frozenset(wanted))
    assert finding.level is level
    assert finding.mend


def test_a_rig_says_what_it_wants(make_machine: MakeMachine) -> None:
    machine = make_machine(said={"SoapySDRUtil": Said(0, INFO)})
    (finding,) = check_soapy_drivers(machine, replace(NOTHING, soapy_drivers=frozenset({"uhd"})))
    assert "no uhd" in finding.says
