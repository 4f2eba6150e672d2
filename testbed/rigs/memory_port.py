"""The ground's port on the memory rig."""

import time
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from firmware_sim.board import Board
from firmware_sim.firmware import Firmware
from flatsat.board import BoardClient
from flatsat.build import build_spacecraft
from flatsat.engine import Engine
from flatsat.journal import Journal
from flatsat.spacecraft import SpacecraftSettings
from protocol.journey import Milestone, Observer
from protocol.sdls.link_keys import LinkKeys
from protocol.sdls.security_store import SecurityStore
from radio.nodes import Nodes
from radio.pacer import Pacer
from radio.recording.recorder import Recorder
from radio.sky import Sky
from radio.warm_up import warm_up_sky
from radio.zmq_iq import Step
from testbed.rigs.memory_line import MemoryLine
from testbed.rigs.memory_run import MemoryRun


class MemoryPort:
    """Beyond it are the sky, the flatsat and its board, in the ground's own process and stepped with it.

    The same seed and engine give the same samples, bit for bit.
    """

    tx_endpoint = ""
    latency_s = 0.0
    link_time_s: float
    _ground_rx: NDArray[np.complex64]
    _flatsat_rx: NDArray[np.complex64]

    def __init__(
        self,
        run: MemoryRun,
        flatsat: Nodes,
        engine: Engine,
        keys: LinkKeys,
        store: SecurityStore,
        journal: Journal,
        observe: Observer,
        on_samples: Callable[[str, NDArray[np.complex64]], None] | None = None,
    ) -> None:
        """Raise ProfileError for a profile that does not fit.

        ``flatsat`` makes its node; ``on_samples`` is called with the name of each of the four sample streams and its
        next block.
        """
        self._run, self._on_samples = run, on_samples
        warm_up_sky(run.physics.sky)
        self._begin(0.0)
        self.spacecraft = build_spacecraft(
            flatsat.air,
            engine,
            self._board(),
            keys,
            store,
            journal,
            observe,
            self._hold,
            SpacecraftSettings(metered_by_board=run.scenario.board.present),
        )
        self.flatsat = flatsat.flatsat(self.spacecraft)

    def nodes(self, recorder: Recorder | None) -> Nodes:
        """Return what makes the ground's node."""
        return self._run.nodes(recorder)

    def run(self, step: Step, begin_s: float, interrupted: Callable[[], bool]) -> None:
        """Run the link from link time ``begin_s`` on until interrupted; what was under way before is dropped."""
        self._begin(begin_s)
        while not interrupted():
            self.advance(step)

    def advance(self, step: Step) -> None:
        """Run the link for one block, the ground's node by ``step``."""
        ground_tx = step(self._ground_rx, self.link_time_s)
        flatsat_tx = self.flatsat.step(self._flatsat_rx, self.link_time_s)
        self._ground_rx, self._flatsat_rx = self._sky.exchange(ground_tx, flatsat_tx)
        if self._on_samples:
            self._on_samples("ground_tx", ground_tx)
            self._on_samples("flatsat_tx", flatsat_tx)
            self._on_samples("ground_rx", self._ground_rx)
            self._on_samples("flatsat_rx", self._flatsat_rx)
        self.link_time_s += self._run.scenario.block_samples / self._run.scenario.sample_rate_hz
        wait_s = self._pacer.wait_s(self.link_time_s, time.monotonic())
        if wait_s > 0:
            time.sleep(wait_s)

    def report(self) -> dict[str, Any]:
        """Return nothing: there is no device."""
        return {}

    def close(self) -> None:
        """Nothing is open."""

    def _begin(self, begin_s: float) -> None:
        scenario = self._run.scenario
        self._pacer = Pacer(scenario.pace == "realtime")
        self._sky = Sky(self._run.physics.sky)
        self._sky.pass_over(round(begin_s * scenario.sample_rate_hz))
        self._ground_rx = self._flatsat_rx = np.zeros(scenario.block_samples, dtype=np.complex64)
        self.link_time_s = begin_s

    def _board(self) -> BoardClient | None:
        if not self._run.scenario.board.present:
            return None
        return BoardClient(MemoryLine(Firmware(Board(self._run.seed)), lambda: self.link_time_s))

    def _hold(self, held: bool) -> None:
        (self._pacer.hold if held else self._pacer.release)("flatsat")


def unobserved(milestone: Milestone, prompt_id: bytes, link_s: float, detail: dict[str, object]) -> None:
    """Observe nothing: the ground knows of the spacecraft what comes down."""
