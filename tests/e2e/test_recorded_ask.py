"""A question whose signals are kept, and heard again: ``testbed ask --record``, then ``testbed replay``."""

import json
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from edge.command_line import run_app
from ground.contact import Contact
from radio.recording.recorder import UTC_FORMATS
from testbed.bench.bench import Bench, BoardTable, EndTable, MachineTable
from testbed.cli import app
from testbed.physics import Physics, work_out
from testbed.rigs.processes import ProcessRig
from testbed.rigs.rig import AskRequest, SilentListener
from testbed.scenario import Scenario

SEED = 3
RECORDED = {f"{end}.sigmf-{kind}" for end in ("ground", "flatsat") for kind in ("data", "meta")}
REPORTED = {"report.html", "run.json", "trace.json"}

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run the command line in a folder of its own; return its status and what it said."""
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str) -> tuple[int, str, str]:
        status = run_app(app, "testbed", list(arguments))
        said = capsys.readouterr()
        return status, said.out, said.err

    return run


@pytest.fixture
def short_contact(monkeypatch: pytest.MonkeyPatch) -> None:
    """The spacecraft sets in the midst of the answer."""

    def shortened(scenario: Scenario, seed: int) -> Physics:
        return replace(work_out(scenario, seed), contacts=[Contact(0.0, 1.0)])

    monkeypatch.setattr("testbed.session.work_out", shortened)


def ask(rig: str) -> tuple[str, ...]:
    return "ask", "What was it?", "--rig", rig, "--scenario", "loopback", "--seed", str(SEED), "--record"


@pytest.mark.parametrize("rig", ["memory", "zmq"])
def test_a_recorded_question_is_heard_again(rig: str, run: Run, tmp_path: Path) -> None:
    status, out, _ = run(*ask(rig), "--out", "kept")
    assert (status, "kept  (testbed replay)" in out) == (0, True)
    assert {path.name for path in (tmp_path / "kept").iterdir()} == RECORDED | REPORTED
    status, out, _ = run("replay", "kept")
    assert status == 0
    assert [line.endswith("the same frames again") for line in out.splitlines()] == [True, True]


def test_a_recording_says_when_it_was(run: Run, tmp_path: Path) -> None:
    assert run(*ask("memory"), "--json")[0] == 0
    (meta,) = tmp_path.glob("runs/*/ground.sigmf-meta")
    start = work_out(Scenario.load("loopback"), SEED).start_utc
    captures = json.loads(meta.read_text())["captures"]
    first_utc, first_s = (captures[0][field] for field in ("core:datetime", "flatsat_testbed:link_time_s"))
    assert datetime.strptime(first_utc, UTC_FORMATS[1]) == start + timedelta(seconds=first_s)


@pytest.mark.usefixtures("short_contact")
@pytest.mark.parametrize("rig", ["memory", "zmq"])
def test_of_a_question_without_an_answer_the_recording_is_left_and_named(rig: str, run: Run, tmp_path: Path) -> None:
    status, _, err = run(*ask(rig))
    assert status == 1
    assert "the contact ended" in err
    (folder,) = tmp_path.glob("runs/*")
    assert err.splitlines()[-1].endswith(f"testbed replay runs/{folder.name}")
    assert {path.name for path in folder.iterdir()} == RECORDED
    status, out, _ = run("replay", str(folder), "--json")
    assert (status, len(json.loads(out)["recordings"])) == (0, 2)


def test_what_was_not_recorded_is_not_spoken_of(run: Run, tmp_path: Path) -> None:
    status, _, err = run(*ask("moon"))
    assert (status, err.count("\n"), list(tmp_path.iterdir())) == (2, 1, [])


def test_a_radio_without_samples_is_not_recorded(run: Run, tmp_path: Path) -> None:
    status, _, err = run(*ask("serial-radio"))
    assert (status, "gives no samples" in err) == (2, True)
    assert not list(tmp_path.rglob("*.sigmf-*"))


def test_an_end_elsewhere_keeps_its_recording_there(loopback: Scenario, tmp_path: Path) -> None:
    there = MachineTable(python=[sys.executable], folder=str(tmp_path / "there"))
    bench = Bench(name="far", flatsat=EndTable(machine=there), board=BoardTable(kind="none"))
    here = tmp_path / "here"
    with ProcessRig(bench, loopback, work_out(loopback, SEED), SEED, SilentListener(), here) as rig:
        rig.ask(AskRequest("Who is there?"))
    assert {path.name for path in here.iterdir()} == {"ground.sigmf-data", "ground.sigmf-meta"}
    (kept,) = (tmp_path / "there").iterdir()  # and no keys
    assert {path.name for path in kept.iterdir()} == {"flatsat.sigmf-data", "flatsat.sigmf-meta"}
