"""The sky as a process: asks both transmitters for samples, answers both receivers, at most one block apart.

Started with a file of settings. Says ``ready`` with its endpoints, and ``joined`` with the link time from which a node
takes part, each time that it is told of one: the command ``join`` with its name and its transmitter's endpoint. Time
begins with both. A node that is gone, the command ``leave``, is silent until it joins again; meanwhile link time is
held to the wall clock.
"""

import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edge.control_key_file import ControlKeyFile, load_control_key_file
from radio.errors import ControlKeyError, NodeLostError, RadioError
from radio.pacer import Pacer
from radio.sky import Sky, SkySettings
from radio.warm_up import warm_up_sky
from radio.worker import Worker
from radio.zmq_control import HoldServer
from radio.zmq_iq import IqSink, IqSource, Pollable, Poller

NODE_TIMEOUT_S = 20.0
NODES = ("ground", "flatsat")


class SkyProcess:
    """The sky between its sockets."""

    def __init__(
        self,
        settings: SkySettings,
        pacer: Pacer,
        worker: Worker,
        ground_rx: str,
        flatsat_rx: str,
        hold: str,
        begin_s: float = 0.0,
        hold_keys: ControlKeyFile | None = None,
    ) -> None:
        """Bind the receivers' ports and that for holds; raise LinkPortError if one is taken.

        Without ``hold_keys`` the port for holds has to be on a loopback address.
        """
        self._settings, self._pacer, self._worker = settings, pacer, worker
        self._rx = {"ground": IqSource(ground_rx), "flatsat": IqSource(flatsat_rx)}
        self._tx: dict[str, IqSink] = {}
        self._holds = HoldServer(hold, NODES, pacer.hold, pacer.release, hold_keys)
        self._sky = Sky(settings)
        begun = round(begin_s * settings.sample_rate_hz / settings.block) * settings.block
        self._sky.pass_over(begun)
        self._counts = dict.fromkeys(NODES, begun)
        """Samples that each end has sent."""
        self._complete = False
        """Whether both ends have been there."""
        self._poller = self._watching()

    @property
    def endpoints(self) -> dict[str, str]:
        """Where the nodes fetch their samples, and where they hold link time."""
        return {
            "ground_rx": self._rx["ground"].endpoint,
            "flatsat_rx": self._rx["flatsat"].endpoint,
            "hold": self._holds.endpoint,
        }

    def run(self, node_timeout_s: float = NODE_TIMEOUT_S) -> None:
        """Exchange blocks until told to stop.

        Raise NodeLostError naming a node that gives no samples, LinkPortError for an endpoint that is not valid.
        """
        heard_s = time.monotonic()
        while not self._worker.stopping.is_set():
            for command in self._worker.commands():
                self._obey(command)
                heard_s = time.monotonic()
            if self._serve():
                heard_s = time.monotonic()
            elif self._complete and self._tx and time.monotonic() > heard_s + node_timeout_s:
                silent = min(self._tx, key=lambda name: self._counts[name])  # the other waits for it a block later
                raise NodeLostError(silent, node_timeout_s)

    def _obey(self, command: dict[str, Any]) -> None:
        match command:
            case {"command": "join", "name": str() as name, "tx": str() as endpoint} if name in NODES:
                self._join(name, endpoint)
            case {"command": "leave", "name": str() as name} if name in NODES:
                self._leave(name)
            case _:
                accepted = f"join with name ({' or '.join(NODES)}) and tx, or leave with name"
                self._worker.emit("error", message=f"command is {command}, accepted: {accepted}")

    def _join(self, name: str, endpoint: str) -> None:
        """Take a node in, in the place of one of its name; a node answers what it hears: the sky has the first word."""
        self._leave(name)
        self._tx[name] = IqSink(endpoint)
        self._tx[name].want(self._settings.block)
        self._rx[name].put(np.zeros(self._settings.block, dtype=np.complex64))
        self._poller = self._watching()
        self._pacer.release(_absence(name))
        self._complete = self._complete or len(self._tx) == len(NODES)
        self._worker.emit("joined", name=name, link_time_s=self._counts[name] / self._settings.sample_rate_hz)

    def _leave(self, name: str) -> None:
        self._rx[name].reset()
        self._pacer.release(name)
        if name in self._tx:
            self._tx.pop(name).close()
            self._poller = self._watching()
            self._pacer.hold(_absence(name))
            self._carry_silence()

    def _watching(self) -> Poller:
        return Poller((*self._rx.values(), *self._tx.values(), *self._holds.ports))

    def _serve(self) -> bool:
        """Carry what comes within a while; return whether something did."""
        if not self._poller.until(self._is_news, self._worker.stopping.is_set, _PATIENCE_S):
            return False
        for name in tuple(self._tx):
            if self._complete and self._tx[name].complete:
                self._carry(name)
        return True

    def _is_news(self) -> bool:
        return self._complete and any(port.complete for port in self._tx.values())

    def _carry(self, name: str) -> None:
        """Carry what one end sent to the other, and do not wait for what that one sends over the same span.

        Each end's next block needs the other's last one alone. So while the slower end still works on one span, the
        other may be a span further, and neither waits for the sky.
        """
        sent = self._tx[name].take()
        self._tx[name].want(self._settings.block)
        self._pace((self._counts[name] + len(sent)) / self._settings.sample_rate_hz)
        self._pass_on(name, sent)
        self._carry_silence()

    def _carry_silence(self) -> None:
        """Carry what a node sends that is gone, as far as the other has come."""
        for name in set(NODES) - set(self._tx):
            while self._counts[name] < max(self._counts.values()):
                self._pass_on(name, np.zeros(self._settings.block, dtype=np.complex64))

    def _pass_on(self, name: str, sent: NDArray[np.complex64]) -> None:
        self._counts[name] += len(sent)
        hearer, carry = ("flatsat", self._sky.carry_up) if name == "ground" else ("ground", self._sky.carry_down)
        received = carry(sent)
        if hearer in self._tx:
            self._rx[hearer].put(received)

    def _pace(self, link_s: float) -> None:
        while (wait_s := self._pacer.wait_s(link_s, time.monotonic())) > 0 and not self._worker.stopping.is_set():
            self._poller.wait(min(wait_s, 0.1))

    def close(self) -> None:
        """Close every socket."""
        ports: tuple[Pollable, ...] = (*self._rx.values(), *self._tx.values(), self._holds)
        for port in ports:
            port.close()


_PATIENCE_S = 0.1
"""After this long without samples the commands are looked at."""


def _absence(name: str) -> str:
    return f"absence of {name}"


def main() -> int:
    """Run the sky; return the exit status.

    On the command line: SETTINGS PACE GROUND_RX FLATSAT_RX HOLD BEGIN_S [HOLD_KEYS].
    """
    settings_file, pace, ground_rx, flatsat_rx, hold, begin_s, *hold_keys = sys.argv[1:]
    worker = Worker.on_standard_streams(until_input_closes=True)
    try:
        settings = SkySettings.load(Path(settings_file))
        warm_up_sky(settings)
        pacer = Pacer(pace == "realtime")
        keys = load_control_key_file(Path(hold_keys[0]), "sky", ControlKeyError) if hold_keys else None
        sky = SkyProcess(settings, pacer, worker, ground_rx, flatsat_rx, hold, float(begin_s), keys)
    except RadioError as error:
        worker.emit("error", message=str(error))
        return 2
    try:
        worker.emit("ready", **sky.endpoints)
        sky.run()
    except RadioError as error:
        worker.emit("error", message=str(error))
        return 1
    finally:
        sky.close()
    return 0
