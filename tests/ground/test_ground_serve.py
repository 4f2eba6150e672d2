import io
import json
import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from ground.serve import GroundServer
from ground.station import Contact
from protocol.link import SpacecraftAddress, SpacecraftLink
from protocol.messages import AnswerEnd, AnswerSegment, FinishReason, Health, Refusal, RefusalReason
from radio.profile import Profile
from radio.worker import Worker

RATE_HZ = 240e3
SILENCE = np.zeros(2400, dtype=np.complex64)
PROFILE = Profile.load("leo-bpsk")


class Bench:
    """A server whose line-streams are in memory, and a spacecraft's end to speak to its station with."""

    def __init__(self, seed: int | None = 1) -> None:
        self._events = io.StringIO()
        self._worker = Worker(io.StringIO(), self._events)
        self._spacecraft = SpacecraftLink(SpacecraftAddress(), PROFILE.downlink.frame_octets)
        self.server = GroundServer(self._worker, PROFILE, RATE_HZ, [Contact(0.0, math.inf)], seed)
        self.now_s = 0.0

    def command(self, **command: object) -> list[dict[str, Any]]:
        self._worker._queue.put(command)
        return self.step()

    def step(self) -> list[dict[str, Any]]:
        self.now_s += 0.01
        tx = self.server.step(SILENCE, self.now_s)
        assert tx.shape == SILENCE.shape
        assert not self._worker.stopping.is_set()
        lines = self._events.getvalue().encode().splitlines()
        self._events.seek(0)
        self._events.truncate()
        return [event for event in map(json.loads, lines) if event["event"] != "time"]

    def say(self, *messages: Any) -> list[dict[str, Any]]:
        for message in messages:
            self._spacecraft.send(message)
        while frame := self._spacecraft.next_frame():
            self.server._station.frame_received(frame, None, self.now_s)
        return self.step()


@pytest.fixture
def bench() -> Bench:
    return Bench()


def test_a_prompt_leaves_and_its_answer_comes_out(bench: Bench) -> None:
    queued, *others = bench.command(command="ask", text="Why?", max_tokens=5, stop=["!"])
    assert (queued["event"], queued["name"]) == ("milestone", "queued")
    assert [event["name"] for event in others] == ["aos", "uplink_first_sample"]
    prompt_id = bytes.fromhex(queued["prompt_id"])
    end = AnswerEnd(FinishReason.STOP, 1, 2, 0.5)
    events = bench.say(AnswerSegment(prompt_id, 0, "Parce qu’il 🛰", end))
    assert next(event for event in events if event["event"] == "text")["text"] == "Parce qu’il 🛰"
    assert events[-1]["name"] == "done"
    assert events[-1]["detail"]["finish_reason"] == "stop"


@pytest.mark.parametrize("how", ["answered", "refused", "cancelled"])
def test_what_has_ended_is_forgotten(bench: Bench, how: str) -> None:
    bench.server._station._contacts = []
    queued = bench.command(command="ask", text="Why?")[0]
    prompt_id = bytes.fromhex(queued["prompt_id"])
    bench.server._station._contacts = [Contact(0.0, math.inf)]
    if how == "cancelled":
        events = bench.command(command="cancel", prompt_id=queued["prompt_id"])
        assert events[0]["detail"]["reason"] == "cancelled"
    else:
        bench.step()
        end = AnswerEnd(FinishReason.STOP, 1, 2, 0.5)
        full = Refusal(prompt_id, RefusalReason.QUEUE_FULL, "")
        bench.say(AnswerSegment(prompt_id, 0, "yes", end) if how == "answered" else full)
    with pytest.raises(KeyError):
        bench.server._station.inquiry(prompt_id)


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
        ({"command": "dance"}, "command"),
        ({}, "command"),
    ],
)
def test_what_cannot_be_done_is_rejected(bench: Bench, command: dict[str, object], field: str) -> None:
    (rejected,) = bench.command(**command)
    assert rejected["event"] == "rejected"
    assert rejected["field"] == field
    assert rejected["accepted"]
    assert bench.command(command="ask", text="And now?")[0]["name"] == "queued"


def test_health_is_told(bench: Bench) -> None:
    (event,) = bench.say(Health(5.0, 2, True, 7, 1, bus_voltage_v=12.5))
    assert (event["event"], event["bus_voltage_v"], event["payload_rail_on"]) == ("health", 12.5, None)
    assert event["link_time_s"] == pytest.approx(bench.now_s - 0.01)


def test_the_report_says_what_went_through(bench: Bench) -> None:
    bench.say(Health(5.0, 2, True, 7, 1))
    (summary,) = bench.command(command="report")
    assert (summary["event"], summary["frames_received"], summary["retransmissions"]) == ("summary", 1, 0)
    assert summary["link_time_s"] == pytest.approx(0.01)


def test_link_time_is_told_every_second(bench: Bench) -> None:
    bench.server.step(SILENCE, 0.0)
    bench.server.step(SILENCE, 0.5)
    bench.server.step(SILENCE, 1.2)
    times = [json.loads(line)["link_time_s"] for line in bench._events.getvalue().splitlines()]
    assert times == [0.0, 1.2]


def queued_id(seed: int | None) -> str:
    return str(Bench(seed).command(command="ask", text="Why?")[0]["prompt_id"])


def test_prompt_ids_repeat_only_with_their_seed() -> None:
    same: Callable[[], str] = lambda: queued_id(3)  # noqa: E731
    assert same() == same()
    assert queued_id(None) != queued_id(None)
