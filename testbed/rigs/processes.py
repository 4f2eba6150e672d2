"""The zmq, gnuradio and bench rigs: ground, flatsat, board and sky as processes, or a bench's devices."""

import random
import time
from collections.abc import Callable
from contextlib import ExitStack, closing
from dataclasses import asdict
from pathlib import Path
from types import TracebackType
from typing import Any

from protocol.journey import Milestone
from testbed.bench.bench import Bench
from testbed.bench.foresight import foresee, in_words
from testbed.errors import NoAnswerError, RigError, ScenarioError
from testbed.faults.control import ControlPort
from testbed.faults.fault import FrameTrouble, ProgramFault
from testbed.faults.timetable import Timetable
from testbed.keys import FLATSAT, GROUND
from testbed.physics import Physics
from testbed.rigs.child import Child
from testbed.rigs.process_faults import ProcessFaults
from testbed.rigs.programs import SKY, TRANSMITTERS, Programs
from testbed.rigs.rig import AskRequest, FaultRecord, Listener, Outcome, RigReport
from testbed.rigs.scratch import scratch_folder
from testbed.scenario import Scenario
from testbed.serving import Serving
from testbed.trace import Trace, TraceEvent

START_S = 60.0
LOAD_S = 300.0
STILL_S = 30.0
"""Longer than the sky waits for a node: if nobody says anything for so long, it is the sky that stands still."""
SETTLE_S = 0.5
_POLL_S = 0.005
_ENVELOPE = ("event", "wall_time_s")
_TOLD_S = 1.1
"""Link time that may have passed since the ground told it last, and a block or two that the flatsat is ahead."""


class ProcessRig:
    """The programs of a bench as processes, IQ blocks over ZeroMQ or what the bench has in place of it."""

    def __init__(
        self,
        bench: Bench,
        scenario: Scenario,
        physics: Physics,
        seed: int,
        listener: Listener,
        record: Path | None = None,
        serving: Serving | None = None,
    ) -> None:
        """``record``: the folder to keep in what both ends receive. ``serving``: have the ground serve clients."""
        self._bench, self._scenario, self._physics = bench, scenario, physics
        self._seed, self._listener, self._record, self._serving = seed, listener, record, serving
        self._children: dict[str, Child] = {}
        self._places: dict[str, Any] = {}
        """Where the programs are, as they have said."""
        self._joined: dict[str, float] = {}
        self._uplink = ""
        self._health: list[dict[str, Any]] = []
        self._texts: dict[str, str] = {}
        self._summaries: dict[str, dict[str, Any]] = {}
        self._link_time_s = 0.0
        self._heard_at_s = 0.0
        rng = random.Random(seed)
        self._timetable = Timetable(_program_faults(scenario), rng)
        self._faults = ProcessFaults(self, rng)
        forecast = foresee(bench, scenario, physics)
        self._foretold = in_words(forecast) if forecast else ""
        self.faults: list[FaultRecord] = []
        self.trace = Trace()
        self.models: dict[str, str] = {}
        """What the spacecraft said last of each model."""

    def __enter__(self) -> "ProcessRig":
        """Start the sky, then what needs its ports; the model loads meanwhile."""
        with ExitStack() as opened:
            self.folder = Path(opened.enter_context(scratch_folder()))
            run = (self._scenario, self._physics, self._seed)
            self._programs = Programs(self._bench, *run, self.folder, self._record, self._serving)
            opened.callback(self._remove_what_is_far)
            for name, place in self._programs.far_recordings.items():
                self._listener.warning(f"{name} keeps what it receives on its machine, in {place}")
            opened.callback(self._stop_children)
            self._start()
            self._control = opened.enter_context(closing(ControlPort(self.folder)))
            self._opened = opened.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Stop every process and remove what they left."""
        self._opened.close()

    def ask(self, request: AskRequest) -> Outcome:
        """Send a prompt and wait until it has ended. Raise ScenarioError for a prompt that cannot be sent.

        A prompt that is asked in view of the spacecraft is asked once the uplink stands, as an operator would.
        """
        self._heard_at_s = time.monotonic()
        while self._in_view and self._uplink != "active":
            self._tend()
        return self.outcome(self.submit(request))

    def submit(self, request: AskRequest) -> str:
        """Hand a prompt to the ground; return its id once the ground has it. Raise ScenarioError as ``ask`` does."""
        self._heard_at_s = time.monotonic()
        self._children[GROUND].command("ask", **asdict(request))
        return self._await_prompt_id()

    def outcome(self, prompt_id: str) -> Outcome:
        """Wait until a prompt has ended."""
        self._heard_at_s = time.monotonic()
        while (outcome := self._outcome(prompt_id)) is None:
            if self._link_time_s >= self._physics.end_s:
                reason = "the contact ended before the answer was complete"
                if self._foretold:
                    reason += f"; foretold of the receiver as it is set: {self._foretold}"
                raise NoAnswerError(reason, self._texts.get(prompt_id, ""))
            self._tend()
        return outcome

    def run_for(self, wall_s: float) -> None:
        """Let the link run for a while, and come what is to come."""
        end_s = time.monotonic() + wall_s
        self._heard_at_s = time.monotonic()
        while time.monotonic() < end_s:
            self._tend()

    def run_to_end(self) -> None:
        """Let the link run until its last contact has ended."""
        self._heard_at_s = time.monotonic()
        while self._link_time_s < self._physics.end_s:
            self._tend()

    @property
    def url(self) -> str:
        """Where the ground's gateway is. Raise KeyError if it has none."""
        return f"http://{self._places['http']}"

    def report(self) -> RigReport:
        """Let what is in the air arrive, and return what went through both ends."""
        for moment_s, fault in self._timetable.coming:
            self._listener.warning(f"no fault at {moment_s:.2f} s: {fault}: the run was over before")
        until_s = self._link_time_s + SETTLE_S
        self._heard_at_s = time.monotonic()
        while True:
            summaries = {name: self._summary(name) for name in (GROUND, FLATSAT)}
            if min(s["link_time_s"] for s in summaries.values()) >= until_s:
                for name, summary in summaries.items():  # nobody has heard what was not sent: asked again, and later
                    summary["sent"] = self._summary(name)["sent"]
                dongles = self._summary(SKY)["dongles"] if self._bench.has_sky else {}
                return RigReport(summaries[GROUND], summaries[FLATSAT], list(self._health), dongles, self._foretold)
            time.sleep(0.1)

    @property
    def link_time_s(self) -> float:
        """The link time, as far as the programs have told it."""
        return self._link_time_s

    def attenuate(self, leg: str, attenuation_db: float) -> None:
        """Weaken a leg of the sky from now on; ScenarioError is raised later for no such step of its attenuator."""
        self._children[SKY].command("attenuate", leg=leg, db=attenuation_db)

    def inject(self, fault: ProgramFault) -> str:
        """Have a fault happen now; return what was done. Raise ScenarioError for what cannot be done to this rig."""
        link_time_s = self._link_time_s
        done = self._faults.carry_out(fault)
        self.faults.append(FaultRecord(link_time_s, str(fault), done))
        self._listener.warning(f"fault at {link_time_s:.2f} s: {fault}: {done}")
        self._heard_at_s = time.monotonic()
        return done

    # -- for faults ------------------------------------------------------------------------------------------------

    def pid(self, name: str) -> int:
        """Return a program's process number. Raise ScenarioError if the rig has no such program."""
        if name not in self._children:
            raise ScenarioError("target", name, ", ".join(self._children))
        return self._children[name].pid

    @property
    def outbox(self) -> Path:
        """Where model packages are put that are to go up."""
        return self._programs.journal(GROUND).parent / "outbox"

    def journal(self, name: str) -> Path:
        """Return where a program keeps its journal."""
        return self._programs.journal(name)

    def tell(self, name: str, command: str, **fields: object) -> None:
        """Send a program a command."""
        self._children[name].command(command, **fields)

    def pass_time(self, wall_s: float) -> None:
        """Let the programs work for so long, without looking for faults that are due."""
        end_s = time.monotonic() + wall_s
        self._heard_at_s = end_s
        self._pump_until(lambda: time.monotonic() >= end_s)

    def restart(self, *names: str, meanwhile: Callable[[], None] = lambda: None) -> None:
        """Kill programs in the midst of what they do, all at once, and start them again; ``meanwhile`` all are down."""
        for name in names:
            self.pid(name)
        killed = {name: self._children.pop(name) for name in names}
        for child in killed.values():
            child.kill()
        for name, child in killed.items():
            for event in child.last_words():
                self._take(name, event)
        meanwhile()
        self._revive(names)

    # -- starting and stopping -------------------------------------------------------------------------------------

    def _start(self) -> None:
        """Start all but the nodes one after the other, and the nodes, whose model loads, at once."""
        names = self._programs.names
        nodes, last = (FLATSAT, GROUND), tuple(TRANSMITTERS.values())
        for name in names:
            if name not in nodes + last:
                self._started(name, START_S)
        for name in nodes:
            self._spawn(name)
        self._note(GROUND, self._ready(GROUND, START_S))
        self._note(FLATSAT, self._ready(FLATSAT, LOAD_S))
        for name in names:
            if name in last:
                self._started(name, START_S)
        self._begin(GROUND, FLATSAT)

    def _revive(self, names: tuple[str, ...]) -> None:
        """Start programs again; those that live stand still meanwhile, or hear nothing of the others."""
        nodes = [name for name in (GROUND, FLATSAT) if name in names]
        if SKY in names:
            self._link_time_s += _TOLD_S
            nodes = [GROUND, FLATSAT]
        for name in sorted(names, key=self._programs.names.index):
            if name in nodes and self._bench.has_sky and SKY not in names:
                self._children[SKY].command("leave", name=name)
            if name == GROUND:
                self._uplink = ""
            self._started(name, LOAD_S)
        self._begin(*nodes)

    def _begin(self, *names: str) -> None:
        """Have nodes take part in the link: from the moment that the sky says, or that the others are at."""
        self._heard_at_s = time.monotonic()
        begins_s = self._join(*names) if self._bench.has_sky else dict.fromkeys(names, self._link_time_s)
        for name, begin_s in begins_s.items():
            self._children[name].command("begin", link_time_s=begin_s)

    def _join(self, *names: str) -> dict[str, float]:
        for name in names:
            self._joined.pop(name, None)
            self._children[SKY].command("join", name=name, tx=self._places[f"{name}_tx"])
        for name in names:
            self._pump_until(lambda name=name: name in self._joined)  # type: ignore[misc]
        return {name: self._joined[name] for name in names}

    def _started(self, name: str, timeout_s: float) -> None:
        self._spawn(name)
        self._note(name, self._ready(name, timeout_s))

    def _note(self, name: str, ready: dict[str, Any]) -> None:
        """Keep where a program is, for those that need it."""
        if name == SKY:
            self._places |= {place: ready[place] for place in ("ground_rx", "flatsat_rx", "hold")}
        elif name in (GROUND, FLATSAT):
            self._places[f"{name}_tx"] = ready["tx"]

    def _spawn(self, name: str) -> None:
        self._children[name] = self._programs.start(name, self._places, self._link_time_s)

    def _ready(self, name: str, timeout_s: float) -> dict[str, Any]:
        deadline = time.monotonic() + timeout_s
        while time.monotonic() < deadline:
            for event in self._children[name].events():
                if event["event"] == "ready":
                    return event
                if event["event"] == "progress":
                    self._listener.progress(event["fraction"])
                else:
                    self._take(name, event)
            self._check_others(name)
            time.sleep(_POLL_S)
        raise RigError(f"{name} was not ready within {timeout_s:g} s")

    def _check_others(self, name: str) -> None:
        for other, child in self._children.items():
            if other != name:
                child.raise_if_ended()

    def _stop_children(self) -> None:
        """Transmitters first, then the sky, so that nobody is waited for; then the rest at once."""
        first = (*TRANSMITTERS.values(), SKY)
        children = sorted(self._children.values(), key=lambda child: child.name not in first)
        for child in children:
            child.close_input()
        for child in children:
            child.wait()

    def _remove_what_is_far(self) -> None:
        try:
            self._programs.remove()
        except RigError as error:
            self._listener.warning(str(error))

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
        self._pump_until(lambda: name in self._summaries)
        return self._summaries.pop(name)

    @property
    def _in_view(self) -> bool:
        now_s = self._link_time_s
        return now_s < self._physics.end_s and any(c.aos_s <= now_s < c.los_s for c in self._physics.contacts)

    def _pump_until(self, done: Callable[[], bool]) -> None:
        while not done():
            self._pump()

    def _tend(self) -> None:
        """Carry out the faults that are due or asked for, then take in what the programs say."""
        for fault in self._timetable.due(self._link_time_s):
            self.inject(fault)
        self._control.serve(self.inject)
        self._pump()

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
                self._take_text(event["prompt_id"], event["at"], event["text"])
            case "time":
                self._link_time_s = event["link_time_s"]
            case "http":
                self._places["http"] = event["url"].removeprefix("http://")
            case "joined":
                self._joined[event["name"]] = event["link_time_s"]
            case "uplink":
                self._uplink = event["state"]
            case "rejected" if event.get("prompt_id") is None:  # ours; the others are those of the gateway's clients
                raise ScenarioError(event["field"], event["value"], event["accepted"])
            case "summary":
                self._summaries[source] = event
            case "engine":
                self._listener.warning(f"{source}: engine {event['kind']}: {_brief(event['detail'])}")
            case "warning":
                self._listener.warning(f"{source}: {event['message']}")
            case "client" if event["state"] != "connected":
                self._listener.warning(f"the emulated dongle's client {event['client']}: {event['state']}")
            case "refused":
                self._listener.warning(f"{source}: {_brief({k: v for k, v in event.items() if k not in _ENVELOPE})}")
            case "model":
                self.models[event["name"]] = event["state"]
            case "health":
                del event["event"], event["wall_time_s"]
                self._health.append(event)

    def _take_text(self, prompt_id: str, at: int, text: str) -> None:
        """Take in the next words; a ground that was restarted says again what it had said."""
        before = self._texts.get(prompt_id, "")
        self._texts[prompt_id] = before[:at] + text
        self._listener.text(text[len(before) - at :])

    def _take_milestone(self, source: str, event: dict[str, Any]) -> None:
        if source == "ground":  # the flatsat may be ahead of what the ground has still to say before the contact ends
            self._link_time_s = event["link_time_s"]
        self.trace.add(
            TraceEvent(
                event["prompt_id"], event["name"], event["link_time_s"], event["wall_time_s"], source, event["detail"]
            )
        )
        self._listener.milestone(event["name"])


def _program_faults(scenario: Scenario) -> list[ProgramFault]:
    faults = [each for each in scenario.faults if not isinstance(each, FrameTrouble)]
    if len(faults) < len(scenario.faults):
        raise ScenarioError("faults", "frames", "what befalls programs, on this rig; frames on the memory rig")
    return faults


def _brief(detail: dict[str, Any]) -> str:
    """Return what is known of a notice in one line, of a list how long it is."""
    shown = {name: len(value) if isinstance(value, list) else value for name, value in detail.items()}
    return ", ".join(
        f"{name} {value:.4g}" if type(value) is float else f"{name} {value}" for name, value in shown.items()
    )
