import io
import json
import math
import random
from base64 import b64decode
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from datetime import datetime, timezone
from itertools import count, pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from edge.database_errors import DatabaseStateError, Reason
from ground.contact import Contact
from ground.errors import RequestError
from ground.journal import Journal
from ground.model_uplink_build import open_outbox
from ground.serve import GroundServer, GroundSettings, serve
from protocol.link import GroundLink, SpacecraftLink
from protocol.messages import Accepted, AnswerEnd, AnswerSegment, FinishReason, Health, Refusal, RefusalReason
from protocol.sdls.link_ends import new_link_ends
from protocol.sdls.link_keys import SecurityMode
from protocol.sdls.security_store import MemoryStore
from radio.nodes import SampleNodes
from radio.profile import Profile
from radio.worker import Worker
from testbed.keys import GROUND, counter_path, key_path, new_keys

RATE_HZ = 240e3
SILENCE = np.zeros(2400, dtype=np.complex64)
PROFILE = Profile.load("leo-bpsk")
ENDS = new_link_ends(0x2A5, 0, 0, SecurityMode.ENCRYPTED, random.Random(1).randbytes)
END = AnswerEnd(FinishReason.STOP, 1, 2, 0.5)

opened = ExitStack()
"""The journals of the test that runs."""


@pytest.fixture(autouse=True)
def _journals(quick_path: Path) -> Iterator[None]:
    Bench.folder = quick_path
    with opened:
        yield


def settings(folder: Path, seed: int | None, contacts: list[Contact] | None = None) -> GroundSettings:
    return GroundSettings(
        PROFILE,
        RATE_HZ,
        2400,
        contacts or [Contact(0.0, math.inf)],
        keys=key_path(folder, GROUND),
        journal=folder / "journal",
        outbox=folder / "outbox",
        seed=seed,
        start_utc=datetime(2024, 1, 22, 9, 18, 20, tzinfo=timezone.utc),
    )


class Bench:
    """A server whose line-streams are in memory, and a spacecraft's end to speak to its station with.

    The telecommand service stands: samples are not carried from one end to the other.
    """

    folder = Path()
    numbers = count()

    def __init__(self, seed: int | None = 1, contacts: list[Contact] | None = None) -> None:
        folder = self.folder / str(next(self.numbers))
        folder.mkdir()
        self._settings = settings(folder, seed, contacts)
        self._events = io.StringIO()
        self._worker = Worker(io.StringIO(), self._events)
        self._store = MemoryStore()
        self._spacecraft = SpacecraftLink(ENDS.flatsat, MemoryStore(), PROFILE.downlink.frame_octets)
        self._journal: Journal | None = None
        self.now_s = 0.0
        self.start()

    def start(self) -> None:
        """Start the server, perhaps again: with its journal and its seed."""
        if self._journal is not None:
            self._journal.close()
        self._journal = opened.enter_context(closing(Journal(self._settings.journal)))
        self.told()
        self.server = GroundServer(
            self._worker,
            self._settings,
            keys=ENDS.ground,
            store=self._store,
            journal=self._journal,
            filestore=opened.enter_context(closing(open_outbox(self._settings.outbox))),
            now_s=self.now_s,
            nodes=SampleNodes(self._settings.profile, self._settings.sample_rate_hz, None),
            port=Port(),
        )
        said = self.told()
        self.beginning = [event for event in said if event["event"] in ("station", "queue")]
        assert said[:2] == self.beginning
        self._events.write("".join(json.dumps(event) + "\n" for event in said[2:]))

    def establish(self) -> list[dict[str, Any]]:
        """Have the two ends hear each other until the service stands; return what is told of it."""
        link: GroundLink = self.server._station._link
        while not link.sender.ready:
            link.tick(self.now_s)
            if frame := link.next_frame(self.now_s):
                self._spacecraft.receive(frame, self.now_s)
            self._hear()
            self.now_s += 0.5
        return self.step()

    def write_protect(self, protected: bool) -> None:
        assert self._journal is not None
        self._journal._database.execute(f"PRAGMA query_only = {protected:d}")

    def command(self, **command: object) -> list[dict[str, Any]]:
        self._worker._queue.put(command)
        return self.step()

    def step(self) -> list[dict[str, Any]]:
        self.now_s += 0.01
        tx = self.server.step(SILENCE, self.now_s)
        assert tx.shape == SILENCE.shape
        assert not self._worker.stopping.is_set()
        return [event for event in self.told() if event["event"] not in ("time", "sending")]

    def told(self) -> list[dict[str, Any]]:
        """Return what was said since the last call."""
        lines = self._events.getvalue().encode().splitlines()
        self._events.seek(0)
        self._events.truncate()
        return [json.loads(line, parse_constant=pytest.fail) for line in lines]

    def say(self, *messages: Any) -> list[dict[str, Any]]:
        for message in messages:
            self._spacecraft.send(message)
        self._hear()
        return self.step()

    def _hear(self) -> None:
        while frame := self._spacecraft.next_frame(self.now_s):
            self.server._station.frame_received(frame, None, self.now_s)


@pytest.fixture
def bench() -> Bench:
    bench = Bench()
    bench.establish()
    return bench


def test_a_prompt_leaves_and_its_answer_comes_out(bench: Bench) -> None:
    queued, *others = bench.command(command="ask", text="Why?", max_tokens=5, stop=["!"])
    assert (queued["event"], queued["name"], queued["detail"]) == ("milestone", "queued", {"text": "Why?"})
    assert [event["name"] for event in others] == ["aos", "uplink_first_sample"]
    prompt_id = bytes.fromhex(queued["prompt_id"])
    texts = [event for event in bench.say(AnswerSegment(prompt_id, 0, "Parce qu’")) if event["event"] == "text"]
    events = bench.say(AnswerSegment(prompt_id, 1, "il 🛰", END))
    texts += [event for event in events if event["event"] == "text"]
    assert [(event["at"], event["text"]) for event in texts] == [(0, "Parce qu’"), (9, "il 🛰")]
    assert {event["prompt_id"] for event in texts} == {queued["prompt_id"]}
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
        full = Refusal(prompt_id, RefusalReason.QUEUE_FULL, "")
        bench.say(AnswerSegment(prompt_id, 0, "yes", END) if how == "answered" else full)
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


ID = "00" * 7 + "2a"


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


def test_what_waits_from_before_is_told_first(bench: Bench) -> None:
    assert [event["event"] for event in bench.beginning] == ["station", "queue"]
    assert bench.beginning[1]["prompts"] == []
    bench.command(command="ask", prompt_id=ID, text="Why?")
    refused = bench.command(command="ask", text="How?")[0]["prompt_id"]
    bench.command(command="cancel", prompt_id=refused)
    bench.say(AnswerSegment(bytes.fromhex(ID), 0, "Parce "))
    bench.start()
    (prompt,) = bench.beginning[1]["prompts"]
    assert (prompt["prompt_id"], prompt["state"], prompt["answer"]) == (ID, "accepted", "Parce ")
    (known,) = [event for event in bench.command(command="find", prompt_id=refused) if event["event"] == "known"]
    assert known["found"]["refusal"] == {"reason": "cancelled", "detail": "before it was sent"}


def test_the_station_says_what_it_is() -> None:
    bench = Bench(contacts=[Contact(0.0, 540.0), Contact(5700.0, math.inf)])
    station = bench.beginning[0]
    del station["wall_time_s"]
    assert station == {
        "event": "station",
        "profile": "leo-bpsk",
        "security": "encrypted",
        "sample_rate_hz": 240e3,
        "start_utc": "2024-01-22T09:18:20+00:00",
        "contacts": [[0.0, 540.0], [5700.0, None]],
        "uplink": {
            "carrier_hz": 145.9e6,
            "modulation": "bpsk",
            "symbol_rate_baud": 9600.0,
            "information_rate_bit_s": PROFILE.uplink.information_rate_bit_s,
            "frame_octets": 256,
            "coding": "cltu-bch",
        },
        "downlink": {
            "carrier_hz": 437.05e6,
            "modulation": "bpsk",
            "symbol_rate_baud": 38400.0,
            "information_rate_bit_s": PROFILE.downlink.information_rate_bit_s,
            "frame_octets": 223,
            "coding": "cadu",
        },
    }


def test_a_prompt_on_its_way_up_is_told_of(bench: Bench) -> None:
    bench._worker._queue.put({"command": "ask", "prompt_id": ID, "text": "x" * 500})
    bench.server.step(SILENCE, bench.now_s + 0.01)
    (sending,) = [event for event in bench.told() if event["event"] == "sending"]
    del sending["wall_time_s"]
    expected = {"event": "sending", "prompt_id": ID, "frames": 3, "acknowledged": 0}
    assert sending == expected | {"link_time_s": pytest.approx(bench.now_s + 0.01, abs=0.02)}


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


def test_health_is_told(bench: Bench) -> None:
    (event,) = bench.say(Health(5.0, 2, True, 7, 1, bus_voltage_v=12.5))
    assert (event["event"], event["bus_voltage_v"], event["payload_rail_on"]) == ("health", 12.5, None)
    assert event["link_time_s"] == pytest.approx(bench.now_s - 0.01)


def test_the_report_says_what_went_through(bench: Bench) -> None:
    bench.say(Health(5.0, 2, True, 7, 1))
    (summary,) = bench.command(command="report")
    assert (summary["event"], summary["retransmissions"]) == ("summary", 0)
    assert summary["frames_received"] == bench.server._station.frames_received > 0
    assert summary["link_time_s"] == pytest.approx(bench.now_s - 0.01)


def test_link_time_is_told_every_second() -> None:
    bench = Bench()
    bench.server.step(SILENCE, 0.5)
    bench.server.step(SILENCE, 1.2)
    bench.server.step(SILENCE, 1.7)
    events = [json.loads(line) for line in bench._events.getvalue().splitlines()]
    assert [event["link_time_s"] for event in events if event["event"] == "time"] == [0.5, 1.7]


def test_where_the_telecommand_service_stands_is_told_when_it_changes() -> None:
    bench = Bench(contacts=[Contact(0.005, math.inf)])
    (begun,) = bench.step()
    assert (begun["event"], begun["state"]) == ("uplink", "initialising_with_bc_frame")
    assert bench.step() == []
    (stands,) = bench.establish()
    assert (stands["event"], stands["state"]) == ("uplink", "active")
    assert stands["link_time_s"] == pytest.approx(bench.now_s)


# -- the journal -------------------------------------------------------------------------------------------------------


def test_a_prompt_that_cannot_be_kept_is_rejected_and_the_next_one_taken(bench: Bench) -> None:
    bench.command(command="ask", text="Before?")
    bench.write_protect(True)
    (rejected,) = bench.command(command="ask", text="Why?")
    assert (rejected["event"], rejected["field"], rejected["value"]) == ("rejected", "journal", "read-only")
    bench.write_protect(False)
    assert bench.command(command="ask", text="And now?")[0]["name"] == "queued"


def test_a_journal_that_fails_is_warned_of_once(bench: Bench) -> None:
    prompt_id = bytes.fromhex(bench.command(command="ask", text="Why?")[0]["prompt_id"])
    bench.step()
    bench.write_protect(True)
    events = bench.say(Accepted(prompt_id, 0), AnswerSegment(prompt_id, 0, "a")) + bench.say()
    (warning,) = [event for event in events if event["event"] == "warning"]
    assert "read-only" in warning["message"]
    bench.write_protect(False)
    events = bench.say(AnswerSegment(prompt_id, 0, "a"))
    assert [event["event"] for event in events] == ["milestone", "milestone", "text"]


def test_a_server_that_was_killed_goes_on_and_says_again_what_was_there(bench: Bench) -> None:
    queued = bench.command(command="ask", text="Why?")[0]
    prompt_id = bytes.fromhex(queued["prompt_id"])
    bench.say(AnswerSegment(prompt_id, 0, "Parce "))
    bench.now_s = 500.0
    bench.start()
    events = bench.establish()
    assert [(event["at"], event["text"]) for event in events if event["event"] == "text"] == [(0, "Parce ")]
    assert bench.server.summary()["link_time_s"] > 500
    events = bench.say(AnswerSegment(prompt_id, 1, "que", END))
    assert [(event["at"], event["text"]) for event in events if event["event"] == "text"] == [(6, "que")]
    assert events[-1]["name"] == "done"


def test_an_answer_that_ends_with_a_restart_is_forgotten_too(bench: Bench) -> None:
    prompt_id = bytes.fromhex(bench.command(command="ask", text="Why?")[0]["prompt_id"])
    assert bench._journal is not None
    bench._journal.segment(AnswerSegment(prompt_id, 0, "Because.", END))
    bench.start()
    assert "done" in [event.get("name") for event in bench.step()]
    assert list(bench.server._station.inquiries) == []


def queued_id(seed: int | None) -> str:
    return str(Bench(seed).command(command="ask", text="Why?")[0]["prompt_id"])


def test_prompt_ids_repeat_only_with_their_seed() -> None:
    same: Callable[[], str] = lambda: queued_id(3)  # noqa: E731
    assert same() == same()
    assert queued_id(None) != queued_id(None)


def test_no_prompt_has_the_id_of_one_before_a_restart(bench: Bench) -> None:
    ids = [bench.command(command="ask", text="Why?")[0]["prompt_id"] for _ in range(3)]
    bench.start()
    bench.step()
    ids += [bench.command(command="ask", text="Why?")[0]["prompt_id"] for _ in range(3)]
    assert len(set(ids)) == 6


# -- the process -------------------------------------------------------------------------------------------------------


class Port:
    """What moves samples, for a few steps after each beginning."""

    tx_endpoint = "tcp://127.0.0.1:1"
    latency_s = 0.0

    def __init__(self) -> None:
        self.begun: list[float] = []
        self.closed = False

    def run(self, step: Callable[..., object], begin_s: float, interrupted: Callable[[], bool]) -> None:
        self.begun.append(begin_s)
        for number in range(3):
            step(SILENCE, begin_s + 0.01 * (number + 1))

    def report(self) -> dict[str, object]:
        return {}

    def close(self) -> None:
        self.closed = True


def served(monkeypatch: pytest.MonkeyPatch, folder: Path, begins: list[float]) -> tuple[Port, list[dict[str, Any]]]:
    """Serve with keys in a folder until all has been begun; return the port, and what was told."""
    port, said = Port(), io.StringIO()
    worker = Worker(io.StringIO(), said)
    times = iter(begins)
    monkeypatch.setattr("ground.serve.open_port", lambda *_: port)
    monkeypatch.setattr(worker, "next_begin", lambda: next(times, None))
    serve(worker, settings(folder, 1), "zmq", "", "")
    return port, [json.loads(line) for line in said.getvalue().splitlines()]


def test_it_is_ready_before_it_begins_and_goes_on_at_another_link_time(
    monkeypatch: pytest.MonkeyPatch, quick_path: Path
) -> None:
    new_keys(quick_path, SecurityMode.ENCRYPTED)
    assert served(monkeypatch, quick_path, [])[1][-1]["event"] == "ready"
    port, told = served(monkeypatch, quick_path, [40.0, 90.0])
    assert (port.begun, port.closed) == ([40.0, 90.0], True)
    assert [event["link_time_s"] for event in told if event["event"] == "time"] == [40.01, 90.01]


@pytest.mark.parametrize("missing", ["keys", "counters"])
def test_without_keys_or_counters_nothing_is_served(
    monkeypatch: pytest.MonkeyPatch, quick_path: Path, missing: str
) -> None:
    new_keys(quick_path, SecurityMode.ENCRYPTED)
    (key_path if missing == "keys" else counter_path)(quick_path, GROUND).unlink()
    with pytest.raises(RequestError, match="file is"):
        served(monkeypatch, quick_path, [0.0])


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
