"""The page on transmit safety says what the code does."""

from pathlib import Path

from radio.transmit.interlock import TRANSITIONS
from radio.transmit.refusal import Cause

PAGE = (Path(__file__).parents[3] / "docs" / "transmit-safety.md").read_text(encoding="utf-8")


def rows(heading):
    section = PAGE.split(f"\n## {heading}\n")[1].split("\n## ")[0]
    table = [line.strip("|").split("|") for line in section.splitlines() if line.startswith("|")]
    return [tuple(cell.strip() for cell in row) for row in table[2:]]


def test_all_states_and_events_are_there():
    code = [(state.value, event.value, following.value) for (state, event), following in TRANSITIONS.items()]
    assert rows("States") == code


def test_all_causes_are_there():
    assert [row[0].strip("`") for row in rows("What is refused")] == [cause.value for cause in Cause]
