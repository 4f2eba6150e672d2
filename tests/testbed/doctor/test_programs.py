from dataclasses import replace

import pytest

from testbed.doctor.finding import Level
from testbed.doctor.machine import Machine
from testbed.doctor.programs import FIRMWARE, check_programs, judge_lab_program, judge_toolset
from tests.testbed.doctor.conftest import NOTHING, MakeMachine, told


def installed(machine: Machine, *names: str) -> Machine:
    for name in names:
        path = machine.at(f"/usr/bin/{name}")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(0o755)
    return machine


@pytest.mark.parametrize(("needed", "level"), [(True, Level.MISSING), (False, Level.ABSENT)])
@pytest.mark.parametrize("tools", FIRMWARE, ids=lambda tools: tools.name)
def test_a_toolset_that_lacks_a_program(tools, needed: bool, level: Level) -> None:
    finding = judge_toolset(tools, [tools.programs[0]], needed=needed)
    assert finding.level is level
    assert f"no {tools.programs[0]};" in finding.says
    assert finding.mend.startswith("sudo apt-get install ")
    assert judge_toolset(tools, [], needed=needed).level is Level.OK


def test_a_lab_program() -> None:
    assert judge_lab_program("usbrelay", there=True).level is Level.OK
    assert judge_lab_program("usbrelay", there=False).level is Level.MISSING


def test_programs_are_looked_for(make_machine: MakeMachine) -> None:
    machine = installed(make_machine(), "qemu-system-arm", "setpriv", "make", "usbrelay")
    needs = replace(NOTHING, firmware=True, programs=("usbrelay", "attenuate"))
    assert told(list(check_programs(machine, needs))) == [
        ("QEMU", "ok"),
        ("ARM compiler", "missing"),
        ("lab program", "ok"),
        ("lab program", "missing"),
    ]
