"""Lines of ``chronyc -c tracking`` with the fields of chronyc(1)."""

from dataclasses import replace

import pytest

from testbed.doctor.clock import Clock, check_clock, judge_clock
from testbed.doctor.finding import Level
from testbed.doctor.machine import Said
from tests.testbed.doctor.conftest import NOTHING, MakeMachine

GOOD = (
    "C035676E,192.53.103.110,2,1769000000.1,-0.000021,0.000004,0.00002,-12.431,0.001,0.021,0.012,0.0007,64.2,Normal\n"
)
LOST = "7F7F0101,,0,0.0,0.000000,0.000000,0.0,-12.431,0.000,0.000,1.0,1.0,0.0,Not synchronised\n"


@pytest.mark.parametrize(("line", "synchronised"), [(GOOD, True), (LOST, False)])
def test_chrony_is_asked_first(make_machine: MakeMachine, line: str, synchronised: bool) -> None:
    clock = Clock.of(make_machine({"/run/systemd/timesync/synchronized": ""}, {"chronyc": Said(0, line)}))
    assert (clock.synchronised, clock.by, clock.drift_ppm) == (synchronised, "chrony", -12.431)


def test_a_chrony_that_does_not_run_is_not_heard(make_machine: MakeMachine) -> None:
    machine = make_machine(
        {"/run/systemd/timesync/synchronized": ""}, {"chronyc": Said(1, "506 Cannot talk to daemon\n")}
    )
    assert Clock.of(machine) == Clock(True, "systemd-timesyncd")


@pytest.mark.parametrize(("said", "synchronised"), [(Said(0, "yes\n"), True), (Said(0, "no\n"), False)])
def test_else_the_kernel_is(make_machine: MakeMachine, said: Said, synchronised: bool) -> None:
    assert Clock.of(make_machine(said={"timedatectl": said})).synchronised == synchronised


def test_a_clock_that_nobody_keeps(make_machine: MakeMachine) -> None:
    (finding,) = check_clock(make_machine(), replace(NOTHING, clock=True))
    assert finding.level is Level.WRONG
    assert "chrony" in finding.mend
    (finding,) = check_clock(make_machine(), NOTHING)
    assert finding.level is Level.ABSENT


def test_a_clock_that_is_off() -> None:
    finding = judge_clock(Clock(True, "chrony", -3.2, 1.0), needed=True)
    assert finding.level is Level.WRONG
    assert "-3.2 s" in finding.says


def test_a_good_clock_tells_its_drift() -> None:
    finding = judge_clock(Clock(True, "chrony", 2e-5, -12.431), needed=True)
    assert (finding.level, finding.says) == (Level.OK, "synchronised, by chrony, drift -12.4 ppm")
