import io
import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ground.contact import Contact
from ground.errors import RequestError
from ground.serve import serve
from protocol.messages import AnswerSegment, Refusal, RefusalReason
from protocol.sdls.link_keys import SecurityMode
from radio.worker import Worker
from testbed.keys import GROUND, counter_path, key_path, new_keys
from tests.ground.serve.server_bench import END, Bench, Port, settings


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
        bench.server._station.prompts.inquiry(prompt_id)


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
    assert list(bench.server._station.prompts.inquiries) == []


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


def served(monkeypatch: pytest.MonkeyPatch, folder: Path, begins: list[float]) -> tuple[Port, list[dict[str, Any]]]:
    """Serve with keys in a folder until all has been begun; return the port, and what was told."""
    port, said = Port(), io.StringIO()
    worker = Worker(io.StringIO(), said)
    times = iter(begins)
    monkeypatch.setattr(worker, "next_begin", lambda: next(times, None))
    serve(worker, settings(folder, 1), lambda: port)
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
