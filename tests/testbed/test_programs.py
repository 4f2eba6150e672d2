"""The programs of a rig of processes, started in the place of ones that were killed."""

import os
import time
from pathlib import Path

from testbed.bench.software import ZMQ_BENCH
from testbed.physics import work_out
from testbed.rigs.programs import BOARD, Programs
from testbed.scenario import Scenario


def test_a_board_starts_though_a_dead_ones_terminal_is_anothers_now(quick_path: Path) -> None:
    scenario = Scenario.load("loopback")
    programs = Programs(ZMQ_BENCH, scenario, work_out(scenario, 1), 1, quick_path)
    ours, another = os.openpty()
    (quick_path / "board").symlink_to(os.ttyname(another))
    child = programs.start(BOARD, {}, 0.0)
    try:
        events = []
        while not events:
            events = child.events()
            time.sleep(0.01)
        assert events[0]["event"] == "ready"
        assert os.readlink(quick_path / "board") != os.ttyname(another)
    finally:
        child.close_input()
        child.wait()
        os.close(ours)
        os.close(another)
