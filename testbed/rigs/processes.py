"""The zmq and gnuradio rigs: ground, flatsat, board and sky as four processes."""

import tempfile
import time
from dataclasses import asdict
from pathlib import Path
from types import TracebackType
from typing import Any

from protocol.journey import Milestone
from testbed.errors import NoAnswerError, RigError, ScenarioError
from testbed.physics import Physics
from testbed.rigs.child import Child
from testbed.rigs.rig import AskRequest, Listener, Outcome, RigReport
from testbed.scenario import Scenario
from testbed.trace import Trace, TraceEvent

START_S = 60.0
LOAD_S = 300.0
STILL_S = 30.0
"""Longer than the sky waits for a node: if nobody says anything for so long, it is the sky that stands still."""
SETTLE_S = 0.5
_POLL_S = 0.005


class ProcessRig:
    """Four processes, IQ blocks over ZeroMQ; ``front_end`` says what moves the samples inside ground and flatsat."""

    def __init__(self, front_end: str, scenario: Scenario, physics: Physics, seed: int, listener: Listener) -> None:
        self._front_end, self._scenario, self._physics = front_end, scenario, physics
        self._seed, self._listener = seed, listener
        self._children: dict[str, Child] = {}
        self._health: list[dict[str, Any]] = []
        self._texts: dict[str, str] = {}
        self._summaries: dict[str, dict[str, Any]] = {}
        self._link_time_s = 0.0
        self._heard_at_s = 0.0
        self.trace = Trace()

    def __enter__(self) -> "ProcessRig":
        """Start the sky, then what needs its ports; the model loads meanwhile."""
        self._folder = tempfile.TemporaryDirectory(prefix="flatsat-testbed-")
        try:
            self._start()
        except BaseException:
            self._stop()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Stop every process and remove what they left."""
        self._stop()

    def ask(self, request: AskRequest) -> Outcome:
        """Send a prompt and wait until it has ended. Raise ScenarioError for a prompt that cannot be sent."""
        self._heard_at_s = time.monotonic()
        self._children["ground"].command("ask", **asdict(request))
        prompt_id = self._await_prompt_id()
        while (outcome := self._outcome(prompt_id)) is None:
            if self._link_time_s >= self._physics.end_s:
                reason = "the contact ended before the answer was complete"
                raise NoAnswerError(reason, self._texts.get(prompt_id, ""))
            self._pump()
        return outcome

    def report(self) -> RigReport:
        """Let what is in the air arrive, and return what went through both ends."""
        until_s = self._link_time_s + SETTLE_S
        self._heard_at_s = time.monotonic()
        while True:
            summaries = {name: self._summary(name) for name in ("ground", "flatsat")}
            if min(s["link_time_s"] for s in summaries.values()) >= until_s:
                return RigReport(summaries["ground"], summaries["flatsat"], list(self._health))
            time.sleep(0.1)

    # -- starting and stopping -------------------------------------------------------------------------------------

    def _start(self) -> None:
        scenario, ports = self._scenario, self._scenario.ports
        settings = Path(self._folder.name) / "sky.npz"
        self._physics.sky.save(settings)
        self._spawn("sky", "radio.sky_process", [str(settings), scenario.pace, ports.ground_rx, ports.flatsat_rx])
        sky = self._ready("sky", START_S)
        board = self._start_board()
        self._spawn("flatsat", "flatsat.cli", self._flatsat_arguments(sky, board))
        self._spawn("ground", "ground.cli", self._ground_arguments(sky))
        ground = self._ready("ground", START_S)
        flatsat = self._ready("flatsat", LOAD_S)
        self._children["sky"].command("start", transmitters={"ground": ground["tx"], "flatsat": flatsat["tx"]})

    def _start_board(self) -> str | None:
        if not self._scenario.board.present:
            return None
        link = str(Path(self._folder.name) / "board")
        arguments = ["run", "--link", link, "--seed", str(self._seed), "--until-stdin-closes", "--json"]
        self._spawn("firmware-sim", "firmware_sim.cli", arguments)
        self._ready("firmware-sim", START_S)
        return link

    def _node_arguments(self, rx: str, tx: str) -> list[str]:
        scenario = self._scenario
        return [
            "serve",
            "--until-stdin-closes",
            *("--rx", rx, "--tx", tx, "--profile", scenario.profile, "--front-end", self._front_end),
            *("--sample-rate-hz", repr(scenario.sample_rate_hz), "--block", str(scenario.block_samples)),
        ]

    def _ground_arguments(self, sky: dict[str, Any]) -> list[str]:
        contacts = [f"{contact.aos_s}:{contact.los_s}" for contact in self._physics.contacts]
        return [
            *self._node_arguments(sky["ground_rx"], self._scenario.ports.ground_tx),
            *(part for contact in contacts for part in ("--contact", contact)),
            *("--seed", str(self._seed)),
        ]

    def _flatsat_arguments(self, sky: dict[str, Any], board: str | None) -> list[str]:
        model = self._scenario.model.model_dump(exclude_none=True)
        return [
            *self._node_arguments(sky["flatsat_rx"], self._scenario.ports.flatsat_tx),
            *("--hold", sky["hold"]),
            *(("--board", board) if board else ()),
            *(part for name, value in model.items() for part in (f"--{name.replace('_', '-')}", str(value))),
        ]

    def _spawn(self, name: str, module: str, arguments: list[str]) -> None:
        errors = Path(self._folder.name) / f"{name}.stderr"
        self._children[name] = Child(name, module, arguments, errors)

    def _ready(self, name: str, timeout_s: float) -> dict[str, Any]:
        deadline = time.monotonic() + timeout_s
        while time.monotonic() < deadline:
            for event in self._children[name].events():
                if event["event"] == "ready":
                    return event
                if event["event"] == "progress":
                    self._listener.progress(event["fraction"])
            self._check_others(name)
            time.sleep(_POLL_S)
        raise RigError(f"{name} was not ready within {timeout_s:g} s")

    def _check_others(self, name: str) -> None:
        for other, child in self._children.items():
            if other != name:
                child.raise_if_ended()

    def _stop(self) -> None:
        """The sky first, so that nobody is waited for; then the rest at once."""
        children = sorted(self._children.values(), key=lambda child: child.name != "sky")
        for child in children:
            child.close_input()
        for child in children:
            child.wait()
        self._folder.cleanup()

    # -- events ----------------------------------------------------------------------------------------------------

    def _await_prompt_id(self) -> str:
        """Return the id that the ground gives the prompt just sent: that of its next ``queued``."""
        known = len(self.trace.named(Milestone.QUEUED.value))
        while len(queued := self.trace.named(Milestone.QUEUED.value)) == known:
            self._pump()
        return queued[-1].prompt_id

    def _outcome(self, prompt_id: str) -> Outcome | None:
        done = self.trace.first(prompt_id, Milestone.DONE.value)
        if done is not None:
            return Outcome(prompt_id, self._texts.get(prompt_id, ""), **done.detail)
        refused = self._ground_refusal(prompt_id)
        if refused is not None:
            said = f"{refused.detail['reason']}: {refused.detail['detail']}"
            return Outcome(prompt_id, self._texts.get(prompt_id, ""), "refused", refusal=said)
        return None

    def _ground_refusal(self, prompt_id: str) -> TraceEvent | None:
        events = self.trace.of(prompt_id)
        return next((e for e in events if e.name == Milestone.REFUSED.value and e.source == "ground"), None)

    def _summary(self, name: str) -> dict[str, Any]:
        self._children[name].command("report")
        while name not in self._summaries:
            self._pump()
        return self._summaries.pop(name)

    def _pump(self) -> None:
        """Take in what the programs say; wait a moment if they say nothing. Raise RigError if that goes on."""
        heard = False
        for name, child in self._children.items():
            for event in child.events():
                heard = True
                self._take(name, event)
        if heard:
            self._heard_at_s = time.monotonic()
        elif time.monotonic() > self._heard_at_s + STILL_S:
            raise RigError(f"the sky stands still: nothing heard for {STILL_S:g} s, at {self._link_time_s:.2f} s")
        else:
            time.sleep(_POLL_S)

    def _take(self, source: str, event: dict[str, Any]) -> None:
        match event["event"]:
            case "milestone":
                self._take_milestone(source, event)
            case "text":
                prompt_id, text = event["prompt_id"], event["text"]
                self._texts[prompt_id] = self._texts.get(prompt_id, "") + text
                self._listener.text(text)
            case "time":
                self._link_time_s = event["link_time_s"]
            case "rejected":
                raise ScenarioError(event["field"], event["value"], event["accepted"])
            case "summary":
                self._summaries[source] = event
            case "warning":
                self._listener.warning(f"{source}: {event['message']}")
            case "health":
                del event["event"], event["wall_time_s"]
                self._health.append(event)

    def _take_milestone(self, source: str, event: dict[str, Any]) -> None:
        if source == "ground":  # the flatsat may be ahead of what the ground has still to say before the contact ends
            self._link_time_s = event["link_time_s"]
        self.trace.add(
            TraceEvent(
                event["prompt_id"], event["name"], event["link_time_s"], event["wall_time_s"], source, event["detail"]
            )
        )
        self._listener.milestone(event["name"])
