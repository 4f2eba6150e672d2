import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ground.errors import RequestError
from ground.mission_control.event_log import EventLog, log_line

JSON_VALUES = st.none() | st.booleans() | st.integers() | st.floats() | st.text()


def event(name: str, /, **fields: Any) -> dict[str, Any]:
    return {"event": name, "wall_time_s": 1_700_000_000.5, **fields}


def warnings_of() -> list[str]:
    return []


def test_a_milestone_is_a_line() -> None:
    done = {"finish_reason": "stop", "text": "not logged"}
    milestone = event("milestone", name="done", prompt_id="aa", link_time_s=3.5, detail=done)
    line = log_line(milestone, 3.0)
    assert line is not None
    assert json.loads(line) == {
        "time": "2023-11-14T22:13:20.500+00:00",
        "level": "info",
        "event": "milestone",
        "link_time_s": 3.5,
        "prompt_id": "aa",
        "name": "done",
        "finish_reason": "stop",
    }


@pytest.mark.parametrize(
    ("told", "level"),
    [
        (event("milestone", name="refused", prompt_id="aa", link_time_s=1.0, detail={"reason": "too_hot"}), "warning"),
        (event("warning", message="w"), "warning"),
        (event("error", message="e"), "error"),
        (event("rejected", prompt_id=None, field="seed", value=-1, accepted="0 or more"), "warning"),
        (event("uplink", link_time_s=1.0, state="active"), "info"),
    ],
)
def test_levels(told: dict[str, Any], level: str) -> None:
    assert json.loads(log_line(told, 2.0) or "")["level"] == level


@pytest.mark.parametrize("name", ["time", "text", "view", "health", "known", "sending", "summary", "something new"])
def test_what_comes_often_or_was_written_by_somebody_is_not_logged(name: str) -> None:
    assert log_line(event(name, text="x"), 1.0) is None


def test_what_has_no_link_time_has_the_last_one() -> None:
    assert json.loads(log_line(event("warning", message="w"), 7.0) or "")["link_time_s"] == 7.0


@given(fields=st.dictionaries(st.text(), JSON_VALUES), detail=st.dictionaries(st.text(), JSON_VALUES))
def test_whatever_an_event_holds_is_one_line_of_json(fields: dict[str, Any], detail: dict[str, Any]) -> None:
    line = log_line({**fields, **event("warning", message="w", detail=detail)}, None)
    assert line is not None
    assert line.isascii()
    assert "\n" not in line
    found = json.loads(line, parse_constant=lambda text: pytest.fail(text))
    assert (found["event"], found["level"], found["time"]) == ("warning", "warning", "2023-11-14T22:13:20.500+00:00")


def test_a_file_has_a_line_for_each_event_that_is_logged(tmp_path: Path) -> None:
    path, said = tmp_path / "log.json", warnings_of()
    log = EventLog(str(path), said.append)
    log.take(event("time", link_time_s=4.0))
    log.take(event("warning", message="w"))
    log.close()
    (line,) = path.read_text().splitlines()
    assert json.loads(line)["link_time_s"] == 4.0
    assert said == []


def test_standard_error(capsys: pytest.CaptureFixture[str]) -> None:
    log = EventLog("-", print)
    log.take(event("warning", message="w"))
    log.close()
    captured = capsys.readouterr()
    assert json.loads(captured.err)["message"] == "w"
    assert captured.out == ""


def test_a_file_that_cannot_be_written_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RequestError, match="log is"):
        EventLog(str(tmp_path / "missing" / "log"), print)


def test_a_full_disk_is_told_once() -> None:
    """/dev/full takes no octet."""
    said = warnings_of()
    log = EventLog("/dev/full", said.append)
    for _ in range(3):
        log.take(event("warning", message="w"))
    log.close()
    assert len(said) == 1
    assert "No space left" in said[0]
