import math
from base64 import b64decode
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from edge.database_errors import DatabaseStateError, Reason
from protocol.messages import AnswerSegment, Health
from protocol.model_messages import SwitchModel
from tests.ground.serve.server_bench import END, ID, PROFILE, RATE_HZ, SILENCE, Bench


@pytest.mark.parametrize(
    ("command", "field"),
    [
        ({"command": "ask"}, "prompt"),
        ({"command": "ask", "text": ""}, "prompt"),
        ({"command": "ask", "text": 5}, "prompt"),
        ({"command": "ask", "text": "\ud800"}, "text"),
        ({"command": "ask", "text": "a", "stop": "abc"}, "stop"),
        ({"command": "ask", "text": "a", "stop": None}, "stop"),
        ({"command": "ask", "text": "a", "stop": [3]}, "stop"),
        ({"command": "ask", "text": "a", "stop": ["\udfff"]}, "stop"),
        ({"command": "ask", "text": "a", "max_tokens": "many"}, "max_tokens"),
        ({"command": "ask", "text": "a", "temperature": None}, "temperature"),
        ({"command": "ask", "text": "a", "now_s": 5}, "field"),
        ({"command": "ask", "text": "a", "colour": "red"}, "field"),
        ({"command": "cancel"}, "prompt_id"),
        ({"command": "cancel", "prompt_id": "xyz"}, "prompt_id"),
        ({"command": "cancel", "prompt_id": 7}, "prompt_id"),
        ({"command": "cancel", "prompt_id": "00" * 8}, "prompt_id"),
        ({"command": "ask", "text": "a", "turns": "ab"}, "turns"),
        ({"command": "ask", "text": "a", "turns": ["a"]}, "turns"),
        ({"command": "ask", "text": "a", "turns": ["a", 5]}, "turns"),
        ({"command": "ask", "text": "a", "system": ["a"]}, "system"),
        ({"command": "ask", "text": "a", "prompt_id": None}, "prompt_id"),
        ({"command": "ask", "text": "a", "prompt_id": "00"}, "prompt_id"),
        ({"command": "find"}, "prompt_id"),
        ({"command": "find", "prompt_id": "00" * 8}, "prompt_id"),
        ({"command": "view"}, "period_s"),
        ({"command": "view", "period_s": True}, "period_s"),
        ({"command": "view", "period_s": 0.01}, "period_s"),
        ({"command": "view", "period_s": -1}, "period_s"),
        ({"command": "view", "period_s": math.nan}, "period_s"),
        ({"command": "tune", "receive_hz": 1e6}, "receive_hz"),
        ({"command": "tune", "transmit_hz": "a"}, "transmit_hz"),
        ({"command": "tune", "receive": 437.05e6}, "field"),
        ({"command": "switch_model"}, "name"),
        ({"command": "switch_model", "name": ""}, "name"),
        ({"command": "dance"}, "command"),
        ({}, "command"),
    ],
)
def test_what_cannot_be_done_is_rejected(bench: Bench, command: dict[str, object], field: str) -> None:
    (rejected,) = bench.command(**command)
    assert rejected["event"] == "rejected"
    assert rejected["field"] == field
    named = command.get("prompt_id")
    assert rejected["prompt_id"] == (named if isinstance(named, str) else None)
    assert rejected["accepted"]
    assert bench.command(command="ask", text="And now?")[0]["name"] == "queued"


def test_a_prompt_of_a_given_id_is_known_from_then_on(bench: Bench) -> None:
    asked = {"command": "ask", "prompt_id": ID, "text": "Why?", "system": "Be brief.", "turns": ["a", "b"], "seed": 3}
    assert bench.command(**asked)[0]["prompt_id"] == ID
    (known,) = bench.command(**asked)
    assert known["event"] == "known"
    found = known["found"]
    assert (found["prompt_id"], found["state"], found["answer"], found["ending"]) == (ID, "sent", "", None)
    assert bench.command(command="find", prompt_id=ID)[0]["found"] == found
    (rejected,) = bench.command(**asked | {"text": "How?"})
    assert (rejected["event"], rejected["prompt_id"], rejected["field"]) == ("rejected", ID, "prompt_id")
    assert rejected["accepted"] == "the same prompt again, or another id"


def test_what_is_known_of_a_prompt_that_has_ended(bench: Bench) -> None:
    bench.command(command="ask", prompt_id=ID, text="Why?", max_tokens=5, temperature=0.5, stop=["!"], deadline_s=60.0)
    done = bench.say(AnswerSegment(bytes.fromhex(ID), 0, "Because.", END))[-1]
    bench.start()
    assert bench.beginning[1]["prompts"] == []
    known = bench.command(command="find", prompt_id=ID)[0]
    asked_s = known["found"].pop("asked_s")
    assert known["found"] == {
        "prompt_id": ID,
        "text": "Why?",
        "system": None,
        "turns": [],
        "max_tokens": 5,
        "temperature": 0.5,
        "seed": 0,
        "stop": ["!"],
        "state": "answered",
        "cancelling": False,
        "deadline_s": asked_s + 60.0,
        "ended_s": done["link_time_s"],
        "transmissions": 1,
        "answer": "Because.",
        "ending": done["detail"],
        "refusal": None,
    }


def test_a_journal_that_cannot_be_read_finds_nothing_and_says_so(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(prompt_id: bytes) -> None:
        raise DatabaseStateError(Path("journal"), Reason.LOCKED, "in use")

    monkeypatch.setattr(bench._journal, "find", fail)
    for command in ({"command": "find"}, {"command": "ask", "text": "Why?"}):
        (rejected,) = bench.command(**command, prompt_id=ID)
        assert (rejected["field"], rejected["value"]) == ("journal", "locked")


def test_the_view_is_told_in_its_period_while_it_is_asked_for(bench: Bench) -> None:
    def views(steps: int) -> list[dict[str, Any]]:
        return [event for _ in range(steps) for event in bench.step() if event["event"] == "view"]

    assert views(40) == []
    bench.command(command="view", period_s=0.1)
    told = views(42)
    assert [round(after["link_time_s"] - before["link_time_s"], 6) for before, after in pairwise(told)] == [0.1] * 3
    assert set(told[0]) == {
        *("event", "wall_time_s", "link_time_s", "spectrum", "floor_db", "step_db", "constellation", "receptions"),
        *("channels", "cop1"),
    }
    assert b64decode(told[0]["spectrum"]) == bytes(128), "of silence"
    assert told[0]["channels"]["up"] == {"0": {"sent": 2, "resent": 0}}
    bench.command(command="view", period_s=0)
    assert views(40) == []


def test_the_report_says_what_went_through(bench: Bench) -> None:
    bench.say(Health(5.0, 2, True, 7, 1))
    (summary,) = bench.command(command="report")
    assert (summary["event"], summary["retransmissions"]) == ("summary", 0)
    assert summary["frames_received"] == bench.server._station.summary()["frames_received"] > 0
    assert summary["link_time_s"] == pytest.approx(bench.now_s - 0.01)


def test_a_prompt_that_cannot_be_kept_is_rejected_and_the_next_one_taken(bench: Bench) -> None:
    bench.command(command="ask", text="Before?")
    bench.write_protect(True)
    (rejected,) = bench.command(command="ask", text="Why?")
    assert (rejected["event"], rejected["field"], rejected["value"]) == ("rejected", "journal", "read-only")
    bench.write_protect(False)
    assert bench.command(command="ask", text="And now?")[0]["name"] == "queued"


def test_what_is_received_and_transmitted_is_tuned(bench: Bench) -> None:
    bench.command(command="view", period_s=0.05)
    carriers_hz = PROFILE.downlink.carrier_hz, PROFILE.uplink.carrier_hz
    tuned = bench.command(command="tune", receive_hz=carriers_hz[0] + 10e3, transmit_hz=carriers_hz[1] - 5e3)
    assert tuned[0]["event"] == "tuned"
    assert (tuned[0]["receive_hz"], tuned[0]["transmit_hz"]) == (carriers_hz[0] + 10e3, carriers_hz[1] - 5e3)
    for _ in range(120):  # a frequency is glided to
        bench.step()
    n = np.arange(12_000)
    tone = np.exp(2j * np.pi * 10e3 / RATE_HZ * n).astype(np.complex64)
    bench.told()
    bench.server.step(tone, bench.now_s + 0.05)
    (view,) = (event for event in bench.told() if event["event"] == "view")
    assert np.frombuffer(b64decode(view["spectrum"]), dtype=np.uint8).argmax() == 64  # where 0 Hz is
    bench.command(command="ask", text="Why?")
    sent = [bench.server.step(SILENCE, bench.now_s + 0.01 * k) for k in range(1, 30)]
    samples = np.concatenate(sent)
    mean_turn = np.angle(np.vdot(samples[:-1], samples[1:])) / (2 * np.pi)
    assert mean_turn * RATE_HZ == pytest.approx(-5e3, abs=300)


def test_a_model_is_ordered_to_answer(bench: Bench) -> None:
    assert bench.command(command="switch_model", name="small") == []
    (order,) = bench.server._commands._orders.open
    assert order == SwitchModel(1, "small")
