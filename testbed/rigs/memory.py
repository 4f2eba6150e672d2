"""The memory rig: one loop in one process."""

import random
import time
from collections.abc import Callable
from contextlib import ExitStack, closing
from dataclasses import asdict
from pathlib import Path
from types import TracebackType

import numpy as np
from numpy.typing import NDArray

from firmware_sim.board import Board
from firmware_sim.firmware import Firmware
from flatsat.board import BoardClient
from flatsat.build import build_engine, build_flatsat
from flatsat.engine import Engine
from flatsat.errors import FlatsatError
from flatsat.journal import Journal as FlatsatJournal
from flatsat.spacecraft import SpacecraftSettings
from ground.build import build_ground
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
from radio.node import Node, Program
from radio.pacer import Pacer
from radio.profile import LinkProfile
from radio.recording.recorder import Recorder, RecordSettings
from radio.sky import Sky
from radio.warm_up import warm_up_modem, warm_up_sky
from testbed.errors import NoAnswerError, ScenarioError, SettingsError
from testbed.faults.fault import FrameTrouble
from testbed.faults.troubled import TroubledProgram
from testbed.physics import Physics
from testbed.rigs.rig import AskRequest, FaultRecord, Listener, Outcome, RigReport
from testbed.rigs.scratch import scratch_folder
from testbed.scenario import Scenario
from testbed.trace import Trace, TraceEvent

SETTLE_S = 0.5
"""Longer than a frame on the air and its light time."""

BOUNDARY_S = 2.0
"""So near to its beginning or end a pass has frames that come out of order, where that is asked for."""


class _MemoryPort:
    """A serial line to the firmware without a wire."""

    def __init__(self, firmware: Firmware, link_time_s: Callable[[], float]) -> None:
        self._firmware, self._link_time_s = firmware, link_time_s
        self._arrived = b""

    def read(self) -> bytes:
        arrived, self._arrived = self._arrived, b""
        return arrived

    def write(self, data: bytes) -> None:
        self._arrived += self._firmware.receive(data, self._link_time_s())

    def reopen(self) -> None:
        """It was never lost."""

    def close(self) -> None:
        """Nothing is open."""


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
        self._scenario, self._physics, self._seed, self._listener = scenario, physics, seed, listener
        self._engine, self._on_samples, self._record = engine, on_samples, record
        self._opened = ExitStack()
        self._pacer = Pacer(scenario.pace == "realtime")
        self._health: list[dict[str, object]] = []
        self._troubles = [each for each in scenario.faults if isinstance(each, FrameTrouble)]
        if len(self._troubles) < len(scenario.faults):
            other = next(each for each in scenario.faults if not isinstance(each, FrameTrouble))
            raise ScenarioError("faults", str(other), "frames, on the memory rig; it has no programs to harm")
        self.faults: list[FaultRecord] = []
        self.trace = Trace()
        self.link_time_s = 0.0

    def __enter__(self) -> "MemoryRig":
        """Load the model and build both ends. Raise SettingsError for settings that one of them refuses."""
        try:
            self._build()
        except (FlatsatError, RadioError) as error:
            self._opened.close()
            raise SettingsError(str(error)) from None
        return self

    def _build(self) -> None:
        scenario, physics = self._scenario, self._physics
        if self._engine is None:
            self._engine = build_engine(scenario.model.settings(), self._listener.progress)
            self._opened.enter_context(closing(self._engine))
        folder = Path(self._opened.enter_context(scratch_folder()))
        warm_up_modem(physics.profile, scenario.sample_rate_hz)
        warm_up_sky(physics.sky)
        rng = np.random.default_rng(self._seed)
        address = SpacecraftAddress()
        channels = (address.scid, address.telecommand_vcid, address.telemetry_vcid)
        ends = new_link_ends(*channels, SecurityMode(scenario.security.mode), rng.bytes)
        self._station, self._ground = build_ground(
            physics.profile,
            scenario.sample_rate_hz,
            physics.contacts,
            ends.ground,
            MemoryStore(),
            self._opened.enter_context(closing(GroundJournal(folder / "ground.journal"))),
            lambda: rng.bytes(8),
            self._observer("ground"),
            lambda prompt_id, at, text: self._listener.text(text),  # noqa: ARG005
        )
        self._station.on_health = self._on_health
        self._spacecraft, self._flatsat = build_flatsat(
            physics.profile,
            scenario.sample_rate_hz,
            self._engine,
            self._board(),
            ends.flatsat,
            MemoryStore(),
            self._opened.enter_context(closing(FlatsatJournal(folder / "flatsat.journal"))),
            self._observer("flatsat"),
            self._hold,
            SpacecraftSettings(metered_by_board=scenario.board.present),
        )
        if self._troubles:
            self._trouble()
        if self._record:
            self._listen(self._ground, "ground", physics.profile.downlink, self._record)
            self._listen(self._flatsat, "flatsat", physics.profile.uplink, self._record)
        self._sky = Sky(physics.sky)
        silence = np.zeros(scenario.block_samples, dtype=np.complex64)
        self._ground_rx, self._flatsat_rx = silence, silence

    def _listen(self, node: Node, end: str, link: LinkProfile, folder: Path) -> None:
        """Keep what a node receives."""
        settings = RecordSettings(folder, self._physics.start_utc)
        recorder = Recorder(settings, end, link, self._scenario.sample_rate_hz, self._listener.warning)
        node.ears.append(self._opened.enter_context(closing(recorder)))

    def _trouble(self) -> None:
        """Put the scenario's troubles before both programs."""
        up, down, rng = self._physics.profile.uplink, self._physics.profile.downlink, random.Random(self._seed)
        self._ground = self._troubled(self._station, "downlink", (up, down), rng)
        self._flatsat = self._troubled(self._spacecraft, "uplink", (down, up), rng)

    def _troubled(
        self, program: Program, leg: str, profiles: tuple[LinkProfile, LinkProfile], rng: random.Random
    ) -> Node:
        heard = TroubledProgram(program, leg, self._troubles, rng, self._at_boundary)
        return Node(heard, *profiles, self._scenario.sample_rate_hz)

    def _at_boundary(self, time_s: float) -> bool:
        contacts = self._physics.contacts
        return any(min(abs(time_s - each.aos_s), abs(time_s - each.los_s)) < BOUNDARY_S for each in contacts)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Stop the model, unless it was lent to the rig, and remove the journals."""
        self._opened.close()

    def ask(self, request: AskRequest) -> Outcome:
        """Send a prompt and run the link until it has ended. Raise ScenarioError for a prompt that cannot be sent.

        A prompt that is asked in view of the spacecraft is asked once the uplink stands, as an operator would.
        """
        while self._in_view and not self._station.uplink_ready:
            self.advance()
        try:
            prompt_id = self._station.ask(now_s=self.link_time_s, **asdict(request))
        except RequestError as error:
            raise ScenarioError(error.field, error.value, error.accepted) from None
        inquiry = self._station.inquiry(prompt_id)
        while inquiry.open:
            if self.link_time_s >= self._physics.end_s:
                raise NoAnswerError("the contact ended before the answer was complete", inquiry.assembler.text)
            self.advance()
        self._station.forget(prompt_id)
        return outcome_of(inquiry)

    def report(self) -> RigReport:
        """Let what is in the air arrive, and return what went through both ends."""
        self.faults += [FaultRecord(each.from_s, "frames", each.model_dump_json()) for each in self._troubles]
        end_s = self.link_time_s + SETTLE_S
        while self.link_time_s < end_s:
            self.advance()
        ground = {**self._ground.to_json(), **self._station.summary()}
        return RigReport(ground, {**self._flatsat.to_json(), **self._spacecraft.summary()}, list(self._health))

    def advance(self) -> None:
        """Run the link for one block."""
        ground_tx = self._ground.step(self._ground_rx, self.link_time_s)
        flatsat_tx = self._flatsat.step(self._flatsat_rx, self.link_time_s)
        self._ground_rx, self._flatsat_rx = self._sky.exchange(ground_tx, flatsat_tx)
        if self._on_samples:
            self._on_samples("ground_tx", ground_tx)
            self._on_samples("flatsat_tx", flatsat_tx)
            self._on_samples("ground_rx", self._ground_rx)
            self._on_samples("flatsat_rx", self._flatsat_rx)
        self.link_time_s += self._scenario.block_samples / self._scenario.sample_rate_hz
        wait_s = self._pacer.wait_s(self.link_time_s, time.monotonic())
        if wait_s > 0:
            time.sleep(wait_s)

    @property
    def _in_view(self) -> bool:
        return self.link_time_s < self._physics.end_s and self._station.contact(self.link_time_s) is not None

    def _board(self) -> BoardClient | None:
        if not self._scenario.board.present:
            return None
        firmware = Firmware(Board(self._seed))
        return BoardClient(_MemoryPort(firmware, lambda: self.link_time_s))

    def _hold(self, held: bool) -> None:
        (self._pacer.hold if held else self._pacer.release)("flatsat")

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
