"""The sky with an emulated dongle at one of its ends, or at both."""

import json
import socket
import subprocess
import sys
import threading
import time
from contextlib import ExitStack, closing, contextmanager
from typing import NamedTuple

import numpy as np
import pytest

from radio.emulated.rtl_tcp import Command, Op
from radio.link_state import LinkStates
from radio.pacer import Pacer
from radio.sky import LegSettings, SkySettings
from radio.sky_process import SkyProcess
from radio.unwaited import CUSHION_S
from radio.zmq_iq import ANY_PORT, IqSource, Poller, ZmqNode

BLOCK, RATE_HZ = 1200, 240e3
DONGLE = "rtl_tcp://127.0.0.1:*"
PROGRAM = "import sys; from radio.sky_process import main; sys.exit(main())"


def sky_settings():
    t = np.arange(30.0)
    states = LinkStates(t, *(level + 0 * t for level in (600e3, 0.0, 40.0, 75.0, 0.0, -200.0, 0.0)))
    uplink, downlink = (LegSettings(carrier, 0.0, 0.0, 1.0, False, 200e3, 8, 4.0) for carrier in (145.9e6, 437e6))
    return SkySettings(RATE_HZ, BLOCK, 1, uplink, downlink, states, states)


class Standing:
    """A worker in this process that is told what it is given."""

    def __init__(self):
        self.told, self.said, self.stopping = [], [], threading.Event()

    def commands(self):
        told, self.told = self.told, []
        return told

    def emit(self, event, **fields):
        self.said.append({"event": event, **fields})

    def events(self, name):
        return [said for said in self.said if said["event"] == name]

    def asked(self, command, answer, **fields):
        """What the sky says to a command."""
        known = len(self.events(answer))
        self.told.append({"command": command, **fields})
        until(lambda: len(self.events(answer)) > known)
        return self.events(answer)[-1]


def until(done):
    deadline = time.monotonic() + 20
    while not done():
        assert time.monotonic() < deadline
        time.sleep(0.005)


def rms(samples):
    return np.sqrt(np.mean(np.abs(samples) ** 2))


class Flatsat:
    """A node in lock step that sends a steady carrier, and keeps what it hears."""

    def __init__(self, rx, amplitude=1.0):
        self._node, self._stop = ZmqNode(rx, ANY_PORT, BLOCK, RATE_HZ), threading.Event()
        self.heard, self._amplitude, self.working = [], amplitude, threading.Event()
        self.working.set()
        self.tx = self._node.tx_endpoint
        self._thread = threading.Thread(target=self._node.run, args=(self._step, 0.0, self._stop.is_set))
        self._thread.start()

    def _step(self, rx, now_s):
        self.working.wait()
        self.heard.append(rx)
        return np.full(len(rx), self._amplitude, dtype=np.complex64)

    def loud(self, since=0):
        """Numbers of the blocks in which it heard more than thermal noise, of some 4 steps."""
        return [k for k, rx in enumerate(self.heard) if k >= since and 127.5 * rms(rx) > 15]

    def fell_silent(self):
        return self.loud() and not self.loud(len(self.heard) - 5)

    def close(self):
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join()
            self._node.close()


class Transmitter:
    """Where the sky fetches what an end with a dongle sends."""

    def __init__(self):
        self._source, self._stop = IqSource(ANY_PORT), threading.Event()
        self.endpoint = self._source.endpoint
        self._samples = None
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def _serve(self):
        poller = Poller((self._source,))
        while not self._stop.is_set():
            samples, self._samples = self._samples, None
            if samples is not None:
                self._source.put(samples)
            poller.wait(0.005)

    def send(self, seconds, amplitude=1.0):
        self._samples = np.full(round(seconds * RATE_HZ), amplitude, dtype=np.complex64)

    def close(self):
        self._stop.set()
        self._thread.join()
        self._source.close()


class Listener:
    """A client of the dongle's."""

    def __init__(self, endpoint, frequency_hz=437_000_000):
        host, port = endpoint.removeprefix("rtl_tcp://").split(":")
        self._socket = socket.create_connection((host, int(port)), 20)
        for op, value in ((Op.SAMPLE_RATE, 240_000), (Op.FREQUENCY, frequency_hz), (Op.GAIN, 297)):
            self._socket.sendall(Command(op, value).encode())

    def read(self, count):
        parts = []
        while count:
            parts.append(self._socket.recv(count))
            assert parts[-1]
            count -= len(parts[-1])
        return b"".join(parts)

    def level(self, samples=24_000):
        octets = np.frombuffer(self.read(2 * samples), dtype=np.uint8)
        return rms(octets - 127.5)

    def close(self):
        self._socket.close()


@contextmanager
def running(ground_rx=DONGLE, flatsat_rx=ANY_PORT):
    worker = Standing()
    with closing(SkyProcess(sky_settings(), Pacer(False), worker, ground_rx, flatsat_rx, ANY_PORT)) as sky:
        thread = threading.Thread(target=sky.run)
        thread.start()
        try:
            yield sky.endpoints, worker
        finally:
            worker.stopping.set()
            thread.join()


class Rig(NamedTuple):
    ends: dict
    worker: Standing
    ground: Transmitter
    flatsat: Flatsat
    began_s: float


@pytest.fixture
def rig():
    """The sky with both ends joined: the ground's with a dongle, of which nobody is a client yet."""
    with ExitStack() as opened:
        ends, worker = opened.enter_context(running())
        ground, flatsat = Transmitter(), Flatsat(ends["flatsat_rx"])
        opened.enter_context(closing(ground))
        opened.enter_context(closing(flatsat))
        began_s = time.monotonic()
        worker.asked("join", "joined", name="ground", tx=ground.endpoint)
        worker.asked("join", "joined", name="flatsat", tx=flatsat.tx)
        yield Rig(ends, worker, ground, flatsat, began_s)


def test_before_the_link_begins_the_dongle_hears_noise_and_no_faster_than_its_clock():
    with running() as (ends, worker):
        began_s = time.monotonic()
        with closing(Listener(ends["ground_rx"])) as client:
            assert client.read(12)[:4] == b"RTL0"
            client.read(100_000)  # of before its settings were made
            assert client.level() == pytest.approx(4, rel=0.3)
            client.read(2 * 48_000)
            assert time.monotonic() - began_s > 0.25
        until(lambda: len(worker.events("client")) == 2)
    assert [(each["name"], each["state"]) for each in worker.events("client")] == [
        ("ground", "connected"),
        ("ground", "gone"),
    ]


def test_the_dongle_hears_what_the_flatsat_sends(rig):
    ends = rig.ends
    with closing(Listener(ends["ground_rx"])) as client:
        until(lambda: client.level() > 15)


def test_the_flatsat_is_not_kept_waiting_and_goes_no_faster_than_the_clock(rig):
    """The ground never sends anything."""
    until(lambda: len(rig.flatsat.heard) > 60)
    assert time.monotonic() - rig.began_s > 58 * BLOCK / RATE_HZ
    assert rig.worker.asked("report", "summary")["dongles"]["ground"]["late_samples"] == 0


def test_what_the_ground_sends_arrives_and_what_is_late_is_silent_and_counted(rig):
    worker, ground, flatsat = rig.worker, rig.ground, rig.flatsat
    ground.send(2 * CUSHION_S)
    until(flatsat.fell_silent)
    blocks = flatsat.loud()
    sent = 2 * CUSHION_S * RATE_HZ / BLOCK
    assert len(blocks) == pytest.approx(sent, abs=2)
    assert np.all(np.diff(blocks) == 1)
    first = worker.asked("report", "summary")["dongles"]["ground"]["late_samples"]
    ground.send(0.02)
    until(lambda: flatsat.loud(blocks[-1] + 2))
    assert first > 0
    assert worker.asked("report", "summary")["dongles"]["ground"]["late_samples"] >= first


def test_a_ground_that_has_left_is_silent_and_the_next_begins_anew(rig):
    worker, ground, flatsat = rig.worker, rig.ground, rig.flatsat

    def late():
        return worker.asked("report", "summary")["dongles"]["ground"]["late_samples"]

    ground.send(10.0)
    until(flatsat.loud)
    worker.told.append({"command": "leave", "name": "ground"})
    until(flatsat.fell_silent)
    before, late_before = len(flatsat.heard), late()
    until(lambda: len(flatsat.heard) > before + 120)  # longer than what waits
    assert late() == late_before
    with closing(Transmitter()) as another:
        joined = worker.asked("join", "joined", name="ground", tx=another.endpoint)
        assert joined["link_time_s"] > before * BLOCK / RATE_HZ
        until(lambda: len(flatsat.heard) > before + 160)
        assert not flatsat.loud(before)
        another.send(1.0)
        until(lambda: flatsat.loud(before))


def test_without_the_flatsat_link_time_goes_on_and_the_dongle_hears_noise(rig):
    ends, worker, ground, flatsat = rig.ends, rig.worker, rig.ground, rig.flatsat
    with closing(Listener(ends["ground_rx"])) as client:
        until(lambda: client.level() > 15)
        worker.told.append({"command": "leave", "name": "flatsat"})
        until(lambda: client.level() < 6)
        flatsat.close()
        client.read(2 * 48_000)
        with closing(Flatsat(ends["flatsat_rx"])) as another:
            joined = worker.asked("join", "joined", name="flatsat", tx=another.tx)
            assert joined["link_time_s"] > 48_000 / RATE_HZ
            until(lambda: client.level() > 15)
            ground.send(1.0)
            until(another.loud)


def test_while_the_flatsat_gives_nothing_the_dongle_hears_noise_and_link_time_stands_still(rig):
    with closing(Listener(rig.ends["ground_rx"])) as client:
        until(lambda: client.level() > 15)
        rig.flatsat.working.clear()
        until(lambda: client.level() < 6)
        before, began_s = len(rig.flatsat.heard), time.monotonic()
        client.read(4 * 240_000)  # two seconds
        assert time.monotonic() - began_s > 1.3
        rig.flatsat.working.set()
        until(lambda: client.level() > 15)
    assert len(rig.flatsat.heard) < before + 240  # of 400 blocks in two seconds


def test_both_ends_may_have_a_dongle():
    with ExitStack() as opened:
        ends, worker = opened.enter_context(running(DONGLE, DONGLE))
        tx = {name: opened.enter_context(closing(Transmitter())) for name in ("ground", "flatsat")}
        tuned_hz = {"ground": 437_000_000, "flatsat": 145_900_000}
        clients = {
            name: opened.enter_context(closing(Listener(ends[f"{name}_rx"], tuned_hz[name]))) for name in tuned_hz
        }
        for name, transmitter in tx.items():
            transmitter.send(20.0 if name == "ground" else 0.0)
            worker.asked("join", "joined", name=name, tx=transmitter.endpoint)
        until(lambda: clients["flatsat"].level() > 15)
        until(lambda: clients["ground"].level() < 6)  # the first samples are of before its settings were made


def test_a_report_tells_what_went_through_the_dongle(rig):
    ends, worker = rig.ends, rig.worker
    with closing(Listener(ends["ground_rx"])) as client:
        client.read(200_000)
        told = worker.asked("report", "summary")["dongles"]
    assert set(told) == {"ground"}
    assert told["ground"]["samples"] > 90_000
    assert told["ground"]["state"]["frequency_hz"] == 437_000_000
    assert {"clipped_values", "lost_samples", "late_samples", "surplus_samples"} < set(told["ground"])
    json.dumps(told)


@pytest.fixture
def start(tmp_path):
    sky_settings().save(tmp_path / "sky.npz")
    processes = []

    def begin(ground_rx):
        told = [str(tmp_path / "sky.npz"), "fast", ground_rx, ANY_PORT, ANY_PORT, "0.0"]
        command = [sys.executable, "-c", PROGRAM, *told]
        processes.append(subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True))
        return processes[-1]

    yield begin
    for process in processes:
        process.kill()
        process.wait()
        process.stdin.close()
        process.stdout.close()


def test_the_program_says_where_its_dongle_is_and_ends_with_its_input(start):
    process = start("rtl_tcp://127.0.0.1:0")
    ready = json.loads(process.stdout.readline())
    with closing(Listener(ready["ground_rx"])) as client:
        assert client.read(12)[:4] == b"RTL0"
        assert json.loads(process.stdout.readline())["event"] == "client"
        process.stdin.close()
        assert process.wait(10) == 0


def test_a_port_in_use_is_the_users_mistake(start):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        process = start(f"rtl_tcp://127.0.0.1:{taken.getsockname()[1]}")
        assert "in use" in json.loads(process.stdout.readline())["message"]
        assert process.wait(10) == 2
