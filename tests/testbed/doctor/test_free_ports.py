"""Rows of the kernel's tables as Linux prints them (Documentation/networking/proc_net_tcp.rst)."""

from dataclasses import replace

from testbed.doctor.finding import Level
from testbed.doctor.free_ports import check_ports, judge_ports, listening_ports
from tests.testbed.doctor.conftest import NOTHING, MakeMachine

HEADING = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n"
TCP = HEADING + (
    "   0: 0100007F:1645 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 1\n"
    "   1: 0100007F:1646 0100007F:A2C4 01 00000000:00000000 00:00000000 00000000     0        0 2\n"
)
TCP6 = HEADING + (
    "   0: 00000000000000000000000000000000:1647 00000000000000000000000000000000:0000 0A 00000000:00000000 00:0 0 0\n"
)


def test_who_listens_is_read_from_the_kernels_tables(make_machine: MakeMachine) -> None:
    machine = make_machine({"/proc/net/tcp": TCP, "/proc/net/tcp6": TCP6})
    assert listening_ports(machine) == {0x1645, 0x1647}


def test_a_machine_without_tables_has_no_listeners(make_machine: MakeMachine) -> None:
    assert listening_ports(make_machine()) == frozenset()


def test_a_taken_port_is_named_with_the_command_that_shows_whose_it_is(make_machine: MakeMachine) -> None:
    machine = make_machine({"/proc/net/tcp": TCP})
    (finding,) = check_ports(machine, replace(NOTHING, ports=(5700, 5701)))
    assert finding.level is Level.WRONG
    assert "5701" in finding.says
    assert "sport = :5701" in finding.mend


def test_free_ports_are_ok() -> None:
    (finding,) = judge_ports((5700, 5701), frozenset({80}))
    assert (finding.level, finding.says) == (Level.OK, "free: 5700, 5701")
    (finding,) = judge_ports((), frozenset({80}))
    assert finding.level is Level.OK
