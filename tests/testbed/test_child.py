"""A child process: its events, its errors, its end."""

import os
import time
from pathlib import Path

import pytest

from testbed.errors import RigError, SettingsError
from testbed.rigs.child import Child

PROGRAM = """
import json, sys, time

def say(**event):
    print(json.dumps(event), flush=True)

def main():
    how = sys.argv[1]
    if how == "refuses":
        say(event="error", message="field x is 1; accepted: 2")
        return 2
    if how == "refuses in words":
        print("program: option y is 1; accepted: 2", file=sys.stderr)
        return 2
    if how == "crashes":
        raise ZeroDivisionError("by nobody")
    say(event="hello")
    say(event="ready", port=7)
    if how == "stubborn":
        time.sleep(60)
    for line in sys.stdin:
        say(event="echo", said=json.loads(line))
    return 0
"""


@pytest.fixture
def start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Starts the program in one of its ways, and ends it after the test."""
    (tmp_path / "program_of_the_test.py").write_text(PROGRAM, encoding="utf-8")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    children = []

    def begin(how: str) -> Child:
        children.append(Child("program", "program_of_the_test", [how], tmp_path / "stderr"))
        return children[-1]

    yield begin
    for child in children:
        child.close_input()
        child.wait()


def test_waits_for_an_event_and_keeps_what_came_before(start) -> None:
    ready, before = start("works").wait_for("ready", 10)
    assert ready["port"] == 7
    assert [event["event"] for event in before] == ["hello"]


def test_a_command_is_answered(start) -> None:
    child = start("works")
    child.wait_for("ready", 10)
    child.command("ask", text="où? 🛰")
    echo, _ = child.wait_for("echo", 10)
    assert echo["said"] == {"command": "ask", "text": "où? 🛰"}


@pytest.mark.parametrize("how", ["refuses", "refuses in words"])
def test_a_refused_setting_is_the_users_mistake(start, how: str) -> None:
    with pytest.raises(SettingsError, match="is 1; accepted: 2"):
        start(how).wait_for("ready", 10)


def test_a_crash_is_the_rigs_failure_and_names_the_program(start) -> None:
    with pytest.raises(RigError, match=r"program ended: ZeroDivisionError: by nobody"):
        start("crashes").wait_for("ready", 10)


def test_an_end_is_noticed_by_a_look_at_the_events(start) -> None:
    child = start("works")
    child.wait_for("ready", 10)
    child.close_input()
    child.wait()
    with pytest.raises(RigError, match="program ended"):
        child.events()
    with pytest.raises(RigError, match="program ended"):
        child.command("ask")
    with pytest.raises(RigError, match="program ended"):
        child.raise_if_ended()


def test_an_event_that_does_not_come_is_given_up(start) -> None:
    with pytest.raises(RigError, match=r"program did not say 'never' within 0\.5 s"):
        start("works").wait_for("never", 0.5)


def test_one_that_does_not_stop_is_ended(start, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("testbed.rigs.child._STOP_S", 0.3)
    child = start("stubborn")
    child.wait_for("ready", 10)
    child.close_input()
    begin = time.monotonic()
    child.wait()
    assert time.monotonic() - begin < 5
    assert not os.path.exists(f"/proc/{child._process.pid}/status")
