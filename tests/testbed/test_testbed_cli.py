"""The command line as a user meets it: mistakes cost one line and exit status 2."""

import json
import socket
import subprocess
import sys
from collections.abc import Iterator
from importlib import resources
from pathlib import Path

import pytest

SCENARIO = resources.files("testbed").joinpath("scenarios", "loopback.toml").read_text(encoding="utf-8")


def run(*arguments: str, cwd: Path) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "testbed", *arguments]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, timeout=60, check=False)


def written(folder: Path, *changes: tuple[str, str]) -> str:
    """A scenario file with some text replaced."""
    text = SCENARIO
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    path = folder / "changed.toml"
    path.write_text(text, encoding="utf-8")
    return str(path)


@pytest.fixture
def taken_port() -> Iterator[str]:
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        yield f"tcp://127.0.0.1:{server.getsockname()[1]}"


MISTAKES = {
    "unknown profile": ([('profile = "leo-bpsk"', 'profile = "mars"')], ["profile", "mars", "leo-bpsk"]),
    "unknown study": ([('study = "stated"', 'study = "mars"')], ["study", "mars", "stated"]),
    "unknown field": ([("tokens_per_s", "words_per_s")], ["model", "words_per_s", "tokens_per_s"]),
    "wrong type": ([("tokens_per_s = 25.0", 'tokens_per_s = "fast"')], ["model.tokens_per_s", "fast", "number"]),
    "out of range": ([("tokens_per_s = 25.0", "tokens_per_s = -1.0")], ["model.tokens_per_s", "-1", "0"]),
    "no TOML": ([("[model]", "[model")], ["file", "TOML"]),
    "missing model": (
        [('engine = "scripted"', 'model = "/nowhere/model"')],
        ["model", "/nowhere/model", "config.json"],
    ),
    "below the horizon": ([("09:18:20Z", "03:00:00Z")], ["start", "03:00:00", "above"]),
    "sample rate": ([('pace = "fast"', "sample_rate_hz = 60000.0")], ["accepted"]),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_in_the_scenario_costs_one_line(mistake: str, tmp_path: Path) -> None:
    changes, words = MISTAKES[mistake]
    result = run("ask", "hello", "--scenario", written(tmp_path, *changes), cwd=tmp_path)
    assert result.returncode == 2
    assert len(result.stderr.strip().splitlines()) == 1
    for word in (*words, "accepted"):
        assert word in result.stderr
    assert "Traceback" not in result.stderr + result.stdout


def test_a_port_in_use_is_named(taken_port: str, tmp_path: Path) -> None:
    for port in ("ground_rx", "ground_tx", "flatsat_tx"):
        scenario = written(tmp_path, ("[model]", f'[ports]\n{port} = "{taken_port}"\n\n[model]'))
        result = run("ask", "hello", "--scenario", scenario, cwd=tmp_path)
        assert result.returncode == 2
        assert taken_port in result.stderr
        assert "in use" in result.stderr
        assert "Traceback" not in result.stderr


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["", "--rig", "memory"], ["prompt", "16384 octets"]),
        (["x" * 100_000], ["prompt", "100000 octets", "16384"]),
        (["hello", "--rig", "moon"], ["rig", "moon", "memory, zmq, gnuradio"]),
        (["hello", "--scenario", "dream"], ["scenario", "dream", "default"]),
        (["hello", "--scenario", "none.toml"], ["file", "none.toml"]),
        (["hello", "--max-tokens", "0"], ["max-tokens", "0", "65535"]),
        (["hello", "--temperature", "-1"], ["temperature", "-1", "10"]),
        (["hi \udcff there"], ["prompt", "hi", "UTF-8"]),
        (["hello", "--out", "/dev/null"], ["out", "/dev/null", "folder"]),
        (["hello", "--out", "/dev/null/x"], ["out", "/dev/null/x", "folder"]),
        (["hello", "--out", "x" * 300], ["out", "xxx", "folder"]),
    ],
)
def test_a_mistake_in_an_option_costs_one_line(arguments: list[str], words: list[str], tmp_path: Path) -> None:
    result = run("ask", *arguments, cwd=tmp_path)
    assert result.returncode == 2
    assert len(result.stderr.strip().splitlines()) == 1
    for word in (*words, "accepted"):
        assert word in result.stderr


def test_json_is_one_object_and_nothing_else(tmp_path: Path) -> None:
    arguments = ("--rig", "memory", "--scenario", "loopback", "--seed", "9", "--out", "here", "--json")
    result = run("ask", "What do you hear? 🛰", *arguments, cwd=tmp_path)
    assert result.returncode == 0
    found = json.loads(result.stdout)
    assert found["answer"].startswith("You asked: What do you hear? 🛰")
    assert found["seed"] == 9
    assert result.stderr == ""
    assert sorted(path.name for path in (tmp_path / "here").iterdir()) == ["report.html", "run.json", "trace.json"]


def test_a_sample_rate_too_low_for_the_profile_costs_one_line_on_the_memory_rig(tmp_path: Path) -> None:
    low = 'pace = "fast"\nsample_rate_hz = 48000.0'
    scenario = written(tmp_path, ('pace = "fast"', low), ("[model]", "[front_end]\nbandwidth_hz = 40000.0\n\n[model]"))
    result = run("ask", "hello", "--rig", "memory", "--scenario", scenario, cwd=tmp_path)
    assert result.returncode == 2
    assert "symbol_rate_baud" in result.stderr
    assert "Traceback" not in result.stderr


def test_an_answer_is_shown_on_a_terminal_that_lacks_its_letters(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONIOENCODING", "ascii")
    result = run("ask", "où? 🛰", "--rig", "memory", "--scenario", "loopback", cwd=tmp_path)
    assert result.returncode == 0
    assert "You asked: o?? ?" in result.stdout


def test_the_screen_shows_the_answer_the_timeline_and_the_report(tmp_path: Path) -> None:
    result = run("ask", "Who is there?", "--rig", "memory", "--scenario", "loopback", cwd=tmp_path)
    assert result.returncode == 0
    for words in ("You asked: Who is there?", "uplink first sample", "seed", "report.html", "trace.json"):
        assert words in result.stdout
    assert list(tmp_path.glob("runs/*/report.html"))


def test_help_teaches(tmp_path: Path) -> None:
    result = run("ask", "--help", cwd=tmp_path)
    assert result.returncode == 0
    for words in ("Example:", "--rig", "gnuradio", "Exit status", "loopback"):
        assert words in result.stdout
