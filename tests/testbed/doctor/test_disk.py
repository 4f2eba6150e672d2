from dataclasses import replace

import pytest

from testbed.doctor.disk import check_disk, judge_disk
from testbed.doctor.finding import Level
from tests.testbed.doctor.conftest import NOTHING, MakeMachine


def test_room_is_told_in_hours_of_recordings(make_machine: MakeMachine) -> None:
    """Two ends at 240 kS/s of 8 octets: 3.84 MB/s, 13.8 GB an hour."""
    machine = make_machine(free_octets=lambda _: 27_648_000_000)
    (finding,) = check_disk(machine, NOTHING)
    assert (finding.level, finding.says) == (Level.OK, "28 GB free: 2.0 h of recordings")
    (finding,) = check_disk(machine, replace(NOTHING, ends=("ground",)))
    assert "4.0 h" in finding.says


@pytest.mark.parametrize(("free_octets", "level"), [(1e9, Level.OK), (9e8, Level.WRONG)])
def test_less_than_a_gigabyte_is_wrong(free_octets: float, level: Level) -> None:
    assert judge_disk("/runs", free_octets, 1e6).level is level


def test_a_bench_whose_ends_are_elsewhere_is_judged_too(make_machine: MakeMachine) -> None:
    (finding,) = check_disk(make_machine(free_octets=lambda _: 0), replace(NOTHING, ends=()))
    assert finding.level is Level.WRONG
