import io
import json
import random
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from flatsat.board import BoardClient
from flatsat.build import EngineSettings, build_engine
from flatsat.energy.energy_policy import EnergyLimits
from flatsat.energy.energy_settings import EnergySettings
from flatsat.energy.energy_source import EnergySource
from flatsat.errors import BoardError, ConfigError
from flatsat.journal import Journal
from flatsat.scripted_engine import ScriptedEngine
from flatsat.serve import FlatsatServer, FlatsatSettings, serve
from protocol.cop1.fop_settings import FopSettings
from protocol.link import GroundLink
from protocol.messages import Prompt
from protocol.sdls.link_ends import new_link_ends
from protocol.sdls.link_keys import SecurityMode
from protocol.sdls.security_store import MemoryStore
from radio.nodes import SampleNodes
from radio.profile import Profile
from radio.worker import Worker
from testbed.keys import FLATSAT, counter_path, key_path, new_keys

SILENCE = np.zeros(2400, dtype=np.complex64)
PROFILE = Profile.load("leo-bpsk")
ENDS = new_link_ends(0x2A5, 0, 0, SecurityMode.ENCRYPTED, random.Random(1).randbytes)

opened = ExitStack()
"""The journals of the test that runs."""


@pytest.fixture(autouse=True)
def _journals(quick_path: Path) -> Iterator[None]:
    Bench.folder = quick_path
    with opened:
        yield


class LostLine:
    """A serial line whose other end is gone."""

    def read(self) -> bytes:
        raise BoardError("/dev/ttyACM0", "cannot be read: gone")

    def write(self, data: bytes) -> None:
        """Nobody is there."""

    def reopen(self) -> None:
        raise BoardError("/dev/ttyACM0", "cannot be opened: gone")

    def close(self) -> None:
        """Nothing is open."""


@dataclass
class Hold:
    """A sky that notes what it is told."""

    said: list[bool]

    def set(self, held: bool) -> None:
        self.said.append(held)


def settings(folder: Path) -> FlatsatSettings:
    engine = EngineSettings("scripted", tokens_per_s=1000)
    files = (key_path(folder, FLATSAT), folder / "journal", folder / "models")
    return FlatsatSettings(PROFILE, 240e3, engine, None, None, *files)


class Bench:
    folder = Path()
    numbers = count()

    def __init__(
        self, board: BoardClient | None = None, hold: Any = None, energy: EnergySettings | None = None
    ) -> None:
        folder = self.folder / str(next(self.numbers))
        folder.mkdir()
        self._settings, self._board, self._hold = settings(folder), board, hold
        self._settings = replace(self._settings, energy=energy or EnergySettings())
        self._events = io.StringIO()
        self._ground = GroundLink(ENDS.ground, MemoryStore(), 256, 223, FopSettings(timeout_type=0))
        self._store = MemoryStore()
        self._models: Any = None  # no model is sent up here
        self.journal: Journal | None = None
        self.engine = ScriptedEngine(tokens_per_s=1000)
        self.worker = Worker(io.StringIO(), self._events)
        self.now_s = 0.0
        self.start()

    def start(self) -> None:
        """Start the server, perhaps again: with its journal."""
        if self.journal is not None:
            self.journal.close()
            self.engine.close()
        self.journal = opened.enter_context(closing(Journal(self._settings.journal)))
        self.server = FlatsatServer(
            self.worker,
            self._settings,
            self.engine,
            self._board,
            self._hold,
            keys=ENDS.flatsat,
            store=self._store,
            journal=self.journal,
            models=self._models,
            now_s=self.now_s,
            nodes=SampleNodes(self._settings.profile, self._settings.sample_rate_hz, None),
            port=Port(),
            meter=self._settings.energy.source.open() if self._settings.energy.source else None,
        )

    def step(self) -> list[dict[str, Any]]:
        self.now_s += 0.01
        assert self.server.step(SILENCE, self.now_s).shape == SILENCE.shape
        lines = self._events.getvalue().splitlines()
        self._events.seek(0)
        self._events.truncate()
        return [json.loads(line) for line in lines]

    def ask(self, number: int = 0) -> None:
        """Have the spacecraft hear a prompt, at once."""
        spacecraft, ground = self.server._spacecraft, self._ground
        wanted = ground.send(Prompt(bytes([number] * 8), "Why?", 5))
        while wanted not in ground.delivered():
            ground.tick(self.now_s)
            while frame := ground.next_frame(self.now_s):
                spacecraft.frame_received(frame, None, self.now_s)
            ground.sender.clcw_received(spacecraft._link.receiver.clcw, self.now_s)


def test_a_prompt_runs_and_leaves_as_samples() -> None:
    bench = Bench()
    bench.ask()
    names = [event["name"] for _ in range(60) for event in bench.step() if event["event"] == "milestone"]
    assert names[:2] == ["prompt_received", "inference_started"]
    assert {"first_token", "inference_done", "segment_sent"} <= set(names)
    bench.worker._queue.put({"command": "report"})
    bench.worker._queue.put({"command": "dance"})
    (summary,) = bench.step()
    assert (summary["inferences"], len(summary["sent"]) > 1) == (1, True)
    assert summary["frames_received"] == bench._ground.sender.frames_sent


def test_what_meters_answers_and_what_they_cost_is_told() -> None:
    bench = Bench(energy=EnergySettings(EnergySource.parse("model:2,5")))
    bench.ask()
    events = [event for _ in range(60) for event in bench.step() if event["event"] == "milestone"]
    done = next(event["detail"] for event in events if event["name"] == "inference_done")
    assert done["energy_j"] == pytest.approx(7.0 * done["inference_s"], abs=0.15)
    assert bench.server.summary()["energy_source"].startswith("model: not measured, 2 W and 5 W more")


def test_limits_hold_inference_back() -> None:
    bench = Bench(BoardClient(LostLine()), energy=EnergySettings(limits=EnergyLimits(lowest_charge=0.5)))
    assert bench.server._spacecraft._energy._policy._limits.lowest_charge == 0.5
    assert Bench().server.summary()["energy_source"] == ""


def test_a_lost_board_is_warned_of_once_and_nothing_runs() -> None:
    bench = Bench(BoardClient(LostLine()))
    bench.ask()
    events = [event for _ in range(20) for event in bench.step()]
    (warning,) = [event for event in events if event["event"] == "warning"]
    assert "/dev/ttyACM0" in warning["message"]
    assert bench.engine.inferences == 0


def test_a_journal_that_fails_is_warned_of_once_and_prompts_are_refused() -> None:
    bench = Bench()
    bench.ask()
    assert bench.journal is not None
    bench.journal._database.execute("PRAGMA query_only = 1")
    bench.ask(1)
    events = [event for _ in range(20) for event in bench.step()]
    (warning,) = [event for event in events if event["event"] == "warning"]
    assert "read-only" in warning["message"]
    assert [event["detail"]["reason"] for event in events if event.get("name") == "refused"] == ["journal_full"]


def test_a_server_that_was_killed_goes_on_at_another_link_time() -> None:
    bench = Bench()
    bench.ask()
    bench.ask(1)
    for _ in range(3):
        bench.step()
    bench.now_s = 500.0
    bench.start()
    names = [event["name"] for _ in range(80) for event in bench.step() if event["event"] == "milestone"]
    assert names.count("inference_done") == 2
    assert "prompt_received" not in names
    assert bench.server.summary()["link_time_s"] > 500


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


# -- the process -------------------------------------------------------------------------------------------------------


class Port:
    """What moves samples, for a few steps after each beginning."""

    tx_endpoint = "tcp://127.0.0.1:1"
    latency_s = 0.0

    def __init__(self) -> None:
        self.begun: list[float] = []
        self.times: list[float] = []
        self.closed = False

    def run(self, step: Callable[..., object], begin_s: float, interrupted: Callable[[], bool]) -> None:
        self.begun.append(begin_s)
        step(SILENCE, begin_s + 0.01)

    def report(self) -> dict[str, object]:
        return {}

    def close(self) -> None:
        self.closed = True


def served(monkeypatch: pytest.MonkeyPatch, folder: Path, begins: list[float]) -> tuple[Port, list[dict[str, Any]]]:
    """Serve with keys in a folder until all has been begun; return the port, and what was told."""
    port, said = Port(), io.StringIO()
    worker = Worker(io.StringIO(), said)
    times = iter(begins)
    monkeypatch.setattr(worker, "next_begin", lambda: next(times, None))
    worker._queue.put({"command": "report"})
    serve(worker, settings(folder), lambda: port)
    return port, [json.loads(line) for line in said.getvalue().splitlines()]


def test_it_is_ready_before_it_begins_and_goes_on_at_another_link_time(
    monkeypatch: pytest.MonkeyPatch, quick_path: Path
) -> None:
    new_keys(quick_path, SecurityMode.ENCRYPTED)
    assert served(monkeypatch, quick_path, [])[1][-1]["event"] == "ready"
    port, told = served(monkeypatch, quick_path, [40.0, 90.0])
    assert (port.begun, port.closed) == ([40.0, 90.0], True)
    assert [event["event"] for event in told][-2:] == ["ready", "summary"]


@pytest.mark.parametrize("missing", ["keys", "counters"])
def test_without_keys_or_counters_nothing_is_served(
    monkeypatch: pytest.MonkeyPatch, quick_path: Path, missing: str
) -> None:
    new_keys(quick_path, SecurityMode.ENCRYPTED)
    (key_path if missing == "keys" else counter_path)(quick_path, FLATSAT).unlink()
    with pytest.raises(ConfigError, match="file is"):
        served(monkeypatch, quick_path, [0.0])


def test_weights_flip_by_command_and_what_happens_to_the_engine_is_told() -> None:
    bench = Bench()
    bench.worker._queue.put({"command": "inject", "kind": "weights", "bits": "many", "seed": 7})
    assert bench.step() == []
    bench.worker._queue.put({"command": "inject", "kind": "weights", "bits": 3, "seed": 7})
    (told,) = bench.step()
    assert (told["event"], told["kind"], told["detail"]) == ("engine", "flipped", {"flips": []})
