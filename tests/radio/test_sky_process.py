import json
import secrets
import subprocess
import sys
import threading
import time
from contextlib import closing

import numpy as np
import pytest

from edge.control_key_file import write_control_key_file
from radio.errors import NodeLostError
from radio.link_state import LinkStates
from radio.pacer import Pacer
from radio.sky import LegSettings, Sky, SkySettings
from radio.sky_process import SkyProcess
from radio.zmq_control import HoldClient, new_control_keys
from radio.zmq_iq import ANY_PORT, IqSink, IqSource, Poller

BLOCK = 1200
PROGRAM = "import sys; from radio.sky_process import main; sys.exit(main())"


def sky_settings():
    t = np.arange(3.0)
    states = LinkStates(t, 600e3 + 0 * t, 0 * t, 40 + 0 * t, 65 + 0 * t, 0 * t, -200 + 0 * t, 0 * t)
    leg = LegSettings(145.9e6, 0.0, 0.0, 1.0, False, 200e3, 8, 4.0)
    return SkySettings(240e3, BLOCK, 1, leg, leg, states, states)


class Child:
    """The sky as a subprocess."""

    def __init__(self, settings_file, pace="fast", ground_rx=ANY_PORT, hold=ANY_PORT, begin_s=0.0, hold_keys=()):
        told = [str(settings_file), pace, ground_rx, ANY_PORT, hold, str(begin_s), *hold_keys]
        self.process = subprocess.Popen(
            [sys.executable, "-c", PROGRAM, *told],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def event(self):
        return json.loads(self.process.stdout.readline())

    def command(self, **fields):
        self.process.stdin.write(json.dumps(fields) + "\n")
        self.process.stdin.flush()

    def join(self, transmitters):
        """Let nodes take part; return from when."""
        for name, endpoint in transmitters.items():
            self.command(command="join", name=name, tx=endpoint)
        joined = {event["name"]: event["link_time_s"] for event in (self.event() for _ in transmitters)}
        assert set(joined) == set(transmitters)
        return joined

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

    def hears(self, name):
        """What one end receives next; None if nothing comes for a while."""
        self.rx[name].want(BLOCK)
        came = self.poller.until(lambda: self.rx[name].complete, lambda: False, 0.3)
        return self.rx[name].take() if came else None

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
        assert child.join(nodes.transmitters) == {"ground": 0.0, "flatsat": 0.0}
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


@pytest.mark.parametrize(("ahead", "behind"), [("ground", "flatsat"), ("flatsat", "ground")])
def test_an_end_hears_what_the_other_has_sent_before_it_sends_itself_and_no_more(start, ahead, behind):
    child = start()
    ready = child.event()
    rng = np.random.default_rng(1)
    first, second = rng.standard_normal((2, 2 * BLOCK), dtype=np.float32).view(np.complex64)
    with closing(Nodes(ready)) as nodes:
        assert child.join(nodes.transmitters) == {"ground": 0.0, "flatsat": 0.0}
        nodes.tx[ahead].put(first)
        sky = Sky(sky_settings())
        carry = {"ground": sky.carry_up, "flatsat": sky.carry_down}
        assert not nodes.hears(behind).any()
        np.testing.assert_array_equal(nodes.hears(behind), carry[ahead](first))
        assert not nodes.hears(ahead).any()
        assert nodes.hears(ahead) is None
        nodes.tx[behind].put(second)
        np.testing.assert_array_equal(nodes.hears(ahead), carry[behind](second))


class Standing:
    """A worker in this process that is told what it is given."""

    def __init__(self, commands):
        self._commands = commands
        self.stopping = threading.Event()
        self.said = []

    def commands(self):
        commands, self._commands = self._commands, []
        return commands

    def emit(self, event, **fields):
        self.said.append({"event": event, **fields})


def test_a_silent_node_is_named():
    with closing(IqSource(ANY_PORT)) as ground, closing(IqSource(ANY_PORT)) as flatsat:
        ground.put(np.zeros(BLOCK, dtype=np.complex64))
        ends = {"ground": ground.endpoint, "flatsat": flatsat.endpoint}
        worker = Standing([{"command": "join", "name": name, "tx": tx} for name, tx in ends.items()])
        sky = SkyProcess(sky_settings(), Pacer(False), worker, ANY_PORT, ANY_PORT, ANY_PORT)
        answering = threading.Thread(target=Poller((ground,)).until, args=(lambda: ground.empty, lambda: False, 10))
        answering.start()
        with closing(sky), pytest.raises(NodeLostError, match="node flatsat gave no samples for"):
            sky.run(node_timeout_s=0.2)
        answering.join()


def test_transmitters_that_are_no_endpoints_are_told(start):
    child = start()
    child.event()
    child.command(command="join", name="ground", tx="nowhere")
    assert "ZeroMQ port nowhere" in child.event()["message"]
    assert child.exit_status() == 1


@pytest.mark.parametrize("command", [{"command": "other"}, {"command": "join", "name": "moon", "tx": "tcp://1:1"}])
def test_a_command_that_it_does_not_know_is_told_and_changes_nothing(start, command):
    child = start()
    child.event()
    child.command(**command)
    assert "accepted: join with name" in child.event()["message"]
    assert child.exit_status() == 0


def noise(rng):
    return rng.standard_normal(2 * BLOCK, dtype=np.float32).view(np.complex64)


@pytest.mark.parametrize("gone", ["ground", "flatsat"])
def test_a_node_that_is_gone_is_silent_until_it_joins_again_later(start, gone):
    child, rng = start(), np.random.default_rng(1)
    ready, sky = child.event(), Sky(sky_settings())
    (stays,) = {"ground", "flatsat"} - {gone}
    carry = {"ground": sky.carry_up, "flatsat": sky.carry_down}
    silence = np.zeros(BLOCK, dtype=np.complex64)
    with closing(Nodes(ready)) as nodes:
        child.join(nodes.transmitters)
        first = {name: noise(rng) for name in nodes.tx}
        nodes.exchange(first)
        np.testing.assert_array_equal(nodes.hears(stays), carry[gone](first[gone]))
        carry[stays](first[stays])
        child.command(command="leave", name=gone)
        for _ in range(3):
            sent = noise(rng)
            nodes.tx[stays].put(sent)
            np.testing.assert_array_equal(nodes.hears(stays), carry[gone](silence))
            carry[stays](sent)
        nodes.tx[gone].close()
        nodes.rx[gone].close()
        nodes.tx[gone], nodes.rx[gone] = IqSource(ANY_PORT), IqSink(ready[f"{gone}_rx"])
        nodes.poller = Poller((*nodes.rx.values(), *nodes.tx.values()))
        joined = child.join({gone: nodes.transmitters[gone]})
        assert joined[gone] == pytest.approx(4 * BLOCK / 240e3)
        sent = {name: noise(rng) for name in nodes.tx}
        nodes.tx[stays].put(sent[stays])
        assert not nodes.hears(gone).any()
        nodes.tx[gone].put(sent[gone])
        np.testing.assert_array_equal(nodes.hears(gone), carry[stays](sent[stays]))
        np.testing.assert_array_equal(nodes.hears(stays), carry[gone](sent[gone]))


def test_a_sky_that_begins_later_is_the_same_sky(start):
    begin_s = 40 * BLOCK / 240e3
    child, rng, sky = start(begin_s=begin_s), np.random.default_rng(1), Sky(sky_settings())
    silence = np.zeros(BLOCK, dtype=np.complex64)
    for _ in range(40):
        sky.exchange(silence, silence)
    with closing(Nodes(child.event())) as nodes:
        assert child.join(nodes.transmitters) == pytest.approx({"ground": begin_s, "flatsat": begin_s})
        sent = {name: noise(rng) for name in nodes.tx}
        nodes.exchange(sent)
        ground, flatsat = sky.exchange(sent["ground"], sent["flatsat"])
        np.testing.assert_array_equal(nodes.hears("ground"), ground)
        np.testing.assert_array_equal(nodes.hears("flatsat"), flatsat)


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


def test_a_port_for_holds_that_others_reach_needs_keys(start):
    child = start(hold="tcp://0.0.0.0:*")
    assert "for this machine alone" in child.event()["message"]
    assert child.exit_status() == 2


def test_keys_of_another_end_are_the_users_mistake(start, tmp_path):
    _, flatsat = new_control_keys(secrets.token_bytes)
    write_control_key_file(tmp_path / "keys.toml", flatsat)
    child = start(hold_keys=[str(tmp_path / "keys.toml")])
    assert "end is 'flatsat', accepted: sky" in child.event()["message"]
    assert child.exit_status() == 2


def test_with_keys_only_those_on_the_list_hold_link_time(start, tmp_path):
    sky, flatsat = new_control_keys(secrets.token_bytes)
    _, stranger = new_control_keys(secrets.token_bytes)
    stranger = stranger.model_copy(update={"peers": flatsat.peers})
    write_control_key_file(tmp_path / "keys.toml", sky)
    child = start(hold="tcp://0.0.0.0:*", hold_keys=[str(tmp_path / "keys.toml")])
    endpoint, silences = child.event()["hold"].replace("0.0.0.0", "127.0.0.1"), []
    for keys in (stranger, None, flatsat):
        hold = HoldClient(
            endpoint, "flatsat", keys, lambda: silences.append("silence"), 5.0 if keys == flatsat else 0.3
        )
        with closing(hold):
            hold.set(True)
    assert silences == 2 * ["silence"]
    assert child.exit_status() == 0


def test_realtime_holds_link_time_to_the_wall_clock_and_so_does_a_hold(start):
    for pace, held in (("realtime", False), ("fast", True)):
        child = start(pace=pace)
        ready = child.event()
        with closing(Nodes(ready)) as nodes, closing(HoldClient(ready["hold"], "flatsat")) as hold:
            assert child.join(nodes.transmitters) == {"ground": 0.0, "flatsat": 0.0}
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
