import io
import json
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from flatsat.board import BoardClient
from flatsat.build import EngineSettings, build_engine
from flatsat.errors import BoardError, ConfigError
from flatsat.scripted_engine import ScriptedEngine
from flatsat.serve import FlatsatServer
from protocol.link import GroundLink, SpacecraftAddress
from protocol.messages import Prompt
from radio.profile import Profile
from radio.worker import Worker

SILENCE = np.zeros(2400, dtype=np.complex64)
PROFILE = Profile.load("leo-bpsk")


class LostLine:
    """A serial line whose other end is gone."""

    def read(self) -> bytes:
        raise BoardError("/dev/ttyACM0", "cannot be read: gone")

    def write(self, data: bytes) -> None:
        """Nobody is there."""

    def close(self) -> None:
        """Nothing is open."""


@dataclass
class Hold:
    """A sky that notes what it is told."""

    said: list[bool]

    def set(self, held: bool) -> None:
        self.said.append(held)


class Bench:
    def __init__(self, board: BoardClient | None = None, hold: Any = None) -> None:
        self._events = io.StringIO()
        self.engine = ScriptedEngine(tokens_per_s=1000)
        self.worker = Worker(io.StringIO(), self._events)
        self.server = FlatsatServer(self.worker, PROFILE, 240e3, self.engine, board, hold)
        self.now_s = 0.0

    def step(self) -> list[dict[str, Any]]:
        self.now_s += 0.01
        assert self.server.step(SILENCE, self.now_s).shape == SILENCE.shape
        lines = self._events.getvalue().splitlines()
        self._events.seek(0)
        self._events.truncate()
        return [json.loads(line) for line in lines]

    def ask(self) -> None:
        ground = GroundLink(SpacecraftAddress(), 256, 223)
        ground.send(Prompt(bytes(8), "Why?", 5))
        self.server._spacecraft.frame_received(ground.next_frame() or b"", None, self.now_s)


def test_a_prompt_runs_and_leaves_as_samples() -> None:
    bench = Bench()
    bench.ask()
    names = [event["name"] for _ in range(60) for event in bench.step() if event["event"] == "milestone"]
    assert names[:2] == ["prompt_received", "inference_started"]
    assert {"first_token", "inference_done", "segment_sent"} <= set(names)
    bench.worker._queue.put({"command": "report"})
    bench.worker._queue.put({"command": "dance"})
    (summary,) = bench.step()
    assert (summary["inferences"], summary["frames_received"], len(summary["sent"]) > 1) == (1, 1, True)


def test_a_lost_board_is_warned_of_once_and_nothing_runs() -> None:
    bench = Bench(BoardClient(LostLine()))
    bench.ask()
    events = [event for _ in range(20) for event in bench.step()]
    (warning,) = [event for event in events if event["event"] == "warning"]
    assert "/dev/ttyACM0" in warning["message"]
    assert bench.engine.inferences == 0


def test_the_sky_is_told_to_hold_time() -> None:
    hold = Hold([])
    bench = Bench(hold=hold)
    bench.engine.runs_on_wall_clock = True
    bench.ask()
    for _ in range(20):
        bench.step()
    assert hold.said == [True, False]


def test_an_engine_that_does_not_exist_is_named() -> None:
    with pytest.raises(ConfigError, match=r"model\.engine is 'oracle'; accepted: transformers or scripted"):
        EngineSettings("oracle")


def test_the_scripted_engine_has_its_pace() -> None:
    engine = build_engine(EngineSettings("scripted", tokens_per_s=7.0), lambda fraction: None)
    assert isinstance(engine, ScriptedEngine)
