"""A record is found in its folder and told by what it holds."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from testbed.compare.run_file import read_run
from testbed.errors import ScenarioError

FolderOf = Callable[..., Path]


def test_a_folder_or_its_record_is_the_same_run(folder_of: FolderOf, record: dict[str, Any]) -> None:
    folder = folder_of("one", record)
    assert read_run(folder) == read_run(folder / "run.json")
    assert read_run(folder).path == str(folder / "run.json")


def test_an_orbit_is_read_whatever_its_file_is_called(folder_of: FolderOf, orbit_record: dict[str, Any]) -> None:
    assert read_run(folder_of("one", orbit_record, "orbit.json")).rig == "orbit"
    assert read_run(folder_of("two", orbit_record, "mine.json") / "mine.json").rig == "orbit"


def test_a_folder_without_a_record_is_named(tmp_path: Path) -> None:
    with pytest.raises(
        ScenarioError, match=r"RUN is .*accepted: a folder with one of run.json, orbit.json, events.jsonl"
    ):
        read_run(tmp_path)


def test_a_folder_with_two_records_is_refused(folder_of: FolderOf, record: dict[str, Any]) -> None:
    folder = folder_of("one", record)
    (folder / "orbit.json").write_text("{}", encoding="utf-8")
    with pytest.raises(ScenarioError, match="a folder with one of"):
        read_run(folder)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "in JSON"),
        (b"{", "in JSON"),
        (b"\xff\xfe", "in JSON"),
        (b"[" * 100_000, "in JSON"),
        (b"9" * 5000, "in JSON"),
        (b"[1, 2]", r"content is \[1, 2\]; accepted: a JSON object"),
        (json.dumps({"points": []}).encode(), "'testbed ask' or 'testbed orbit'"),
    ],
)
def test_what_is_no_record_costs_one_message(content: bytes, said: str, tmp_path: Path) -> None:
    file = tmp_path / "results.json"
    file.write_bytes(content)
    with pytest.raises(ScenarioError, match=said) as caught:
        read_run(file)
    assert str(file) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match="No such file"):
        read_run(tmp_path / "nowhere")


def test_a_name_cannot_steer_the_terminal(folder_of: FolderOf) -> None:
    with pytest.raises(ScenarioError) as caught:
        read_run(folder_of("\x1b[2J", {"timeline": 1}))
    assert "\x1b" not in str(caught.value)
