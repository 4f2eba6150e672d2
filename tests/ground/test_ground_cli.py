import io
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from edge.database import connect
from ground.cli import app
from protocol.sdls.link_keys import SecurityMode
from radio.worker import Worker
from testbed.keys import GROUND, counter_path, key_path, new_keys

COMMAND = [sys.executable, "-c", "from ground.cli import main; raise SystemExit(main())", "serve"]
NOWHERE = "tcp://127.0.0.1:9"
END_S = 5.0

Mistake = Callable[..., str]
Start = Callable[[], "subprocess.Popen[str]"]


@pytest.fixture
def working(quick_path: Path) -> list[str]:
    """Options that a rig gives."""
    new_keys(quick_path, SecurityMode.ENCRYPTED)
    files = ["--keys", str(key_path(quick_path, GROUND)), "--journal", str(quick_path / "journal")]
    return ["--rx", NOWHERE, "--until-stdin-closes", *files]


@pytest.fixture
def mistake(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Mistake:
    """Run the command in this process; return its message once it ended as a user's mistake does."""
    monkeypatch.setattr(Worker, "on_standard_streams", lambda _: Worker(io.StringIO(), sys.stdout))

    def run(*arguments: str) -> str:
        with pytest.raises(SystemExit) as ended:
            app(["serve", *arguments])
        assert ended.value.code == 2
        said = capsys.readouterr()
        (event,) = [json.loads(line) for line in said.out.splitlines()]
        assert said.err == f"ground: {event['message']}\n", "the same words, on one line"
        assert event["event"] == "error"
        return str(event["message"])

    return run


@pytest.fixture
def start(working: list[str]) -> Iterator[Start]:
    started: list[subprocess.Popen[str]] = []

    def start() -> "subprocess.Popen[str]":
        pipe = subprocess.PIPE
        started.append(subprocess.Popen([*COMMAND, *working], stdin=pipe, stdout=pipe, stderr=pipe, text=True))
        return started[-1]

    yield start
    for process in started:
        process.kill()
        process.communicate()


def await_ready(process: "subprocess.Popen[str]") -> dict[str, str]:
    assert process.stdout is not None
    for line in process.stdout:
        event: dict[str, str] = json.loads(line)
        if event["event"] == "ready":
            return event
    raise AssertionError("it ended before it was ready")


@pytest.mark.parametrize(
    ("options", "field", "accepted"),
    [
        (["--profile", "nope"], "profile", "one of leo-bpsk"),
        (["--profile", "/nope.toml"], "/nope.toml", "a readable TOML file"),
        (["--front-end", "usb"], "front-end", "zmq, gnuradio or the path"),
        (["--sample-rate-hz", "0"], "sample-rate-hz", "more than 0"),
        (["--sample-rate-hz", "nan"], "sample-rate-hz", "more than 0"),
        (["--sample-rate-hz", "1"], "sample_rate_hz", "a rate"),
        (["--block", "0"], "block", "1 or more"),
        (["--rx", "somewhere"], "somewhere", "a free endpoint"),
        (["--tx", "somewhere"], "somewhere", "a free endpoint"),
        (["--contact", "5:3"], "contact", "an AOS of 0 s or more and a later LOS"),
        (["--contact", "nan:3"], "contact", "an AOS of 0 s or more and a later LOS"),
        (["--contact", "soon"], "contact", "AOS:LOS in seconds"),
        (["--contact", "1:2:3"], "contact", "AOS:LOS in seconds"),
        (["--seed", "-1"], "seed", "0 or more"),
    ],
)
def test_a_wrong_value_is_named_with_what_is_accepted(
    mistake: Mistake, working: list[str], options: list[str], field: str, accepted: str
) -> None:
    message = mistake(*working, *options)
    assert field in message
    assert "accepted: " + accepted in message


def test_keys_that_others_can_read_are_not_used(mistake: Mistake, working: list[str], quick_path: Path) -> None:
    key_path(quick_path, GROUND).chmod(0o644)
    assert "nobody else can read" in mistake(*working)


def test_keys_without_their_counters_are_not_used(mistake: Mistake, working: list[str], quick_path: Path) -> None:
    counter_path(quick_path, GROUND).unlink()
    assert str(counter_path(quick_path, GROUND)) in mistake(*working)


@pytest.mark.parametrize("journal", ["/proc/nowhere/journal", "/proc"])
def test_a_journal_that_cannot_be_opened_is_named(mistake: Mistake, working: list[str], journal: str) -> None:
    assert journal in mistake(*working, "--journal", journal)


def test_a_journal_of_a_newer_program_is_left_alone(mistake: Mistake, working: list[str], quick_path: Path) -> None:
    newer = connect(quick_path / "journal")
    newer.execute("PRAGMA user_version = 99")
    newer.execute("PRAGMA application_id = 99")
    newer.close()
    assert "is newer: its schema is version 99" in mistake(*working)


@pytest.mark.parametrize("option", ["--keys", "--journal"])
def test_keys_and_journal_have_to_be_named(working: list[str], option: str, capsys: pytest.CaptureFixture[str]) -> None:
    at = working.index(option)
    with pytest.raises(SystemExit) as ended:
        app(["serve", *working[:at], *working[at + 2 :]])
    assert ended.value.code == 2
    assert option in capsys.readouterr().err


def test_a_port_in_use_is_named(mistake: Mistake, working: list[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        endpoint = f"tcp://127.0.0.1:{taken.getsockname()[1]}"
        message = mistake(*working, "--tx", endpoint)
    assert endpoint in message
    assert "in use" in message


def test_a_mistake_ends_the_process_without_a_traceback(working: list[str]) -> None:
    ended = subprocess.run(
        [*COMMAND, *working, "--block", "0"], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60
    )
    assert ended.returncode == 2
    assert ended.stderr == "ground: block is 0; accepted: 1 or more\n"
    assert json.loads(ended.stdout)["event"] == "error"


@pytest.mark.parametrize("how", ["input closes", "SIGTERM"])
def test_it_serves_until_it_is_told_to_stop(start: Start, how: str) -> None:
    process = start()
    assert await_ready(process)["tx"].startswith("tcp://127.0.0.1:")
    asked_s = time.monotonic()
    if how == "SIGTERM":
        process.send_signal(signal.SIGTERM)
        assert process.wait(END_S) == 0
    out, err = process.communicate(timeout=END_S)  # closes its standard input
    assert time.monotonic() - asked_s < END_S
    assert (process.returncode, out, err) == (0, "", "")


def test_two_programs_do_not_share_a_journal_and_a_killed_one_gives_it_back(
    start: Start, mistake: Mistake, working: list[str], quick_path: Path
) -> None:
    process = start()
    await_ready(process)
    assert "a file that no other program uses" in mistake(*working)
    others = quick_path / "others"
    new_keys(others, SecurityMode.ENCRYPTED)
    assert "another process uses it" in mistake(*working, "--keys", str(key_path(others, GROUND)))
    process.kill()
    process.wait()
    assert await_ready(start())


def test_nothing_is_left_when_the_parent_is_killed(quick_path: Path, working: list[str]) -> None:
    pid_file = quick_path / "pid"
    parent = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "import pathlib, subprocess, sys\n"
            "child = subprocess.Popen(sys.argv[2:], stdin=subprocess.PIPE, stdout=subprocess.PIPE)\n"
            "while b'ready' not in child.stdout.readline(): pass\n"
            "child.stdin.write(b'{\"comm')\n"
            "child.stdin.flush()\n"
            "pathlib.Path(sys.argv[1]).write_text(str(child.pid))\n"
            "child.wait()\n",
            str(pid_file),
            *COMMAND,
            *working,
        ]
    )
    child = None
    try:
        wait_until(lambda: pid_file.exists() and pid_file.read_text() != "", 60.0)
        child = int(pid_file.read_text())
        parent.kill()
        wait_until(lambda: not runs(child), END_S)
    finally:
        parent.kill()
        parent.wait()
        if child and runs(child):
            os.kill(child, signal.SIGKILL)


def wait_until(done: Callable[[], bool], limit_s: float) -> None:
    end_s = time.monotonic() + limit_s
    while not done():
        assert time.monotonic() < end_s
        time.sleep(0.05)


def runs(pid: int) -> bool:
    """Return whether a process runs; one that ended and that nobody has waited for does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False
