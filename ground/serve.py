"""The ground station as a process: prompts come in as commands, answers leave as events."""

from collections.abc import Iterator
from contextlib import ExitStack, closing
from dataclasses import asdict, dataclass
from datetime import datetime
from math import isfinite
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edge.counter_file import CounterFile
from edge.folder_filestore import FolderFilestore
from edge.key_file import load_key_file
from ground.build import build_station
from ground.contact import Contact
from ground.errors import RequestError
from ground.journal import Journal
from ground.model_uplink_build import build_model_uplink, open_outbox
from ground.station_view import StationView
from ground.told_inquiry import told_inquiry
from ground.told_station import told_station
from protocol.errors import LocalError
from protocol.journey import Milestone
from protocol.messages import PROMPT_ID_OCTETS, Health
from protocol.model_messages import ModelStatus
from protocol.sdls.link_keys import LinkKeys
from protocol.sdls.security_store import SecurityStore
from radio.node import Node, Port
from radio.nodes import Nodes, nodes_of
from radio.open_port import open_port
from radio.profile import Profile
from radio.recording.recorder import RecordSettings, recording
from radio.recording.replay_port import ReplaySettings
from radio.scope import Scope
from radio.tuner import Tuner, TuningError, TuningRange
from radio.worker import Worker

TIME_PERIOD_S = 1.0
"""Link time between two tellings of it."""

_COMMANDS = ("ask", "find", "cancel", "switch_model", "view", "tune", "report")
_TUNE_FIELDS = ("receive_hz", "transmit_hz")
_ASK_FIELDS = (
    *("prompt_id", "text", "system", "turns", "max_tokens", "temperature", "seed", "stop"),
    *("deadline_s", "within_contact"),
)
_ENDINGS = (Milestone.DONE, Milestone.REFUSED)


@dataclass(frozen=True, slots=True)
class GroundSettings:
    """What a ground-station process is told."""

    profile: Profile
    sample_rate_hz: float
    block: int
    contacts: list[Contact]
    keys: Path
    """The ground's key file; its counters lie beside it."""
    journal: Path
    outbox: Path
    """The folder of model packages that are to go up."""
    seed: int | None
    """Of the prompt ids; without one they never repeat, not even in another process."""
    record: RecordSettings | None = None
    """Whether to keep what is received."""
    replay: ReplaySettings | None = None
    """What to receive in place of a port's samples."""
    start_utc: datetime | None = None
    """UTC at link time 0, if it is known."""


class GroundServer:
    """Joins a station to the process's two line-streams. Prompts that have ended are forgotten."""

    def __init__(
        self,
        worker: Worker,
        settings: GroundSettings,
        keys: LinkKeys,
        store: SecurityStore,
        journal: Journal,
        filestore: FolderFilestore,
        now_s: float,
        nodes: Nodes,
        port: Port,
    ) -> None:
        """Raise ProfileError or FrontEndFileError for a profile that does not fit.

        Raise DatabaseStateError for a journal that cannot be read.
        """
        self._worker, self._port = worker, port
        self._time_due_s = now_s
        self._trouble = ""
        self._uplink_state = ""
        self._ended: list[bytes] = []
        self._tell_beginning(settings, keys, journal, nodes)
        self._models = build_model_uplink(
            settings.outbox, filestore, journal, nodes.air, self._on_model_sent, self._on_model_status, now_s
        )
        self._station = build_station(
            nodes.air,
            settings.contacts,
            keys,
            store,
            journal,
            _fresh_ids(settings.seed, journal).__next__,
            self._observe,
            self._on_text,
            now_s,
            self._models,
            port.latency_s,
        )
        self._station.on_health = self._on_health
        self._station.on_sending = self._on_sending
        self._node = nodes.ground(self._station)
        self._tuner = _tuner(settings) if isinstance(self._node, Node) else None
        self._view = StationView(worker.emit, self._station.link, self._scope(settings.profile))

    def _tell_beginning(self, settings: GroundSettings, keys: LinkKeys, journal: Journal, nodes: Nodes) -> None:
        """Tell what there is, and which prompts wait from before, before anything is told of them."""
        about = (settings.profile.name, nodes.air, keys.mode, settings.sample_rate_hz)
        self._worker.emit("station", **told_station(*about, settings.contacts, settings.start_utc))
        waiting = [told_inquiry(kept) for kept in journal.restore() if kept.state.open]
        self._worker.emit("queue", prompts=waiting)

    def _scope(self, profile: Profile) -> Scope | None:
        """Put a scope before the node's receiver; one of frames has none."""
        if not isinstance(self._node, Node):
            return None
        scope = Scope(profile.downlink, lambda: self._tuner.receive_shift_hz if self._tuner else 0.0)
        self._node.ears.append(scope)
        return scope

    def step(self, rx: NDArray[np.complex64], now_s: float) -> NDArray[np.complex64]:
        """Carry out the commands that have come, then step the node."""
        for command in self._worker.commands():
            self._obey(command, now_s)
        if now_s >= self._time_due_s:
            self._time_due_s = now_s + TIME_PERIOD_S
            self._worker.emit("time", link_time_s=now_s)
        tx = self._tuned_step(rx, now_s)
        while self._ended:
            self._station.forget(self._ended.pop())
        self._tell_changes(now_s)
        self._view.tick(now_s)
        return tx

    def _tuned_step(self, rx: NDArray[np.complex64], now_s: float) -> NDArray[np.complex64]:
        if self._tuner is None:
            return self._node.step(rx, now_s)
        return self._tuner.transmitted(self._node.step(self._tuner.received(rx), now_s))

    def _tell_changes(self, now_s: float) -> None:
        """Say once that something is wrong, and each time that the telecommand service comes to stand elsewhere."""
        if self._station.trouble != self._trouble:
            self._trouble = self._station.trouble
            if self._trouble:
                self._worker.warn(self._trouble)
        if self._station.uplink_state != self._uplink_state:
            self._uplink_state = self._station.uplink_state
            self._worker.emit("uplink", link_time_s=now_s, state=self._uplink_state)

    def summary(self) -> dict[str, Any]:
        """Return what went through the station."""
        return {**self._node.to_json(), **self._station.summary(), "front_end": self._port.report()}

    def _obey(self, command: dict[str, Any], now_s: float) -> None:
        prompt_id = command.get("prompt_id")
        try:
            match command.pop("command", None):
                case "ask":
                    self._ask(command, now_s)
                case "find":
                    self._tell_known(_prompt_id(prompt_id))
                case "cancel":
                    self._station.cancel(_prompt_id(prompt_id), now_s)
                case "switch_model":
                    self._switch_model(command.get("name"), now_s)
                case "view":
                    self._view.watch(command.get("period_s"), now_s)
                case "tune":
                    self._tune(command)
                case "report":
                    self._worker.emit("summary", **self.summary())
                case unknown:
                    raise RequestError("command", unknown, ", ".join(_COMMANDS))
        except RequestError as error:
            named = _printable(prompt_id) if isinstance(prompt_id, str) else None
            value = _printable(error.value)
            self._worker.emit("rejected", prompt_id=named, field=error.field, value=value, accepted=error.accepted)

    def _ask(self, request: dict[str, Any], now_s: float) -> None:
        for field in request:
            if field not in _ASK_FIELDS:
                raise RequestError("field", field, ", ".join(_ASK_FIELDS))
        texts = {field: _texts(field, request.get(field, [])) for field in ("stop", "turns")}
        prompt_id = _prompt_id(request["prompt_id"]) if "prompt_id" in request else None
        is_known = prompt_id is not None and self._station.find(prompt_id) is not None
        asked = self._station.ask(now_s=now_s, **{"text": None, **request, **texts, "prompt_id": prompt_id})
        if is_known:
            self._tell_known(asked)

    def _tell_known(self, prompt_id: bytes) -> None:
        kept = self._station.find(prompt_id)
        if kept is None:
            raise RequestError("prompt_id", prompt_id.hex(), "the id of a prompt that was asked")
        self._worker.emit("known", found=told_inquiry(kept))

    def _tune(self, wanted_hz: dict[str, Any]) -> None:
        if self._tuner is None:
            raise RequestError("command", "tune", "another one: a serial radio is tuned by itself")
        for field in wanted_hz:
            if field not in _TUNE_FIELDS:
                raise RequestError("field", field, ", ".join(_TUNE_FIELDS))
        try:
            self._tuner.tune(**wanted_hz)
        except TuningError as error:
            raise RequestError(error.field, error.value, error.accepted) from None
        self._worker.emit("tuned", receive_hz=self._tuner.receive_hz, transmit_hz=self._tuner.transmit_hz)

    def _switch_model(self, name: object, now_s: float) -> None:
        try:
            self._models.orders.switch(name, now_s)  # type: ignore[arg-type]
        except LocalError as error:
            raise RequestError(error.field, error.value, error.accepted) from None

    def _on_model_sent(self, name: str, fault: str) -> None:
        self._worker.emit("model_sent", name=name, fault=fault)

    def _on_model_status(self, status: ModelStatus) -> None:
        fields = {**asdict(status), "state": status.state.value, "model_id": status.model_id.hex()}
        self._worker.emit("model", **fields | {"fault": status.fault.value if status.fault else None})

    def _observe(self, milestone: Milestone, prompt_id: bytes, link_s: float, detail: dict[str, object]) -> None:
        if milestone in _ENDINGS:
            self._ended.append(prompt_id)
        self._worker.emit(
            "milestone", name=milestone.value, prompt_id=prompt_id.hex(), link_time_s=link_s, detail=detail
        )

    def _on_text(self, prompt_id: bytes, at: int, text: str) -> None:
        self._worker.emit("text", prompt_id=prompt_id.hex(), at=at, text=text)

    def _on_sending(self, prompt_id: bytes, frames: int, acknowledged: int, link_s: float) -> None:
        counts = {"frames": frames, "acknowledged": acknowledged}
        self._worker.emit("sending", prompt_id=prompt_id.hex(), link_time_s=link_s, **counts)

    def _on_health(self, health: Health, link_s: float) -> None:
        self._worker.emit("health", link_time_s=link_s, **asdict(health))


def _tuner(settings: GroundSettings) -> Tuner:
    legs = settings.profile.downlink, settings.profile.uplink
    return Tuner(*(TuningRange(leg.carrier_hz, settings.sample_rate_hz, leg.symbol_rate_baud) for leg in legs))


def _fresh_ids(seed: int | None, journal: Journal) -> Iterator[bytes]:
    """Yield ids that no prompt in the journal has: a station that is started again begins with the same seed."""
    rng = np.random.default_rng(seed)
    while True:
        prompt_id = rng.bytes(PROMPT_ID_OCTETS)
        if not journal.knows(prompt_id):
            yield prompt_id


def _prompt_id(text: object) -> bytes:
    try:
        return bytes.fromhex(text)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        raise RequestError("prompt_id", text, "hexadecimal digits, as in the events of the prompt") from None


def _texts(field: str, values: object) -> tuple[Any, ...]:
    """Return a list as a tuple; what is in it the prompt checks."""
    if not isinstance(values, list):
        raise RequestError(field, values, "a list of strings")
    return tuple(values)


def _printable(value: object) -> object:
    """Return the value so that any reader of JSON takes it, a text with lone surrogates, too."""
    if value is None or (isinstance(value, int | float) and isfinite(value)):
        return value
    return str(value)[:200].encode(errors="backslashreplace").decode()


def serve(worker: Worker, settings: GroundSettings, front_end: str, rx: str, tx: str) -> None:
    """Run the station until the worker is told to stop."""
    with ExitStack() as opened:
        keys = LinkKeys.of(load_key_file(settings.keys, RequestError))
        store = opened.enter_context(closing(CounterFile(settings.keys.with_suffix(".counters"), RequestError)))
        journal = opened.enter_context(closing(Journal(settings.journal)))
        if journal.salvage is not None:
            worker.warn(f"the journal was damaged: {journal.salvage}")
        rate_hz = settings.sample_rate_hz
        port = opened.enter_context(
            closing(open_port(front_end, rx, tx, settings.block, rate_hz, worker.warn, settings.replay))
        )
        recorder = opened.enter_context(
            recording(settings.record, "ground", settings.profile.downlink, rate_hz, worker.warn)
        )
        filestore = opened.enter_context(closing(open_outbox(settings.outbox)))
        nodes = nodes_of(port, settings.profile, rate_hz, recorder)
        nodes.warm_up()
        worker.emit("ready", tx=port.tx_endpoint)
        server: GroundServer | None = None
        while (begin_s := worker.next_begin()) is not None:
            server = server or GroundServer(worker, settings, keys, store, journal, filestore, begin_s, nodes, port)
            port.run(server.step, begin_s, worker.interrupted)
            if settings.replay:
                worker.emit("summary", **server.summary())
                return
