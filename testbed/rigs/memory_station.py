"""The memory rig's station as a process, with the rest of the rig inside; its lines are those of ``ground serve``."""

import sys
from contextlib import ExitStack, closing
from functools import partial
from pathlib import Path

from edge.checked_toml import CheckedModel
from edge.command_line import STATUS_MISTAKE
from edge.counter_file import CounterFile
from edge.database_errors import DatabaseError
from edge.key_file import load_key_file
from flatsat.build import build_engine
from flatsat.errors import FlatsatError
from flatsat.journal import Journal
from ground.errors import GroundError
from ground.serve import GroundSettings
from ground.serve import serve as serve_ground
from protocol.sdls.link_keys import LinkKeys
from radio.errors import RadioError
from radio.worker import Worker
from testbed.errors import ScenarioError, TestbedError
from testbed.keys import FLATSAT, GROUND, counter_path, key_path
from testbed.physics import work_out
from testbed.rigs.memory_port import MemoryPort, unobserved
from testbed.rigs.memory_run import MemoryRun
from testbed.scenario import Scenario


class MemoryStation(CheckedModel):
    """What the process is told."""

    scenario: Scenario
    seed: int
    folder: Path
    """Where both ends keep what must outlive them; ``keys`` in it has their keys."""
    record: Path | None = None
    """The folder to keep in what both ends receive."""

    @property
    def command(self) -> list[str]:
        """What starts it."""
        program = f"from edge.entry_point import enter; enter('ground', {__name__!r})"
        return [sys.executable, "-c", program, self.model_dump_json()]

    @property
    def keys(self) -> Path:
        """Where both ends' keys are."""
        return self.folder / "keys"

    def ground_settings(self, run: MemoryRun) -> GroundSettings:
        """Return the same as the ground takes it."""
        return GroundSettings(
            run.physics.profile,
            self.scenario.sample_rate_hz,
            run.physics.contacts,
            key_path(self.keys, GROUND),
            self.folder / "ground.journal",
            self.folder / "outbox",
            self.seed,
            run.record_settings,
            start_utc=run.physics.start_utc,
        )


def serve(worker: Worker, told: MemoryStation) -> None:
    """Load the model, then run the link until the worker is told to stop."""
    run = MemoryRun(told.scenario, work_out(told.scenario, told.seed), told.seed, told.record)
    with ExitStack() as opened:
        keys = LinkKeys.of(load_key_file(key_path(told.keys, FLATSAT), ScenarioError))
        store = opened.enter_context(closing(CounterFile(counter_path(told.keys, FLATSAT), ScenarioError)))
        journal = opened.enter_context(closing(Journal(told.folder / "flatsat.journal")))
        nodes = run.nodes(opened.enter_context(run.recording(FLATSAT, worker.warn)))
        loading = build_engine(told.scenario.model.settings(), partial(_report_progress, worker))
        engine = opened.enter_context(closing(loading))
        port = MemoryPort(run, nodes, engine, keys, store, journal, unobserved)
        serve_ground(worker, told.ground_settings(run), lambda: port)


def _report_progress(worker: Worker, fraction: float) -> None:
    """Tell how far the model is loaded; one that is no longer wanted is not loaded to its end."""
    worker.emit("progress", fraction=fraction)
    if worker.stopping.is_set():
        raise SystemExit(0)


def main() -> int:
    """Run the process; return its exit status."""
    worker = Worker.on_standard_streams(until_input_closes=True)
    try:
        serve(worker, MemoryStation.model_validate_json(sys.argv[1]))
    except (TestbedError, GroundError, FlatsatError, RadioError, DatabaseError) as error:
        worker.emit("error", message=str(error))
        return STATUS_MISTAKE
    return 0
