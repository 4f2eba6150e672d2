import json
import subprocess
import sys
import time
from contextlib import closing

import numpy as np
import pytest

from radio.link_state import LinkStates
from radio.sky import LegSettings, Sky, SkySettings
from radio.zmq_iq import ANY_PORT, HoldClient, IqSink, IqSource, Poller

BLOCK = 1200
PROGRAM = "import sys; from radio.sky_process import main; sys.exit(main())"


def sky_settings():
    t = np.arange(3.0)
    states = LinkStates(t, 600e3 + 0 * t, 0 * t, 40 + 0 * t, 65 + 0 * t, 0 * t, -200 + 0 * t, 0 * t)
    leg = LegSettings(145.9e6, 0.0, 0.0, 1.0, False, 200e3, 8, 4.0)
    return SkySettings(240e3, BLOCK, 1, leg, leg, states, states)


class Child:
    """The sky as a subprocess."""

    def __init__(self, settings_file, pace="fast", ground_rx=ANY_PORT):
        self.process = subprocess.Popen(
            [sys.executable, "-c", PROGRAM, str(settings_file), pace, ground_rx, ANY_PORT],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def event(self):
        return json.loads(self.process.stdout.readline())

    def command(self, **fields):
        self.process.stdin.write(json.dumps(fields) + "\n")
        self.process.stdin.flush()

    def exit_status(self):
        self.process.stdin.close()
        return self.process.wait(10)

    def close(self):
        self.process.kill()
        self.process.wait()
        self.process.stdin.close()
        self.process.stdout.close()


@pytest.fixture
def settings_file(tmp_path):
    sky_settings().save(tmp_path / "sky.npz")
    return tmp_path / "sky.npz"


@pytest.fixture
def start(settings_file):
    children = []

    def begin(**arguments):
        children.append(Child(**{"settings_file": settings_file, **arguments}))
        return children[-1]

    yield begin
    for child in children:
        child.close()


class Nodes:
    """Both ends of the link, whose transmitters say what they are given."""

    def __init__(self, ready):
        self.rx = {name: IqSink(ready[f"{name}_rx"]) for name in ("ground", "flatsat")}
        self.tx = {name: IqSource(ANY_PORT) for name in ("ground", "flatsat")}
        self.poller = Poller((*self.rx.values(), *self.tx.values()))

    @property
    def transmitters(self):
        return {name: port.endpoint for name, port in self.tx.items()}

    def exchange(self, tx):
        for name in ("ground", "flatsat"):
            self.rx[name].want(BLOCK)
        assert self.poller.until(lambda: all(port.complete for port in self.rx.values()), lambda: False, 20)
        for name, port in self.tx.items():
            port.put(tx[name])
        return {name: port.take() for name, port in self.rx.items()}

    def close(self):
        for port in (*self.rx.values(), *self.tx.values()):
            port.close()


def test_blocks_are_exchanged_in_lock_step_until_the_input_closes(start):
    child = start()
    ready = child.event()
    assert ready["event"] == "ready"
    rng = np.random.default_rng(1)
    blocks = rng.standard_normal((6, 2, 2 * BLOCK), dtype=np.float32).view(np.complex64)
    with closing(Nodes(ready)) as nodes:
        child.command(command="start", transmitters=nodes.transmitters)
        heard = [nodes.exchange({"ground": ground, "flatsat": flatsat}) for ground, flatsat in blocks]
        sky = Sky(sky_settings())
        assert not any(part.any() for part in heard[0].values())  # the first word is the sky's, and it is silence
        for (ground, flatsat), later in zip(blocks, heard[1:], strict=False):
            wanted = sky.exchange(ground, flatsat)
            np.testing.assert_array_equal(later["ground"], wanted[0])
            np.testing.assert_array_equal(later["flatsat"], wanted[1])
        began_s = time.monotonic()
        assert child.exit_status() == 0
        assert time.monotonic() - began_s < 3


def test_a_silent_node_is_named(start):
    child = start()
    ready = child.event()
    with closing(Nodes(ready)) as nodes:
        child.command(command="start", transmitters=nodes.transmitters, node_timeout_s=0.2)
        nodes.rx["ground"].want(BLOCK)
        nodes.tx["ground"].put(np.zeros(BLOCK, dtype=np.complex64))
        assert nodes.poller.until(lambda: nodes.tx["ground"].empty, lambda: False, 10)
        error = child.event()
    assert error["event"] == "error"
    assert error["message"] == "node flatsat gave no samples for 0.2 s"
    assert child.exit_status() == 1


def test_transmitters_that_are_no_endpoints_are_told(start):
    child = start()
    child.event()
    child.command(command="start", transmitters={"ground": "nowhere", "flatsat": "nowhere"})
    assert "IQ port nowhere" in child.event()["message"]
    assert child.exit_status() == 1


def test_without_a_start_it_waits_for_the_input_to_close(start):
    child = start()
    child.event()
    child.command(command="other")
    assert child.exit_status() == 0


def test_a_file_that_holds_no_settings_is_the_users_mistake(start, tmp_path):
    (tmp_path / "bad.npz").write_bytes(b"hello")
    child = start(settings_file=tmp_path / "bad.npz")
    assert "a file of sky settings" in child.event()["message"]
    assert child.exit_status() == 2


def test_a_port_in_use_is_the_users_mistake(start):
    with closing(IqSource(ANY_PORT)) as taken:
        child = start(ground_rx=taken.endpoint)
        assert taken.endpoint in child.event()["message"]
        assert child.exit_status() == 2


def test_realtime_holds_link_time_to_the_wall_clock_and_so_does_a_hold(start):
    for pace, held in (("realtime", False), ("fast", True)):
        child = start(pace=pace)
        ready = child.event()
        with closing(Nodes(ready)) as nodes, closing(HoldClient(ready["hold"], "flatsat")) as hold:
            child.command(command="start", transmitters=nodes.transmitters)
            silence = dict.fromkeys(("ground", "flatsat"), np.zeros(BLOCK, dtype=np.complex64))
            nodes.exchange(silence)
            if held:
                hold.set(True)
            nodes.exchange(silence)
            began_s = time.monotonic()
            for _ in range(60):
                nodes.exchange(silence)
            assert time.monotonic() - began_s > 60 * BLOCK / 240e3 - 0.05
        assert child.exit_status() == 0
