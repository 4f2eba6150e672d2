"""What is simulated of a bench, started for a look at it."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from testbed.bench.bench import Bench
from testbed.errors import RigError
from testbed.physics import work_out
from testbed.rigs.child import Child
from testbed.rigs.programs import Programs
from testbed.rigs.scratch import scratch_folder
from testbed.scenario import Scenario

_SEED = 1
_START_S = 60.0
_POLL_S = 0.01


class Simulated:
    """The programs that stand for devices: sky, board, radios. They run on this machine."""

    def __init__(self, bench: Bench, scenario: Scenario) -> None:
        here = bench.flatsat.model_copy(update={"machine": None})
        self._bench, self.scenario = bench.model_copy(update={"flatsat": here}), scenario

    @property
    def link_rate_hz(self) -> float:
        """The link's sample rate."""
        return self.scenario.sample_rate_hz

    @contextmanager
    def running(self, name: str) -> Iterator[dict[str, Any]]:
        """Start a program, and end it; yield what it says when it is ready. Raise RigError if it does not start."""
        with scratch_folder() as folder:
            physics = work_out(self.scenario, _SEED)
            programs = Programs(self._bench, self.scenario, physics, _SEED, Path(folder))
            child = programs.start(name, {}, 0.0)
            try:
                yield ready(child, _START_S)
            finally:
                child.close_input()
                child.wait()


def ready(child: Child, timeout_s: float) -> dict[str, Any]:
    """Wait until a program is ready; return what it says then. Raise RigError or SettingsError if it is not."""
    deadline = time.monotonic() + timeout_s
    while time.monotonic() < deadline:
        for event in child.events():
            if event["event"] == "ready":
                return event
        time.sleep(_POLL_S)
    raise RigError(f"{child.name} was not ready within {timeout_s:g} s")
