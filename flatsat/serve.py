"""The flatsat as a process."""

import sys
from typing import Any

import numpy as np
from numpy.typing import NDArray

from flatsat.board import BoardClient, SerialPort
from flatsat.build import EngineSettings, build_engine, build_flatsat
from flatsat.engine import Engine
from protocol.journey import Milestone
from radio.node import open_port
from radio.profile import Profile
from radio.warm_up import warm_up_modem
from radio.worker import Worker
from radio.zmq_iq import HoldClient

_SWITCH_S = 0.0005
"""The model's thread shares the interpreter with the radio, which must not wait 5 ms for its turn in each 10 ms block."""


class FlatsatServer:
    """Joins a spacecraft to the process's two line-streams."""

    def __init__(
        self,
        worker: Worker,
        profile: Profile,
        sample_rate_hz: float,
        engine: Engine,
        board: BoardClient | None,
        hold: HoldClient | None,
    ) -> None:
        self._worker = worker
        self._spacecraft, self._node = build_flatsat(
            profile, sample_rate_hz, engine, board, self._observe, hold.set if hold else _no_hold
        )
        self._board_lost = False

    def step(self, rx: NDArray[np.complex64], now_s: float) -> NDArray[np.complex64]:
        """Carry out the commands that have come, then step the node."""
        for command in self._worker.commands():
            if command.get("command") == "report":
                self._worker.emit("summary", **self.summary())
        tx = self._node.step(rx, now_s)
        if self._spacecraft.board_error is not None and not self._board_lost:
            self._board_lost = True
            self._worker.emit("warning", message=str(self._spacecraft.board_error))
        return tx

    def summary(self) -> dict[str, Any]:
        """Return what went through the spacecraft."""
        return {**self._node.to_json(), **self._spacecraft.summary()}

    def _observe(self, milestone: Milestone, prompt_id: bytes, link_s: float, detail: dict[str, object]) -> None:
        self._worker.emit(
            "milestone", name=milestone.value, prompt_id=prompt_id.hex(), link_time_s=link_s, detail=detail
        )


def _no_hold(held: bool) -> None:
    """Nothing to hold: the link runs on the wall clock anyway."""


def serve(
    worker: Worker,
    profile: Profile,
    sample_rate_hz: float,
    block: int,
    engine_settings: EngineSettings,
    board_path: str | None,
    hold_endpoint: str | None,
    front_end: str,
    rx: str,
    tx: str,
) -> None:
    """Load the model, then run the spacecraft until the worker is told to stop."""
    sys.setswitchinterval(_SWITCH_S)
    serial_port = SerialPort(board_path, 115200) if board_path else None
    engine = build_engine(engine_settings, lambda fraction: worker.emit("progress", fraction=fraction))
    warm_up_modem(profile, sample_rate_hz)
    port = open_port(front_end, rx, tx, block, sample_rate_hz)
    hold = HoldClient(hold_endpoint, "flatsat") if hold_endpoint else None
    board = BoardClient(serial_port) if serial_port else None
    try:
        server = FlatsatServer(worker, profile, sample_rate_hz, engine, board, hold)
        worker.emit("ready", tx=port.tx_endpoint)
        port.run(server.step, worker.stopping.is_set)
    finally:
        engine.close()
        port.close()
        if hold:
            hold.close()
        if serial_port:
            serial_port.close()
