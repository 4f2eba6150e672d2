"""The port of the memory rig: what every port promises, and the sky and the flatsat beyond it."""

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from flatsat.journal import Journal
from flatsat.scripted_engine import ScriptedEngine
from protocol.link import SpacecraftAddress
from protocol.sdls.link_ends import new_link_ends
from protocol.sdls.link_keys import SecurityMode
from protocol.sdls.security_store import MemoryStore
from radio.nodes import AnyNode, SampleNodes, nodes_of
from radio.recording.recorder import Recorder
from radio.sky import Sky
from testbed.faults.fault import FrameTrouble
from testbed.keys import FLATSAT, GROUND
from testbed.physics import work_out
from testbed.rigs.memory_port import MemoryPort, unobserved
from testbed.rigs.memory_run import MemoryRun
from testbed.rigs.troubled_nodes import TroubledNodes
from testbed.scenario import Scenario

LOOPBACK = Scenario.load("loopback")
BLOCK, RATE_HZ = LOOPBACK.block_samples, LOOPBACK.sample_rate_hz
SPAN_S = BLOCK / RATE_HZ

Samples = NDArray[np.complex64]


@pytest.fixture
def run(tmp_path: Path) -> MemoryRun:
    return MemoryRun(LOOPBACK, work_out(LOOPBACK, 1), 1, tmp_path / "recordings")


@contextmanager
def port_of(run: MemoryRun, folder: Path) -> Iterator[MemoryPort]:
    address = SpacecraftAddress()
    channels = (address.scid, address.telecommand_vcid, address.telemetry_vcid)
    ends = new_link_ends(*channels, SecurityMode.ENCRYPTED, np.random.default_rng(1).bytes)
    with closing(Journal(folder / "flatsat.journal")) as journal:
        held = (ScriptedEngine(), ends.flatsat, MemoryStore(), journal)
        yield MemoryPort(run, run.nodes(None), *held, unobserved)


@pytest.fixture
def port(run: MemoryRun, tmp_path: Path) -> Iterator[MemoryPort]:
    with port_of(run, tmp_path) as port:
        yield port


class Ground:
    """A ground that keeps what it receives; a port is done with it after some blocks."""

    def __init__(self, blocks: int) -> None:
        self.blocks = blocks
        self.heard: list[Samples] = []
        self.times_s: list[float] = []

    def step(self, rx: Samples, now_s: float) -> Samples:
        self.heard.append(rx)
        self.times_s.append(now_s)
        return np.zeros_like(rx)

    def is_done(self) -> bool:
        return len(self.heard) == self.blocks


def ran(port: MemoryPort, blocks: int, begin_s: float = 0.0) -> Ground:
    ground = Ground(blocks)
    port.run(ground.step, begin_s, ground.is_done)
    return ground


def silence() -> Samples:
    return np.zeros(BLOCK, dtype=np.complex64)


def test_it_runs_until_it_is_told_to_stop(port: MemoryPort) -> None:
    assert len(ran(port, 7).heard) == 7
    assert ran(port, 0).heard == []


def test_link_time_runs_from_where_it_is_told_to_begin(port: MemoryPort) -> None:
    ground = ran(port, 4, begin_s=60.0)
    assert ground.times_s == pytest.approx([60.0 + k * SPAN_S for k in range(4)])
    assert port.link_time_s == pytest.approx(60.0 + 4 * SPAN_S)


def test_a_sky_that_begins_later_is_the_same_sky(port: MemoryPort, run: MemoryRun) -> None:
    sky = Sky(run.physics.sky)
    for _ in range(20):
        sky.exchange(silence(), silence())
    expected, _ = sky.exchange(silence(), silence())
    heard = ran(port, 2, begin_s=20 * SPAN_S).heard
    assert not port.flatsat.to_json()["sent"], "it has nothing to say yet"
    np.testing.assert_array_equal(heard[1], expected)


def test_what_was_under_way_is_dropped_when_it_begins_anew(port: MemoryPort) -> None:
    assert ran(port, 3).heard[2].any()
    assert not ran(port, 1, begin_s=5.0).heard[0].any()


def test_the_flatsat_is_stepped_with_the_ground(port: MemoryPort) -> None:
    ran(port, 300)
    sent = port.flatsat.to_json()["sent"]
    assert sent, "its telemetry goes down in three seconds"
    assert port.flatsat.to_json()["link_time_s"] == pytest.approx(299 * SPAN_S)


class Listening:
    """A program that counts what it hears."""

    frames = 0

    def tick(self, now_s: float) -> None:
        pass

    def frame_to_send(self, now_s: float) -> bytes | None:
        return None

    def frame_received(self, frame: bytes, quality: object, now_s: float) -> bool:
        self.frames += 1
        return True


def received(port: MemoryPort, node: AnyNode) -> None:
    """Run a ground's node for three seconds."""
    blocks = iter(range(300))
    port.run(node.step, 0.0, lambda: next(blocks, None) is None)


def test_the_ground_hears_what_the_flatsat_sends(port: MemoryPort, run: MemoryRun) -> None:
    program = Listening()
    received(port, run.nodes(None).ground(program))
    assert program.frames == len(port.flatsat.to_json()["sent"]) > 0


def test_the_ground_gets_nodes_of_the_run(port: MemoryPort, run: MemoryRun) -> None:
    with run.recording(GROUND, pytest.fail) as recorder:
        nodes = nodes_of(port, run.physics.profile, RATE_HZ, recorder)
        assert nodes == SampleNodes(run.physics.profile, RATE_HZ, recorder)


def test_both_ends_stand_behind_the_scenarios_troubles(run: MemoryRun, tmp_path: Path) -> None:
    deaf = LOOPBACK.model_copy(update={"faults": [FrameTrouble(loss=1.0)]})
    with port_of(MemoryRun(deaf, run.physics, 1), tmp_path) as port:
        nodes, program = nodes_of(port, run.physics.profile, RATE_HZ, None), Listening()
        assert isinstance(nodes, TroubledNodes)
        received(port, nodes.ground(program))
    assert program.frames == 0


@pytest.mark.parametrize(("end", "leg"), [(GROUND, "downlink"), (FLATSAT, "uplink")])
def test_an_end_keeps_what_it_receives(run: MemoryRun, end: str, leg: str) -> None:
    with run.recording(end, pytest.fail) as recorder:
        assert isinstance(recorder, Recorder)
        recorder.hear(np.ones(100, dtype=np.complex64), 1.0)
    assert run.record is not None
    told = (run.record / f"{end}.sigmf-meta").read_text(encoding="utf-8")
    assert f'"core:frequency": {getattr(run.physics.profile, leg).carrier_hz}' in told
    assert f"{run.physics.start_utc:%Y-%m-%dT%H:%M:%S}" in told


def test_nothing_is_kept_unless_it_is_asked_for(run: MemoryRun) -> None:
    with MemoryRun(LOOPBACK, run.physics, 1).recording(GROUND, pytest.fail) as recorder:
        assert recorder is None


def test_link_time_is_held_while_the_model_works(port: MemoryPort, monkeypatch: pytest.MonkeyPatch) -> None:
    slept: list[float] = []
    monkeypatch.setattr("testbed.rigs.memory_port.time.sleep", slept.append)
    monkeypatch.setattr("testbed.rigs.memory_port.time.monotonic", lambda: 0.0)
    hold: Callable[[bool], None] = port._hold
    hold(True)
    ground = Ground(3)
    for _ in range(3):
        port.advance(ground.step)
    hold(False)
    port.advance(ground.step)
    assert slept == pytest.approx([SPAN_S, 2 * SPAN_S])
