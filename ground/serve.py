"""The ground station as a process: prompts come in as commands, answers leave as events."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass
from datetime import datetime
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
from ground.station_commands import StationCommands
from ground.station_events import StationEvents
from ground.station_view import StationView
from ground.told_station import told_station
from protocol.messages import PROMPT_ID_OCTETS
from protocol.sdls.link_keys import LinkKeys
from protocol.sdls.security_store import SecurityStore
from radio.node import Node, Port
from radio.nodes import Nodes, nodes_of
from radio.profile import Profile
from radio.recording.recorder import RecordSettings, recording
from radio.recording.replay_port import ReplaySettings
from radio.scope import Scope
from radio.tuner import Tuner, TuningRange
from radio.worker import Worker


@dataclass(frozen=True, slots=True)
class GroundSettings:
    """What a ground-station process is told."""

    profile: Profile
    sample_rate_hz: float
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
        self._events = events = StationEvents(worker, now_s)
        about = (settings.profile.name, nodes.air, keys.mode, settings.sample_rate_hz)
        events.begun(told_station(*about, settings.contacts, settings.start_utc), journal)
        models = build_model_uplink(
            settings.outbox, filestore, journal, nodes.air, events.model_sent, events.model_status, now_s
        )
        self._station = build_station(
            nodes.air,
            settings.contacts,
            keys,
            store,
            journal,
            _fresh_ids(settings.seed, journal).__next__,
            events.milestone,
            events.text,
            now_s,
            models,
            port.latency_s,
        )
        self._station.on_health = events.health
        self._station.uplink.on_sending = events.sending
        self._node = nodes.ground(self._station)
        self._tuner = _tuner(settings) if isinstance(self._node, Node) else None
        self._view = StationView(worker.emit, self._station.link, self._scope(settings.profile))
        self._commands = StationCommands(
            worker.emit, self._station.prompts, models.orders, self._view, self._tuner, self.summary
        )

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
            self._commands.obey(command, now_s)
        self._events.time(now_s)
        tx = self._tuned_step(rx, now_s)
        self._station.prompts.forget_ended()
        self._events.changes(self._station, now_s)
        self._view.tick(now_s)
        return tx

    def _tuned_step(self, rx: NDArray[np.complex64], now_s: float) -> NDArray[np.complex64]:
        if self._tuner is None:
            return self._node.step(rx, now_s)
        return self._tuner.transmitted(self._node.step(self._tuner.received(rx), now_s))

    def summary(self) -> dict[str, Any]:
        """Return what went through the station."""
        return {**self._node.to_json(), **self._station.summary(), "front_end": self._port.report()}


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


def serve(worker: Worker, settings: GroundSettings, connect: Callable[[], Port]) -> None:
    """Run the station on the port that ``connect`` opens, until the worker is told to stop."""
    with ExitStack() as opened:
        keys = LinkKeys.of(load_key_file(settings.keys, RequestError))
        store = opened.enter_context(closing(CounterFile(settings.keys.with_suffix(".counters"), RequestError)))
        journal = opened.enter_context(closing(Journal(settings.journal)))
        if journal.salvage is not None:
            worker.warn(f"the journal was damaged: {journal.salvage}")
        rate_hz = settings.sample_rate_hz
        port = opened.enter_context(closing(connect()))
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
