"""A child process: its events, its errors, its end."""

import os
import sys
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
    if how == "babbles":
        print("a library's own words", [1], sep=chr(10), flush=True)
        print('{"event": "cut o', flush=True)
    say(event="hello")
    say(event="ready", port=7)
    if how == "fails later":
        say(event="error", message="the sky is gone")
        return 2
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
        children.append(Child("program", "program_of_the_test", [how], tmp_path / "stderr", [sys.executable]))
        return children[-1]

    yield begin
    for child in children:
        child.close_input()
        child.wait()


def wait_for(child: Child, name: str) -> tuple[dict[str, object], list[dict[str, object]]]:
    """Return the first event of a name, and those that came before it."""
    seen = []
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        for event in child.events():
            if event["event"] == name:
                return event, seen
            seen.append(event)
        time.sleep(0.01)
    raise AssertionError(f"no {name}, but {seen}")


def test_waits_for_an_event_and_keeps_what_came_before(start) -> None:
    ready, before = wait_for(start("works"), "ready")
    assert ready["port"] == 7
    assert [event["event"] for event in before] == ["hello"]


def test_a_command_is_answered(start) -> None:
    child = start("works")
    wait_for(child, "ready")
    child.command("ask", text="où? 🛰")
    echo, _ = wait_for(child, "echo")
    assert echo["said"] == {"command": "ask", "text": "où? 🛰"}


@pytest.mark.parametrize("how", ["refuses", "refuses in words"])
def test_a_refused_setting_is_the_users_mistake(start, how: str) -> None:
    with pytest.raises(SettingsError, match="is 1; accepted: 2"):
        wait_for(start(how), "ready")


def test_a_crash_is_the_rigs_failure_and_names_the_program(start) -> None:
    with pytest.raises(RigError, match=r"program ended: ZeroDivisionError: by nobody"):
        wait_for(start("crashes"), "ready")


def test_an_end_is_noticed_by_a_look_at_the_events(start) -> None:
    child = start("works")
    wait_for(child, "ready")
    child.close_input()
    child.wait()
    with pytest.raises(RigError, match="program ended"):
        child.events()
    with pytest.raises(RigError, match="program ended"):
        child.command("ask")
    with pytest.raises(RigError, match="program ended"):
        child.raise_if_ended()


def test_one_that_does_not_stop_is_ended(start, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("testbed.rigs.child._STOP_S", 0.3)
    child = start("stubborn")
    wait_for(child, "ready")
    child.close_input()
    begin = time.monotonic()
    child.wait()
    assert time.monotonic() - begin < 5
    assert not os.path.exists(f"/proc/{child._process.pid}/status")


def test_a_line_that_is_no_event_is_passed_over(start) -> None:
    ready, before = wait_for(start("babbles"), "ready")
    assert ready["port"] == 7
    assert [event["event"] for event in before] == ["hello"]


def test_what_fails_after_it_was_ready_is_no_mistake_of_the_users(start) -> None:
    child = start("fails later")
    with pytest.raises(RigError, match="the sky is gone"):
        wait_for(child, "never")


def test_one_that_was_killed_is_named_with_the_signal(start) -> None:
    child = start("works")
    wait_for(child, "ready")
    child._process.kill()
    with pytest.raises(RigError, match="program was ended by SIGKILL"):
        wait_for(child, "never")


def test_the_last_words_of_one_that_ended_are_not_lost(start) -> None:
    child = start("refuses")
    child._process.wait(10)
    with pytest.raises(SettingsError, match="field x is 1"):
        child.raise_if_ended()
