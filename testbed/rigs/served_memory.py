"""The memory rig with clients: two processes, the gateway and the station with all that is beyond it."""

import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Any

from protocol.sdls.link_keys import SecurityMode
from testbed.errors import RigError
from testbed.keys import GROUND, new_keys
from testbed.physics import Physics
from testbed.rigs.child import Child
from testbed.rigs.memory_run import MemoryRun
from testbed.rigs.memory_station import MemoryStation
from testbed.rigs.processes import LOAD_S, STILL_S
from testbed.rigs.rig import Listener
from testbed.rigs.scratch import scratch_folder
from testbed.scenario import Scenario
from testbed.serving import Serving

_POLL_S = 0.005


class ServedMemoryRig:
    """Its gateway is a child that ends when its input closes, and so is its station, a child of the gateway's."""

    def __init__(
        self,
        scenario: Scenario,
        physics: Physics,
        seed: int,
        listener: Listener,
        serving: Serving,
        record: Path | None = None,
    ) -> None:
        """Raise ScenarioError for faults that this rig cannot have."""
        self._run = MemoryRun(scenario, physics, seed, record)
        self._listener, self._serving = listener, serving
        self._heard: set[str] = set()
        """The events that there have been."""
        self._link_time_s = 0.0
        self.url = ""
        """Where the gateway is."""

    def __enter__(self) -> "ServedMemoryRig":
        """Start both; the model loads. Raise SettingsError or RigError if something does not start."""
        with ExitStack() as opened:
            folder = Path(opened.enter_context(scratch_folder()))
            self._child = self._start(folder)
            opened.callback(self._stop)
            self._pump_until(lambda: "ready" in self._heard, LOAD_S)
            self._child.command("begin", link_time_s=0.0)
            self._pump_until(lambda: "time" in self._heard, LOAD_S)
            self._opened = opened.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Stop both and remove what they left."""
        self._opened.close()

    def run_to_end(self) -> None:
        """Let the link run until its last contact has ended."""
        self._pump_until(lambda: self._link_time_s >= self._run.physics.end_s, STILL_S)

    def _start(self, folder: Path) -> Child:
        scenario, seed, serving = self._run.scenario, self._run.seed, self._serving
        new_keys(folder / "keys", SecurityMode(scenario.security.mode))
        record = self._run.record and self._run.record.absolute()
        station = MemoryStation(scenario=scenario, seed=seed, folder=folder, record=record)
        told = [serving.as_json(), station.model_dump_json(), str(serving.forecast), str(serving.events)]
        return Child(GROUND, "testbed.rigs.memory_gateway", told, folder / "ground.stderr", [sys.executable])

    def _stop(self) -> None:
        self._child.close_input()
        self._child.wait()

    def _pump_until(self, done: Callable[[], bool], patience_s: float) -> None:
        """Take in what is said until something is true. Raise RigError if nothing is said for too long."""
        heard_at_s = time.monotonic()
        while not done():
            events = self._child.events()
            for event in events:
                self._take(event)
            if events:
                heard_at_s = time.monotonic()
            elif time.monotonic() > heard_at_s + patience_s:
                raise RigError(f"nothing heard of the {GROUND} for {patience_s:g} s, at {self._link_time_s:.2f} s")
            else:
                time.sleep(_POLL_S)

    def _take(self, event: dict[str, Any]) -> None:
        self._heard.add(event["event"])
        match event["event"]:
            case "progress":
                self._listener.progress(event["fraction"])
            case "http":
                self.url = event["url"]
            case "time":
                self._link_time_s = event["link_time_s"]
            case "text":
                self._listener.text(event["text"])
            case "milestone":
                self._listener.milestone(event["name"])
            case "warning":
                self._listener.warning(f"{GROUND}: {event['message']}")
