"""The campaign command as a user meets it."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from edge.command_line import run_app
from testbed.cli import app

Captured = pytest.CaptureFixture[str]


@pytest.fixture
def file(write_campaign: Callable[..., str]) -> str:
    """A campaign that passes."""
    return write_campaign(
        ("eb_n0_db = [6.0, 8.0]", "eb_n0_db = [2.0, 3.0]"),
        ("errors = 40", "errors = 60"),
        ("most_frames = 400", "most_frames = 2000"),
        ('{ kind = "bch" }', '{ kind = "at-most", rate = 1.0 }'),
    )


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "testbed", "campaign", *arguments]


def run(*arguments: str, cwd: Path) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(command(*arguments), cwd=cwd, capture_output=True, text=True, timeout=100, check=False)


def test_one_worker_and_two_find_the_same_and_a_second_run_finds_it_there(
    file: str, tmp_path: Path, capsys: Captured
) -> None:
    one, two = (run(file, "--workers", n, "--out", n, "--json", cwd=tmp_path) for n in ("1", "2"))
    assert one.returncode == two.returncode == 0
    assert one.stdout == two.stdout
    assert json.loads(one.stdout)["passed"] is True
    assert json.loads(one.stdout) == json.loads((tmp_path / "2" / "results.json").read_text())
    assert run_app(app, "testbed", ["campaign", file, "--out", str(tmp_path / "2")]) == 0
    told = capsys.readouterr().out
    assert "4 of 4 points done" in told
    assert "report.md" in told


def test_a_point_out_of_its_band_costs_a_line_and_status_1(file: str, tmp_path: Path) -> None:
    path = Path(file)
    path.write_text(path.read_text().replace("rate = 1.0", "rate = 0.001"), encoding="utf-8")
    result = run(file, "--workers", "1", cwd=tmp_path)
    assert result.returncode == 1
    lines = result.stderr.strip().splitlines()
    assert len(lines) == 2
    assert all("worse than predicted" in line and line.startswith("testbed: A code") for line in lines)
    assert (tmp_path / "runs" / "campaign-small-1" / "a-code.png").exists()


def test_an_interrupt_leaves_no_process_and_keeps_what_is_finished(file: str, tmp_path: Path) -> None:
    path = Path(file)
    path.write_text(path.read_text().replace("errors = 60", "errors = 10_000_000").replace("2000", "10_000_000"))
    process = subprocess.Popen(
        command(file, "--workers", "1", "--out", "out"),
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # ignored where tests run in the background
    )
    ledger = tmp_path / "out" / "units.jsonl"
    end = time.monotonic() + 60
    while time.monotonic() < end and not (ledger.exists() and len(ledger.read_text().splitlines()) > 3):
        time.sleep(0.05)
    os.killpg(process.pid, signal.SIGINT)
    _, said = process.communicate(timeout=30)
    assert process.returncode == 130
    assert said == "testbed: interrupted; the same command goes on from here\n"
    assert len(ledger.read_text().splitlines()) > 3
    assert _living(process.pid) == []


def _living(session: int) -> list[str]:
    """Processes of a session that still run; those whose parent never asked for their status are none."""
    listed = subprocess.run(
        ["ps", "-o", "stat=,args=", "-g", str(session)], capture_output=True, text=True, check=False
    )
    return [line for line in listed.stdout.splitlines() if not line.startswith("Z")]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["dream"], ["campaign", "dream", "quick"]),
        (["none.toml"], ["file", "none.toml"]),
        (["quick", "--workers", "0"], ["workers", "0", "1024"]),
        (["quick", "--workers", "2", "--scheduler", "tcp://127.0.0.1:1"], ["workers", "--scheduler"]),
        (["quick", "--scheduler", "tcp://127.0.0.1:1"], ["scheduler", "tcp://127.0.0.1:1"]),
        (["quick", "--scheduler", "nonsense"], ["scheduler", "nonsense"]),
        (["quick", "--seed", "-1"], ["seed", "-1"]),
        (["quick", "--out", "/dev/null"], ["out", "/dev/null", "folder"]),
    ],
)
def test_a_mistake_costs_one_line(
    arguments: list[str], words: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run_app(app, "testbed", ["campaign", *arguments]) == 2
    told = capsys.readouterr().err
    assert len(told.strip().splitlines()) == 1
    for word in (*words, "accepted"):
        assert word in told


def test_results_of_something_else_are_refused(file: str, tmp_path: Path, capsys: Captured) -> None:
    ledger = tmp_path / "units.jsonl"
    ledger.write_text('{"campaign":"of another kind","radio code":"x","seed":"1"}\n')
    assert run_app(app, "testbed", ["campaign", file, "--out", str(tmp_path)]) == 2
    told = capsys.readouterr().err
    assert len(told.strip().splitlines()) == 1
    for words in ("another campaign", "--anew", "accepted"):
        assert words in told


def test_help_teaches(capsys: Captured) -> None:
    assert run_app(app, "testbed", ["campaign", "--help"]) == 0
    told = capsys.readouterr().out
    for words in ("Example:", "--scheduler", "--anew", "Exit status", "implementation-loss"):
        assert words in told
