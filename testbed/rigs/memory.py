"""The memory rig: one loop in one process."""

import time
from collections.abc import Callable
from contextlib import ExitStack, closing
from dataclasses import asdict
from pathlib import Path
from types import TracebackType

import numpy as np
from numpy.typing import NDArray

from flatsat.build import build_engine
from flatsat.engine import Engine
from flatsat.errors import FlatsatError
from flatsat.journal import Journal as FlatsatJournal
from ground.build import build_station
from ground.errors import RequestError
from ground.inquiry import Inquiry
from ground.journal import Journal as GroundJournal
from protocol.journey import Milestone, Observer
from protocol.link import SpacecraftAddress
from protocol.messages import Health
from protocol.sdls.link_ends import new_link_ends
from protocol.sdls.link_keys import SecurityMode
from protocol.sdls.security_store import MemoryStore
from radio.errors import RadioError
from radio.nodes import Nodes
from testbed.errors import NoAnswerError, ScenarioError, SettingsError
from testbed.keys import FLATSAT, GROUND
from testbed.physics import Physics
from testbed.rigs.memory_port import MemoryPort
from testbed.rigs.memory_run import MemoryRun
from testbed.rigs.rig import AskRequest, FaultRecord, Listener, Outcome, RigReport
from testbed.rigs.scratch import scratch_folder
from testbed.rigs.troubled_nodes import frame_troubles
from testbed.scenario import Scenario
from testbed.trace import Trace, TraceEvent

SETTLE_S = 0.5
"""Longer than a frame on the air and its light time."""


class MemoryRig:
    """Ground, sky, flatsat and board in one loop. The same seed and engine give the same samples, bit for bit."""

    def __init__(
        self,
        scenario: Scenario,
        physics: Physics,
        seed: int,
        listener: Listener,
        engine: Engine | None = None,
        on_samples: Callable[[str, NDArray[np.complex64]], None] | None = None,
        record: Path | None = None,
    ) -> None:
        """Take an engine to use in place of the scenario's, and an ear for samples.

        ``on_samples`` is called with the name of each of the four sample streams and its next block; ``record`` is the
        folder to keep in what both ends receive.
        """
        self._run, self._listener = MemoryRun(scenario, physics, seed, record), listener
        self._engine, self._on_samples = engine, on_samples
        self._opened = ExitStack()
        self._health: list[dict[str, object]] = []
        self.faults: list[FaultRecord] = []
        self.trace = Trace()

    def __enter__(self) -> "MemoryRig":
        """Load the model and build both ends. Raise SettingsError for settings that one of them refuses."""
        try:
            self._build()
        except (FlatsatError, RadioError) as error:
            self._opened.close()
            raise SettingsError(str(error)) from None
        return self

    def _build(self) -> None:
        scenario, physics, opened = self._run.scenario, self._run.physics, self._opened
        engine = self._engine
        if engine is None:
            engine = opened.enter_context(closing(build_engine(scenario.model.settings(), self._listener.progress)))
        folder = Path(opened.enter_context(scratch_folder()))
        ground, flatsat = self._nodes(GROUND), self._nodes(FLATSAT)
        ground.warm_up()
        rng = np.random.default_rng(self._run.seed)
        address = SpacecraftAddress()
        channels = (address.scid, address.telecommand_vcid, address.telemetry_vcid)
        ends = new_link_ends(*channels, SecurityMode(scenario.security.mode), rng.bytes)
        self._station = build_station(
            physics.profile,
            physics.contacts,
            ends.ground,
            MemoryStore(),
            opened.enter_context(closing(GroundJournal(folder / "ground.journal"))),
            lambda: rng.bytes(8),
            self._observer(GROUND),
            lambda prompt_id, at, text: self._listener.text(text),  # noqa: ARG005
        )
        self._station.on_health = self._on_health
        self._ground = ground.ground(self._station)
        journal = opened.enter_context(closing(FlatsatJournal(folder / "flatsat.journal")))
        beyond = (flatsat, engine, ends.flatsat, MemoryStore(), journal, self._observer(FLATSAT), self._on_samples)
        self._port = MemoryPort(self._run, *beyond)

    def _nodes(self, end: str) -> Nodes:
        return self._run.nodes(self._opened.enter_context(self._run.recording(end, self._listener.warning)))

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Stop the model, unless it was lent to the rig, and remove the journals."""
        self._opened.close()

    def ask(self, request: AskRequest) -> Outcome:
        """Send a prompt and run the link until it has ended. Raise ScenarioError for a prompt that cannot be sent.

        A prompt that is asked in view of the spacecraft is asked once the uplink stands, as an operator would.
        """
        while self._in_view and not self._station.link.sender.ready:
            self.advance()
        try:
            prompt_id = self._station.prompts.ask(now_s=self.link_time_s, **asdict(request))
        except RequestError as error:
            raise ScenarioError(error.field, error.value, error.accepted) from None
        inquiry = self._station.prompts.inquiry(prompt_id)
        while inquiry.open:
            if self.link_time_s >= self._run.physics.end_s:
                raise NoAnswerError("the contact ended before the answer was complete", inquiry.assembler.text)
            self.advance()
        self._station.prompts.forget(prompt_id)
        return outcome_of(inquiry)

    def report(self) -> RigReport:
        """Let what is in the air arrive, and return what went through both ends."""
        troubles = frame_troubles(self._run.scenario)
        self.faults += [FaultRecord(each.from_s, "frames", each.model_dump_json()) for each in troubles]
        end_s = self.link_time_s + SETTLE_S
        while self.link_time_s < end_s:
            self.advance()
        ground = {**self._ground.to_json(), **self._station.summary()}
        flatsat = {**self._port.flatsat.to_json(), **self._port.spacecraft.summary()}
        return RigReport(ground, flatsat, list(self._health))

    def advance(self) -> None:
        """Run the link for one block."""
        self._port.advance(self._ground.step)

    @property
    def link_time_s(self) -> float:
        """The link time."""
        return self._port.link_time_s

    @property
    def _in_view(self) -> bool:
        return self.link_time_s < self._run.physics.end_s and self._station.contact(self.link_time_s) is not None

    def _observer(self, source: str) -> Observer:
        def observe(milestone: Milestone, prompt_id: bytes, link_s: float, detail: dict[str, object]) -> None:
            self.trace.add(TraceEvent(prompt_id.hex(), milestone.value, link_s, time.time(), source, detail))
            self._listener.milestone(milestone.value)

        return observe

    def _on_health(self, health: Health, link_s: float) -> None:
        self._health.append({"link_time_s": link_s, **asdict(health)})


def outcome_of(inquiry: Inquiry) -> Outcome:
    """Return how an inquiry ended."""
    prompt_id = inquiry.prompt.prompt_id.hex()
    end, text = inquiry.assembler.end, inquiry.assembler.text
    if inquiry.refusal or end is None:
        refusal = inquiry.refusal
        said = f"{refusal.reason.value}: {refusal.detail}" if refusal else ""
        return Outcome(prompt_id, text, "refused", refusal=said)
    return Outcome(prompt_id, text, **inquiry.ending())  # type: ignore[arg-type]
