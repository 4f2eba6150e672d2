"""The sky as a process: asks both transmitters for samples, answers both receivers, at most one block apart.

Started with a file of settings. Says ``ready`` with its endpoints, and ``joined`` with the link time from which a node
takes part, each time that it is told of one: the command ``join`` with its name and its transmitter's endpoint. Time
begins with both. A node that is gone, the command ``leave``, is silent until it joins again; meanwhile link time is
held to the wall clock.

An end whose receiver is an ``rtl_tcp://`` endpoint hears through an emulated dongle, by the dongle's own front end. A
dongle's samples come when they come, so then link time is held to the wall clock, and that end is not waited for: its
transmitter is asked all the time, what it has not sent when its moment comes is silence, and counted. It answers what
it has heard, which its driver keeps for some tenths of a second: so much later than its link time says it transmits,
and until its first samples there is silence that nobody counts. The dongle works from the start, before the link does,
and while link time stands still because the other end, which is waited for, gives nothing: it hears noise.
"""

import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edge.control_key_file import ControlKeyFile, load_control_key_file
from radio.dongle_end import DongleEnd, is_dongle
from radio.errors import ChannelError, ControlKeyError, NodeLostError, RadioError
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
        """Bind the receivers' ports and that for holds; raise LinkPortError or RtlTcpPortError if one is taken.

        Without ``hold_keys`` the port for holds has to be on a loopback address.
        """
        self._settings, self._pacer, self._worker = settings, pacer, worker
        ends = {"ground": ground_rx, "flatsat": flatsat_rx}
        self._rx = {name: IqSource(end) for name, end in ends.items() if not is_dongle(end)}
        self._dongles = {name: self._dongle_end(name, end) for name, end in ends.items() if is_dongle(end)}
        self._tx: dict[str, IqSink] = {}
        """Transmitters that are waited for."""
        self._holds = HoldServer(hold, NODES, pacer.hold, pacer.release, hold_keys)
        self._sky = Sky(settings)
        begun = round(begin_s * settings.sample_rate_hz / settings.block) * settings.block
        self._sky.pass_over(begun)
        self._counts = dict.fromkeys(NODES, begun)
        """Samples that each end has sent."""
        self._complete = False
        """Whether both ends have been there."""
        self._idle, self._idle_pacer = 0, Pacer(realtime=True)
        """Samples that dongles have heard before."""
        for name in self._dongles:
            pacer.hold(f"dongle of {name}")
        self._poller = self._watching()

    @property
    def endpoints(self) -> dict[str, str]:
        """Where the nodes fetch their samples, and where they hold link time."""
        receivers: dict[str, IqSource | DongleEnd] = {**self._rx, **self._dongles}
        return {
            "ground_rx": receivers["ground"].endpoint,
            "flatsat_rx": receivers["flatsat"].endpoint,
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
                continue
            self._keep_hearing()
            if self._complete and self._tx and time.monotonic() > heard_s + node_timeout_s:
                silent = min(self._tx, key=lambda name: self._counts[name])  # the other waits for it a block later
                raise NodeLostError(silent, node_timeout_s)

    def _obey(self, command: dict[str, Any]) -> None:
        match command:
            case {"command": "join", "name": str() as name, "tx": str() as endpoint} if name in NODES:
                self._join(name, endpoint)
            case {"command": "leave", "name": str() as name} if name in NODES:
                self._leave(name)
            case {"command": "report"}:
                self._worker.emit("summary", dongles={name: end.summary() for name, end in self._dongles.items()})
            case {"command": "attenuate", "leg": "uplink" | "downlink" as leg, "db": int() | float() as attenuation_db}:
                self._attenuate(leg, attenuation_db)
            case _:
                nodes = " or ".join(NODES)
                accepted = f"join with name ({nodes}) and tx, leave with name, attenuate with leg and db, or report"
                self._worker.emit("error", message=f"command is {command}, accepted: {accepted}")

    def _attenuate(self, leg: str, attenuation_db: float) -> None:
        try:
            (self._sky.uplink if leg == "uplink" else self._sky.downlink).attenuator.set(attenuation_db)
        except ChannelError as error:
            self._worker.emit("rejected", field=error.field, value=error.value, accepted=error.accepted)

    def _join(self, name: str, endpoint: str) -> None:
        """Take a node in, in the place of one of its name; a node answers what it hears: the sky has the first word."""
        self._leave(name)
        block = self._settings.block
        if name in self._dongles:
            self._dongles[name].connect(endpoint, block)
        else:
            self._tx[name] = IqSink(endpoint)
            self._tx[name].want(block)
            self._rx[name].put(np.zeros(block, dtype=np.complex64))
        self._poller = self._watching()
        self._pacer.release(_absence(name))
        there = len(self._tx) + sum(end.transmitting for end in self._dongles.values())
        self._complete = self._complete or there == len(NODES)
        self._worker.emit("joined", name=name, link_time_s=self._counts[name] / self._settings.sample_rate_hz)

    def _leave(self, name: str) -> None:
        self._pacer.release(name)
        if name in self._dongles:
            self._dongles[name].disconnect()
            self._poller = self._watching()
        else:
            self._rx[name].reset()
        if name in self._tx:
            self._tx.pop(name).close()
            self._poller = self._watching()
            self._pacer.hold(_absence(name))
            self._carry_unwaited()

    def _watching(self) -> Poller:
        unwaited = (port for end in self._dongles.values() for port in end.ports)
        return Poller((*self._rx.values(), *self._tx.values(), *unwaited, *self._holds.ports))

    def _serve(self) -> bool:
        """Carry what comes within a while; return whether something did."""
        if self._dongles and not (self._complete and self._tx):
            return self._let_time_pass()
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
        self._carry_unwaited()

    def _carry_unwaited(self) -> None:
        """Carry what the ends send that nobody waits for, as far as the other has come: one that is gone is silent."""
        for name in set(NODES) - set(self._tx):
            while self._counts[name] < max(self._counts.values()):
                self._pass_on(name, self._given(name))

    def _given(self, name: str) -> NDArray[np.complex64]:
        block = self._settings.block
        return self._dongles[name].sent(block) if name in self._dongles else _silence(block)

    def _pass_on(self, name: str, sent: NDArray[np.complex64]) -> None:
        self._counts[name] += len(sent)
        hearer, leg = ("flatsat", self._sky.uplink) if name == "ground" else ("ground", self._sky.downlink)
        if hearer in self._dongles:
            self._dongles[hearer].hear(leg.propagate(sent))
            return
        received = leg.carry(sent)
        if hearer in self._tx:
            self._rx[hearer].put(received)

    def _let_time_pass(self) -> bool:
        """Carry a block when the clock says so: nobody who is there is waited for."""
        block, rate_hz = self._settings.block, self._settings.sample_rate_hz
        if self._complete:
            self._pace((max(self._counts.values()) + block) / rate_hz)
            for name in NODES:
                self._pass_on(name, self._given(name))
            return True
        self._idle += block
        self._wait(self._idle_pacer, self._idle / rate_hz)
        for dongle in self._dongles.values():
            dongle.hear(_silence(block))
        return True

    def _keep_hearing(self) -> None:
        """Give dongles noise while link time stands still, because a node that is waited for gives nothing."""
        block, rate_hz = self._settings.block, self._settings.sample_rate_hz
        behind_s = self._pacer.behind_s(max(self._counts.values()) / rate_hz, time.monotonic())
        if self._dongles and behind_s > _STANDSTILL_S:
            blocks = int(behind_s * rate_hz / block)
            self._pacer.stand_still(blocks * block / rate_hz)
            for dongle in blocks * list(self._dongles.values()):
                dongle.hear(_silence(block))

    def _pace(self, link_s: float) -> None:
        self._wait(self._pacer, link_s)

    def _wait(self, pacer: Pacer, link_s: float) -> None:
        while (wait_s := pacer.wait_s(link_s, time.monotonic())) > 0 and not self._worker.stopping.is_set():
            self._poller.wait(min(wait_s, 0.1))

    def _dongle_end(self, name: str, endpoint: str) -> DongleEnd:
        settings = self._settings
        leg = settings.downlink if name == "ground" else settings.uplink
        rng = np.random.default_rng((settings.seed, NODES.index(name)))

        def tell(state: str, client: str) -> None:
            self._worker.emit("client", name=name, state=state, client=client)

        return DongleEnd(endpoint, leg, settings.sample_rate_hz, rng, tell)

    def close(self) -> None:
        """Close every socket."""
        ports: tuple[Pollable, ...] = (*self._rx.values(), *self._tx.values(), self._holds)
        for port in ports:
            port.close()
        for dongle in self._dongles.values():
            dongle.close()


_PATIENCE_S = 0.1
"""After this long without samples the commands are looked at."""
_STANDSTILL_S = 0.5
"""That link time makes up for afterwards. A dongle that gives nothing for longer is taken for one that is gone."""


def _absence(name: str) -> str:
    return f"absence of {name}"


def _silence(count: int) -> NDArray[np.complex64]:
    return np.zeros(count, dtype=np.complex64)


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
