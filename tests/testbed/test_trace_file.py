import json
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest

from testbed.record import RunRecord
from testbed.trace_file import trace_events, write_trace

EVERY_RECORD = pytest.mark.parametrize("name", ["answered", "refused", "silent"])


def _names(events: list[dict[str, Any]], kind: str) -> dict[tuple[int, int], str]:
    return {(e["pid"], e["tid"]): e["args"]["name"] for e in events if e["ph"] == "M" and e["name"] == kind}


def _spans(events: list[dict[str, Any]], track: str) -> list[dict[str, Any]]:
    return [e for e in events if e["ph"] == "X" and e["cat"] == track]


@EVERY_RECORD
def test_every_event_is_valid(name: str, request: pytest.FixtureRequest) -> None:
    events = trace_events(request.getfixturevalue(name))
    processes = {pid for pid, _ in _names(events, "process_name")}
    threads = _names(events, "thread_name")
    for event in events:
        assert event["ph"] in ("M", "X", "i")
        assert isinstance(event["name"], str)
        assert event["name"]
        assert isinstance(event["ts"], int)
        assert event["pid"] in processes
        if event["ph"] != "M":
            assert (event["pid"], event["tid"]) in threads
        if event["ph"] == "X":
            assert event["dur"] >= 0
        if event["ph"] == "i":
            assert event["s"] == "t"


@EVERY_RECORD
def test_spans_of_a_track_nest_or_follow_one_another(name: str, request: pytest.FixtureRequest) -> None:
    tracks: dict[tuple[int, int], list[dict[str, Any]]] = defaultdict(list)
    for event in trace_events(request.getfixturevalue(name)):
        if event["ph"] == "X":
            tracks[event["pid"], event["tid"]].append(event)
    for spans in tracks.values():
        open_until: list[int] = []
        for span in sorted(spans, key=lambda span: (span["ts"], -span["dur"])):
            while open_until and open_until[-1] <= span["ts"]:
                open_until.pop()
            assert not open_until or span["ts"] + span["dur"] <= open_until[-1]
            open_until.append(span["ts"] + span["dur"])


def test_times_are_microseconds_of_link_time(answered: RunRecord) -> None:
    [whole] = [e for e in trace_events(answered) if e["name"] == "whole answer"]
    assert (whole["ts"], whole["dur"]) == (100_000_000, 2_200_000)


def test_the_journey_is_split_into_its_phases(answered: RunRecord) -> None:
    names = [e["name"] for e in _spans(trace_events(answered), "prompt")]
    assert names == [
        "whole answer",
        "waiting for the link",
        "uplink",
        "waiting on board",
        "prefill",
        "generation",
        "last downlink",
    ]
    assert [e["name"] for e in _spans(trace_events(answered), "model")] == ["waiting on board", "prefill", "generation"]


def test_a_token_lasts_from_the_one_before_it(answered: RunRecord) -> None:
    tokens = _spans(trace_events(answered), "tokens")
    assert [(e["ts"], e["dur"]) for e in tokens] == [
        (101_400_000, 100_000),
        (101_500_000, 100_000),
        (101_600_000, 100_000),
    ]
    assert [e["name"] for e in tokens[1:]] == [" is", "(no text)"]


def test_segments_that_overlap_stand_on_tracks_of_their_own(answered: RunRecord) -> None:
    events = trace_events(answered)
    found = {e["name"]: (e["cat"], e["ts"], e["dur"]) for e in events if e.get("cat", "").startswith("segments")}
    assert found == {
        "segment 0": ("segments", 101_500_000, 200_000),
        "segment 1": ("segments (2)", 101_600_000, 600_000),
        "segment 2": ("segments", 101_700_000, 200_000),
    }


def test_bursts_carry_what_the_receiver_measured(answered: RunRecord) -> None:
    events = trace_events(answered)
    lost, good = _spans(events, "uplink bursts")
    assert (lost["name"], good["name"]) == ("not decoded", "frame")
    assert good["args"] == {
        "decoded": True,
        "corrected": 1,
        "eb_n0_db_measured": 9.5,
        "eb_n0_db_predicted": 10.0,
        "offset_hz_measured": 2500.0,
        "doppler_hz_predicted": 2350.0,
    }
    assert [e["name"] for e in _spans(events, "downlink bursts (2)")] == ["not decoded"]


def test_milestones_carry_wall_time_and_detail(answered: RunRecord) -> None:
    instants = [e for e in trace_events(answered) if e["ph"] == "i"]
    assert instants[2]["name"] == "uplink_first_sample"
    assert instants[2]["args"] == {"transmission": 1, "wall_time_s": pytest.approx(1.7e9 + 201.0)}
    assert not {"token", "first_token"} & {e["name"] for e in instants}


def test_a_refusal_ends_the_journey(refused: RunRecord) -> None:
    names = [e["name"] for e in _spans(trace_events(refused), "prompt")]
    assert names == ["refusal", "waiting for the link", "uplink", "refusal's downlink"]


def test_the_file_is_json_that_names_the_run(answered: RunRecord, tmp_path: Path) -> None:
    write_trace(answered, tmp_path / "trace.json")
    trace = json.loads((tmp_path / "trace.json").read_text())
    assert trace["displayTimeUnit"] == "ms"
    assert trace["otherData"]["seed"] == 7
    assert len(trace["traceEvents"]) == len(trace_events(answered))
