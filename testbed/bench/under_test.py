"""The bench that a test works with."""

import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from testbed.bench.console import ConsoleLog
from testbed.bench.feature import Feature, lacking
from testbed.bench.software import bench_of
from testbed.errors import RigError, ScenarioError
from testbed.faults.fault import PowerCycle
from testbed.physics import Physics, work_out
from testbed.record import RunRecord
from testbed.rigs.processes import ProcessRig
from testbed.rigs.rig import AskRequest, Rig, SilentListener
from testbed.scenario import Scenario
from testbed.session import ask_on, make_rig

_COMMAND_S = 60.0


class BenchUnderTest:
    """A bench or a software rig, brought up and taken down by a test as often as it likes."""

    def __init__(self, name: str, folder: Path, seed: int, is_recorded: bool = False) -> None:
        """Take a rig's name or a bench file, and where to keep what a test leaves: recordings, too, if so wished.

        Raise ScenarioError for a file that cannot be used.
        """
        self._rig, self.folder, self.seed = name, folder, seed
        self._bench = bench_of(name)
        self.name = self._bench.name if self._bench else name
        has_samples = bool(self.lacking(Feature.SERIAL_RADIO))
        self._record = folder if is_recorded and has_samples else None

    def lacking(self, feature: Feature) -> str:
        """Return why the bench has not a feature, '' if it has."""
        return lacking(self._bench, feature)

    @property
    def scenario(self) -> Scenario:
        """What the bench's file says is run; ``loopback`` on a software rig."""
        return Scenario.load(self._bench.scenario if self._bench else "loopback")

    @contextmanager
    def up(self, scenario: Scenario | None = None, physics: Physics | None = None) -> Iterator[Rig]:
        """Bring the bench up, its consoles logged, and take it down. Raise TestbedError if something does not start."""
        scenario = scenario or self.scenario
        with ExitStack() as opened:
            for name, table in (self._bench.consoles if self._bench else {}).items():
                self.folder.mkdir(parents=True, exist_ok=True)
                path = self.folder / f"console-{name}.log"
                opened.enter_context(ConsoleLog(name, table.device, table.baud, path))
            physics = physics or work_out(scenario, self.seed)
            rig = make_rig(self._rig, scenario, physics, self.seed, SilentListener(), self._record)
            yield opened.enter_context(rig)

    def ask(self, text: str, max_tokens: int = 64, scenario: Scenario | None = None) -> RunRecord:
        """Bring the bench up, ask one question, take it down; return the record of it."""
        scenario = scenario or self.scenario
        physics = work_out(scenario, self.seed)
        with self.up(scenario, physics) as rig:
            return ask_on(rig, self.name, scenario, physics, self.seed, AskRequest(text, max_tokens))

    def cut_power(self, rig: Rig) -> None:
        """Take the flatsat's power away and bring it back. Raise RigError if it cannot be."""
        table = self._bench.power if self._bench else None
        if table is not None:
            _run(table.off)
            time.sleep(table.settle_s)
            _run(table.on)
        elif isinstance(rig, ProcessRig):
            rig.inject(PowerCycle())

    def attenuate(self, rig: Rig, attenuation_db: float) -> None:
        """Set the attenuation in the downlink. Raise RigError or ScenarioError if it cannot be set."""
        table = self._bench.attenuator if self._bench else None
        if table is None:
            assert isinstance(rig, ProcessRig)  # what else has no attenuator lacks the feature
            rig.attenuate("downlink", attenuation_db)
        elif not 0 <= attenuation_db <= table.most_db:
            raise ScenarioError("attenuation_db", attenuation_db, f"0 to {table.most_db:g}")
        else:
            _run([part.replace("{db}", f"{attenuation_db:g}") for part in table.command])


def _run(command: list[str]) -> None:
    try:
        done = subprocess.run(command, capture_output=True, timeout=_COMMAND_S, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise RigError(f"{command[0]} cannot be run: {error}") from None
    if done.returncode:
        raise RigError(
            f"{' '.join(command)} ended with status {done.returncode}: {done.stderr.decode(errors='replace')}"
        )
