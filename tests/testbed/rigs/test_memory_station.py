"""The process of the memory rig's station: what it is told, and what it says."""

import io
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from flatsat.scripted_engine import ScriptedEngine
from protocol.sdls.link_keys import SecurityMode
from radio.worker import Worker
from testbed.errors import ScenarioError
from testbed.faults.fault import FrameTrouble, Kill
from testbed.keys import new_keys
from testbed.rigs.memory_station import MemoryStation, main, serve
from testbed.scenario import Scenario, shipped_scenarios

TEXT = "What is in this process?"


class Said(io.StringIO):
    """A reader of events that has the worker stop when a prompt has ended."""

    worker: Worker

    def write(self, text: str) -> int:
        if '"name": "done"' in text:
            self.worker.stopping.set()
        return super().write(text)

    def events(self, name: str) -> list[dict[str, Any]]:
        return [event for event in map(json.loads, self.getvalue().splitlines()) if event["event"] == name]


def told(folder: Path, **more: Any) -> MemoryStation:
    scenario = Scenario.load("loopback").model_copy(update=more)
    return MemoryStation(scenario=scenario, seed=1, folder=folder, record=folder / "recordings")


def asked(station: MemoryStation) -> Said:
    """Run a station until it has answered."""
    new_keys(station.keys, SecurityMode(station.scenario.security.mode))
    command = {"command": "ask", "text": TEXT, "max_tokens": 100}
    said = Said()
    said.worker = Worker(io.StringIO(json.dumps(command) + "\n"), said, until_input_closes=False)
    said.worker.start()
    serve(said.worker, station)
    return said


@pytest.mark.parametrize("name", shipped_scenarios())
def test_all_that_it_is_told_stands_on_its_command_line(name: str, tmp_path: Path) -> None:
    faults = [FrameTrouble(loss=0.25), Kill(target="sky", at_s=[1.5])]
    scenario = Scenario.load(name).model_copy(update={"faults": faults})
    station = MemoryStation(scenario=scenario, seed=3, folder=tmp_path, record=None)
    *_, last = station.command
    assert MemoryStation.model_validate_json(last) == station


def test_a_prompt_is_answered_within_the_process(tmp_path: Path) -> None:
    said = asked(told(tmp_path))
    assert [event["event"] for event in map(json.loads, said.getvalue().splitlines())][:2] == ["ready", "station"]
    (station,) = said.events("station")
    assert station["start_utc"] == "2024-01-22T09:18:20+00:00"
    assert station["contacts"]
    texts = said.events("text")
    assert "".join(event["text"] for event in texts) == ScriptedEngine().answer(TEXT)
    assert {event["name"] for event in said.events("milestone")} >= {"queued", "uplink_acked", "done"}
    assert "prompt_received" not in said.getvalue(), "the ground does not see what happens on board"
    assert {path.name for path in tmp_path.iterdir()} >= {"ground.journal", "flatsat.journal", "outbox", "keys"}
    recorded = {path.name for path in (tmp_path / "recordings").iterdir()}
    assert recorded == {f"{end}.sigmf-{kind}" for end in ("ground", "flatsat") for kind in ("data", "meta")}


def test_it_answers_whatever_becomes_of_its_frames(tmp_path: Path) -> None:
    lossy = [FrameTrouble(leg="downlink", loss=0.4)]
    with_loss, without = asked(told(tmp_path / "1", faults=lossy)), asked(told(tmp_path / "2"))
    for said in (with_loss, without):
        assert "".join(event["text"] for event in said.events("text")) == ScriptedEngine().answer(TEXT)
    done_s, soonest_s = (said.events("milestone")[-1]["link_time_s"] for said in (with_loss, without))
    assert done_s > soonest_s + 0.5, "what was lost was asked for again"


def test_a_model_that_loads_tells_how_far_until_nobody_wants_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    new_keys(tmp_path / "keys", SecurityMode.ENCRYPTED)
    said = Said()
    worker = Worker(io.StringIO(), said)

    def load(settings: object, on_progress: Callable[[float], None]) -> None:
        on_progress(0.25)
        worker.stopping.set()
        on_progress(0.5)
        pytest.fail("it goes on")

    monkeypatch.setattr("testbed.rigs.memory_station.build_engine", load)
    with pytest.raises(SystemExit) as ended:
        serve(worker, told(tmp_path))
    assert ended.value.code == 0
    assert [event["fraction"] for event in said.events("progress")] == [0.25, 0.5]


def test_without_keys_it_says_so(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match=r"flatsat\.toml"):
        serve(Worker(io.StringIO(), io.StringIO()), told(tmp_path))


def test_what_cannot_be_used_is_an_error_and_status_2(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    station = told(tmp_path, profile="no-such-profile")
    monkeypatch.setattr(sys, "argv", ["station", station.model_dump_json()])
    monkeypatch.setattr(sys, "stdin", io.StringIO())
    monkeypatch.setattr("radio.worker.signal.signal", lambda *_: None)
    assert main() == 2
    (event,) = map(json.loads, capsys.readouterr().out.splitlines())
    assert event["event"] == "error"
    assert "no-such-profile" in event["message"]
