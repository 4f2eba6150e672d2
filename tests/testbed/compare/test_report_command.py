"""The command as a user meets it."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
import typer

from edge.command_line import run_app
from testbed.compare.command import EPILOG, report

FolderOf = Callable[..., Path]

app = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)
app.command(epilog=EPILOG)(report)


def run(*arguments: object) -> int:
    return run_app(app, "testbed", [str(argument) for argument in arguments])


@pytest.fixture
def folders(folder_of: FolderOf, record: dict[str, Any], orbit_record: dict[str, Any]) -> list[Path]:
    return [folder_of("first", record), folder_of("second", record), folder_of("orbit", orbit_record, "orbit.json")]


def test_runs_are_compared(folders: list[Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = tmp_path / "new" / "folder" / "page.html"
    assert run(*folders, "--out", page) == 0
    out, err = capsys.readouterr()
    assert err == ""
    assert "2 · memory" in out
    assert "same" in out
    assert out.replace("\n", "").endswith(f"report  {page}")
    assert page.read_text(encoding="utf-8").startswith("<!DOCTYPE html>")


def test_json_is_all_that_is_printed(
    folders: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(folders[0], "--json") == 0
    assert json.loads(capsys.readouterr().out)["runs"][0]["path"] == str(folders[0] / "run.json")
    assert not (tmp_path / "runs").exists()


def test_the_page_lies_with_the_runs_if_no_place_is_given(
    folders: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(folders[0]) == 0
    [page] = (tmp_path / "runs").iterdir()
    assert page.name.endswith("-report.html")


def test_a_budget_exceeded_fails(folders: list[Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    junit = tmp_path / "budgets.xml"
    arguments = ("--budget", "e2e=3", "--budget", "ttft=1.5", "--junit", junit, "--json")
    assert run(folders[0], *arguments) == 1
    out, err = capsys.readouterr()
    assert err == f"testbed: {folders[0] / 'run.json'}: ttft took 1.700 s; its budget is 1.5 s\n"
    assert json.loads(out)["passed"] is False
    assert ElementTree.parse(junit).getroot().get("failures") == "1"


def test_a_budget_kept_passes(folders: list[Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(*folders[:2], "--budget", "e2e=3", "--out", tmp_path / "page.html") == 0
    assert capsys.readouterr().out.count(" kept ") == 2


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--budget", "e2e"], "budget is 'e2e'; accepted: SPAN=SECONDS"),
        (["--budget", "speed=3"], "budget is 'speed'; accepted: one of ttft, itl, e2e"),
        (["--junit", "x.xml"], "junit is 'x.xml'; accepted: a file, with at least one --budget"),
        (["--out", "/proc/none/page.html"], "out is '/proc/none/page.html'; accepted: a file that can be written"),
        (["--out", "/"], "out is '/'; accepted: a file that can be written"),
        (["--depth", "3"], "--depth"),
    ],
)
def test_a_mistake_costs_one_line(
    options: list[str], said: str, folders: list[Path], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(folders[0], *options) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("testbed: ")
    assert err.count("\n") == 1
    assert said in err


def test_no_run_is_a_mistake(capsys: pytest.CaptureFixture[str]) -> None:
    assert run() == 2
    assert "RUN" in capsys.readouterr().err


def test_a_run_that_cannot_be_read_leaves_no_page(
    folder_of: FolderOf, record: dict[str, Any], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    record["seed"] = "one"
    broken, page = folder_of("broken", record), tmp_path / "page.html"
    assert run(broken, "--out", page) == 2
    assert capsys.readouterr().err.startswith(f"testbed: {broken / 'run.json'}: seed is 'one'; accepted: ")
    assert not page.exists()


def test_what_a_record_says_does_not_steer_the_terminal(
    folder_of: FolderOf, record: dict[str, Any], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    record["rig"] = "\x1b[2J[red]x"
    assert run(folder_of("\x1b]0;x", record), "--budget", "e2e=0.1", "--out", tmp_path / "page.html") == 1
    out, err = capsys.readouterr()
    assert "\x1b" not in out + err
    assert "[red]x" in out


def test_help_teaches(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--help") == 0
    said = " ".join(capsys.readouterr().out.split())
    for words in (
        "Example: testbed report",
        "TTFT is",
        "Exit status: 0 compared, 1 a budget exceeded",
        "waiting_on_board",
    ):
        assert words in said
