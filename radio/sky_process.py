"""The sky as a process: asks both transmitters for samples, answers both receivers, in lock step.

Started with a file of settings. Says ``ready`` with its endpoints, waits for the command ``start`` with those of the
transmitters (and ``node_timeout_s``, if nodes get another time to answer than usual), then exchanges blocks until it is
told to stop.
"""

import sys
import time
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from radio.errors import NodeLostError, RadioError
from radio.pacer import Pacer
from radio.sky import Sky, SkySettings
from radio.warm_up import warm_up_sky
from radio.worker import Worker
from radio.zmq_iq import HoldServer, IqSink, IqSource, Pollable, Poller

NODE_TIMEOUT_S = 20.0
START_TIMEOUT_S = 300.0


class SkyProcess:
    """The sky between its sockets."""

    def __init__(self, settings: SkySettings, pacer: Pacer, worker: Worker, ground_rx: str, flatsat_rx: str) -> None:
        """Bind the receivers' ports; raise LinkPortError if one is taken."""
        self._settings, self._pacer, self._worker = settings, pacer, worker
        self._sky = Sky(settings)
        self._rx = {"ground": IqSource(ground_rx), "flatsat": IqSource(flatsat_rx)}
        self._tx: dict[str, IqSink] = {}
        self._holds = HoldServer(pacer.hold, pacer.release)
        self._count = 0

    @property
    def endpoints(self) -> dict[str, str]:
        """Where the nodes fetch their samples, and where they hold link time."""
        return {
            "ground_rx": self._rx["ground"].endpoint,
            "flatsat_rx": self._rx["flatsat"].endpoint,
            "hold": self._holds.endpoint,
        }

    def run(self, transmitters: dict[str, str], node_timeout_s: float = NODE_TIMEOUT_S) -> None:
        """Exchange blocks until told to stop.

        Raise NodeLostError naming a node that gives no samples, LinkPortError for an endpoint that is not valid.
        """
        self._tx = {name: IqSink(transmitters[name]) for name in ("ground", "flatsat")}
        poller = Poller((*self._rx.values(), *self._tx.values(), self._holds))
        block, rate_hz = self._settings.block, self._settings.sample_rate_hz
        silence = np.zeros(block, dtype=np.complex64)
        for port in self._rx.values():
            port.put(silence)  # a node answers what it hears: the first word is the sky's
        self._want()
        while (tx := self._collect(poller, node_timeout_s)) is not None:
            self._want()
            self._count += block
            self._pace(poller, self._count / rate_hz)
            # one end works on what it hears while the other's is still being made
            self._rx["ground"].put(self._sky.carry_down(tx["flatsat"]))
            self._rx["flatsat"].put(self._sky.carry_up(tx["ground"]))

    def _want(self) -> None:
        """Ask both transmitters for a block."""
        for port in self._tx.values():
            port.want(self._settings.block)

    def _pace(self, poller: Poller, link_s: float) -> None:
        while (wait_s := self._pacer.wait_s(link_s, time.monotonic())) > 0 and not self._worker.stopping.is_set():
            poller.wait(min(wait_s, 0.1))

    def _collect(self, poller: Poller, timeout_s: float) -> dict[str, NDArray[np.complex64]] | None:
        """Wait for the blocks asked for; None if it is time to stop."""
        stopping = self._worker.stopping.is_set
        if poller.until(lambda: all(port.complete for port in self._tx.values()), stopping, timeout_s):
            return {name: port.take() for name, port in self._tx.items()}
        if stopping():
            return None
        silent = next(name for name, port in self._tx.items() if not port.complete)
        raise NodeLostError(silent, timeout_s)

    def close(self) -> None:
        """Close every socket."""
        ports: tuple[Pollable, ...] = (*self._rx.values(), *self._tx.values(), self._holds)
        for port in ports:
            port.close()


def main() -> int:
    """Run the sky: SETTINGS PACE GROUND_RX FLATSAT_RX on the command line; return the exit status."""
    settings_file, pace, ground_rx, flatsat_rx = sys.argv[1:]
    worker = Worker.on_standard_streams(until_input_closes=True)
    try:
        settings = SkySettings.load(Path(settings_file))
        warm_up_sky(settings)
        sky = SkyProcess(settings, Pacer(pace == "realtime"), worker, ground_rx, flatsat_rx)
    except RadioError as error:
        worker.emit("error", message=str(error))
        return 2
    try:
        worker.emit("ready", **sky.endpoints)
        start = worker.wait_command("start", START_TIMEOUT_S)
        if start:
            sky.run(start["transmitters"], start.get("node_timeout_s", NODE_TIMEOUT_S))
    except RadioError as error:
        worker.emit("error", message=str(error))
        return 1
    finally:
        sky.close()
    return 0
