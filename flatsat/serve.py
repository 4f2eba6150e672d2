"""The flatsat as a process."""

import time
from collections.abc import Callable
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edge.control_key_file import load_control_key_file
from edge.counter_file import CounterFile
from edge.folder_filestore import FolderFilestore
from edge.key_file import load_key_file
from flatsat.board import BoardClient, SerialPort
from flatsat.build import EngineSettings, build_spacecraft
from flatsat.energy.energy_meter import EnergyMeter
from flatsat.energy.energy_settings import EnergySettings
from flatsat.engine import Engine, Notice
from flatsat.errors import BoardError, ConfigError, EngineError
from flatsat.journal import Journal
from flatsat.models.build import ModelServiceSettings, build_model_service
from flatsat.models.served_engine import ServedEngine
from flatsat.models.service import ModelService
from flatsat.models.uplink import PACKAGE_SUFFIX, ModelUplink
from flatsat.safekeeping import Safekeeping, files_progress
from flatsat.spacecraft import SpacecraftSettings
from protocol.file_link import FileLink, file_settings
from protocol.journey import Milestone
from protocol.sdls.link_keys import LinkKeys
from protocol.sdls.security_store import SecurityStore
from protocol.serial.board import FaultKind
from radio.node import Port
from radio.nodes import Nodes, nodes_of
from radio.profile import Profile
from radio.recording.recorder import RecordSettings, recording
from radio.recording.replay_port import ReplaySettings
from radio.worker import Worker
from radio.zmq_control import HoldClient

BOARD_BAUD = 115_200
MAX_PACKAGE_OCTETS = 4 << 30
_LOAD_POLL_S = 0.02


@dataclass(frozen=True, slots=True)
class FlatsatSettings:
    """What a flatsat's process is told."""

    profile: Profile
    sample_rate_hz: float
    engine: EngineSettings
    board: str | None
    """The serial device of the board."""
    hold: str | None
    """The sky's endpoint for holding link time."""
    keys: Path
    """The flatsat's key file; its counters lie beside it."""
    journal: Path
    models: Path
    """The folder of the models that were sent up."""
    hold_keys: Path | None = None
    """The flatsat's key file for the sky's endpoint; needed if that is on another machine."""
    record: RecordSettings | None = None
    """Whether to keep what is received."""
    replay: ReplaySettings | None = None
    """What to receive in place of a port's samples."""
    energy: EnergySettings = field(default_factory=EnergySettings)


class FlatsatServer:
    """Joins a spacecraft to the process's two line-streams."""

    def __init__(
        self,
        worker: Worker,
        settings: FlatsatSettings,
        engine: Engine,
        board: BoardClient | None,
        hold: HoldClient | None,
        keys: LinkKeys,
        store: SecurityStore,
        journal: Journal,
        models: ModelUplink,
        now_s: float,
        nodes: Nodes,
        port: Port,
        meter: EnergyMeter | None,
    ) -> None:
        """Raise ProfileError or FrontEndFileError for a profile that does not fit.

        Raise DatabaseStateError for a journal that cannot be read.
        """
        self._worker, self._board, self._port = worker, board, port
        self._spacecraft = build_spacecraft(
            nodes.air,
            engine,
            board,
            keys,
            store,
            journal,
            self._observe,
            hold.set if hold else _no_hold,
            SpacecraftSettings(limits=settings.energy.limits, metered_by_board=settings.energy.by_board),
            models=models,
            now_s=now_s,
            meter=meter,
        )
        self._spacecraft.on_notice = self._on_notice
        self._node = nodes.flatsat(self._spacecraft)
        self._trouble = ""

    def step(self, rx: NDArray[np.complex64], now_s: float) -> NDArray[np.complex64]:
        """Carry out the commands that have come, then step the node."""
        for command in self._worker.commands():
            self._obey(command)
        tx = self._node.step(rx, now_s)
        self._tell_trouble(self._spacecraft.trouble(now_s))
        return tx

    def _obey(self, command: dict[str, Any]) -> None:
        match command:
            case {"command": "report"}:
                self._worker.emit("summary", **self.summary())
            case {"command": "inject", "kind": "weights", "bits": int() as bits, "seed": int() as seed}:
                self._spacecraft.flip_weights(bits, seed)
            case {"command": "inject", "kind": "board", "fault": int() as fault, "parameter": int() as parameter}:
                self._harm_board(fault, parameter)

    def _harm_board(self, fault: int, parameter: int) -> None:
        if self._board is None or fault not in list(FaultKind) or not 0 <= parameter < 2**32:
            self._worker.warn(f"no board that fails so: fault {fault}, parameter {parameter}")
        else:
            self._board.inject(FaultKind(fault), parameter)

    def _on_notice(self, notice: Notice) -> None:
        self._worker.emit("engine", kind=notice.kind.value, detail=notice.detail)

    def _tell_trouble(self, trouble: str) -> None:
        """Say it once, when it begins."""
        if trouble and trouble != self._trouble:
            self._worker.warn(trouble)
        self._trouble = trouble

    def summary(self) -> dict[str, Any]:
        """Return what went through the spacecraft."""
        beside = {"energy_source": self._spacecraft.energy_source, "front_end": self._port.report()}
        return {**self._node.to_json(), **self._spacecraft.summary(), **beside}

    def _observe(self, milestone: Milestone, prompt_id: bytes, link_s: float, detail: dict[str, object]) -> None:
        self._worker.emit(
            "milestone", name=milestone.value, prompt_id=prompt_id.hex(), link_time_s=link_s, detail=detail
        )


def _no_hold(held: bool) -> None:
    """Nothing to hold: the link runs on the wall clock anyway."""


def serve(worker: Worker, settings: FlatsatSettings, connect: Callable[[], Port]) -> None:
    """Load the model, then run the spacecraft on the port that ``connect`` opens, until the worker is told to stop."""
    with ExitStack() as opened:
        keys = LinkKeys.of(load_key_file(settings.keys, ConfigError))
        store = opened.enter_context(closing(CounterFile(settings.keys.with_suffix(".counters"), ConfigError)))
        journal = opened.enter_context(closing(Journal(settings.journal)))
        if journal.salvage is not None:
            worker.warn(f"the journal was damaged: {journal.salvage}")
        settings.energy.require_sensors(board=settings.board is not None)
        meter = settings.energy.source.open() if settings.energy.source else None
        if meter:
            opened.enter_context(closing(meter))
        board = BoardClient(opened.enter_context(closing(_open_board(settings.board)))) if settings.board else None
        rate_hz = settings.sample_rate_hz
        port = opened.enter_context(closing(connect()))
        recorder = opened.enter_context(
            recording(settings.record, "flatsat", settings.profile.uplink, rate_hz, worker.warn)
        )
        hold = opened.enter_context(closing(_open_hold(worker, settings.hold, settings))) if settings.hold else None
        service = opened.enter_context(closing(_model_service(worker, settings)))
        _bring_up(worker, service)
        incoming = settings.models / "incoming"
        filestore = opened.enter_context(closing(FolderFilestore(incoming, PACKAGE_SUFFIX, MAX_PACKAGE_OCTETS)))
        nodes = nodes_of(port, settings.profile, rate_hz, recorder)
        nodes.warm_up()
        worker.emit("ready", tx=port.tx_endpoint)
        server: FlatsatServer | None = None
        while (begin_s := worker.next_begin()) is not None:
            if server is None:
                files = FileLink(
                    file_settings(on_board=True),
                    filestore,
                    files_progress(journal),
                    Safekeeping(journal).files,
                    begin_s,
                )
                models = ModelUplink(files, incoming, service)
                engine = ServedEngine(service)
                server = FlatsatServer(
                    worker, settings, engine, board, hold, keys, store, journal, models, begin_s, nodes, port, meter
                )
            if hold:
                hold.renew()
            port.run(server.step, begin_s, worker.interrupted)
            if settings.replay:
                worker.emit("summary", **server.summary())
                return


def _model_service(worker: Worker, settings: FlatsatSettings) -> ModelService:
    try:
        return build_model_service(
            ModelServiceSettings(settings.models), settings.engine, partial(_report_progress, worker)
        )
    except OSError as error:
        accepted = f"a folder that can be written ({error.strerror})"
        raise ConfigError("models", str(settings.models), accepted) from None


def _bring_up(worker: Worker, service: ModelService) -> None:
    """Wait until a model is in service. Raise EngineError if none can be."""
    news = service.start(0.0)
    started_s = time.monotonic()
    while service.engine is None:
        if worker.stopping.is_set():
            raise SystemExit(0)
        time.sleep(_LOAD_POLL_S)
        news += service.poll(time.monotonic() - started_s, idle=True)
        if service.engine is None and not service.busy:
            raise EngineError(news[-1].detail)
    service.tick_engine(0.0)  # that it is there is no news


def _open_hold(worker: Worker, endpoint: str, settings: FlatsatSettings) -> HoldClient:
    keys = settings.hold_keys
    silence = f"the sky does not answer at {endpoint}: link time is not held, or its keys and ours are of two folders"
    return HoldClient(
        endpoint,
        "flatsat",
        load_control_key_file(keys, "flatsat", ConfigError) if keys else None,
        lambda: worker.emit("warning", message=silence),
    )


def _open_board(path: str) -> SerialPort:
    try:
        return SerialPort(path, BOARD_BAUD)
    except BoardError as error:
        raise ConfigError("board", path, f"a serial device that can be opened; this one {error.reason}") from None


def _report_progress(worker: Worker, fraction: float) -> None:
    """Tell how far the model is loaded; one that is no longer wanted is not loaded to its end."""
    worker.emit("progress", fraction=fraction)
    if worker.stopping.is_set():
        raise SystemExit(0)  # it ends the thread that loads
