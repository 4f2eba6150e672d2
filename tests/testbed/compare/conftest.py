"""Records as they lie in a file: a prompt asked, one refused, one from before records grew, and an orbit."""

import json
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from testbed.compare.ask_file import ask_run
from testbed.compare.orbit_file import orbit_run
from testbed.compare.run import Run
from testbed.record import RunRecord

ORBIT: dict[str, Any] = {
    "study": "cubesat-uhf",
    "station": "Zurich",
    "start_utc": "2024-01-22T20:02:07.297889+00:00",
    "seed": 3,
    "energy_source": "board: the payload's rail",
    "totals": {"prompts": 3},
    "answers": [
        {
            "number": 1,
            "asked_s": 10.0,
            "on_board_s": 10.5,
            "begun_s": 12.5,
            "ended_s": 32.5,
            "down_s": 35.0,
            "tokens": 50,
            "energy_j": 100.0,
            "joules_per_token": 2.0,
        },
        {
            "number": 2,
            "asked_s": 40.0,
            "on_board_s": 40.5,
            "begun_s": 40.5,
            "ended_s": 50.5,
            "down_s": 51.0,
            "tokens": 11,
            "energy_j": None,
            "joules_per_token": None,
        },
        {
            "number": 3,
            "asked_s": 60.0,
            "on_board_s": 60.5,
            "begun_s": None,
            "ended_s": None,
            "down_s": None,
            "tokens": 0,
            "energy_j": None,
            "joules_per_token": None,
        },
    ],
}


@pytest.fixture
def record(answered: RunRecord) -> dict[str, Any]:
    """What ``testbed ask`` writes, as it is read again."""
    content: dict[str, Any] = json.loads(json.dumps(answered.to_json()))
    return content


@pytest.fixture
def old_record(record: dict[str, Any]) -> dict[str, Any]:
    """A record from before it told profile, station, energy, ITL and goodput."""
    for name in ("profile", "station", "start_utc", "energy", "security", "faults", "devices"):
        del record[name]
    record["latency"] = {name: record["latency"][name] for name in ("ttft_s", "e2e_s", "inference_s", "overhead_ratio")}
    return record


@pytest.fixture
def orbit_record() -> dict[str, Any]:
    """What ``testbed orbit`` writes: two prompts answered, one not begun."""
    return deepcopy(ORBIT)


@pytest.fixture
def asked(record: dict[str, Any]) -> Run:
    """The run of a prompt that was answered in 2.2 s, TTFT 1.7 s."""
    return ask_run(record, "asked/run.json")


@pytest.fixture
def orbited(orbit_record: dict[str, Any]) -> Run:
    """The run of an orbit."""
    return orbit_run(orbit_record, "flown/orbit.json")


@pytest.fixture
def slower(record: dict[str, Any]) -> Run:
    """The same prompt with everything after its first sample a second later, and every frame of the uplink lost."""
    changed = deepcopy(record)
    for event in changed["timeline"]:
        event["link_time_s"] += 1.0 if event["event"] != "queued" else 0.0
    changed["link"]["uplink"] |= {"frames_sent": 10, "frames_lost": 10}
    changed["rig"] = "zmq"
    return ask_run(changed, "slower/run.json")


@pytest.fixture
def refused_run(refused: RunRecord) -> Run:
    """The run of a prompt that was refused."""
    return ask_run(json.loads(json.dumps(refused.to_json())), "refused/run.json")


@pytest.fixture
def folder_of(tmp_path: Path) -> Callable[..., Path]:
    """Write a record into a folder of its own and return the folder."""

    def written(name: str, content: dict[str, Any], file: str = "run.json") -> Path:
        folder = tmp_path / name
        folder.mkdir()
        (folder / file).write_text(json.dumps(content), encoding="utf-8")
        return folder

    return written
