import json
from typing import Any

import pytest

from ground.gateway.chat_response import Chunks, completion, failure, link_object, next_aos, sse_comment
from ground.gateway.desk_prompt import DeskPrompt
from ground.gateway.link_clock import LinkClock, Window

ENDING: dict[str, Any] = {"finish_reason": "stop", "prompt_tokens": 3, "completion_tokens": 4, "inference_s": 1.5}


def answered(**ending: Any) -> DeskPrompt:
    prompt = DeskPrompt("00112233445566aa", asked_wall_s=1e9)
    prompt.take_milestone("queued", 10.0, {"text": "Why?"})
    prompt.take_milestone("first_word_shown", 12.5, {})
    prompt.take_text(0, "So.")
    prompt.take_milestone("done", 14.0, {**ENDING, **ending})
    return prompt


def refused(reason: str) -> DeskPrompt:
    prompt = DeskPrompt("00112233445566aa")
    prompt.take_milestone("refused", 2.0, {"reason": reason, "detail": ""})
    return prompt


def test_where_the_time_went() -> None:
    link = link_object(answered(waited_s=0.25, uplink_resent=2))
    figures = {name: link[name] for name in ("ttft_s", "e2e_s", "link_s", "inference_s", "waited_s", "retransmissions")}
    expected = {"ttft_s": 2.5, "e2e_s": 4.0, "link_s": 2.25, "inference_s": 1.5, "waited_s": 0.25, "retransmissions": 2}
    assert figures == expected
    assert (link["link_clock"]["queued_s"], link["link_clock"]["done_s"]) == (10.0, 14.0)
    assert link["eb_n0_db"] is None
    assert link_object(DeskPrompt("0" * 16))["link_s"] is None


def test_a_completion() -> None:
    whole = completion(answered())
    assert (whole["id"], whole["created"]) == ("chatcmpl-00112233445566aa", 10**9)
    assert whole["usage"] == {"prompt_tokens": 3, "completion_tokens": 4, "total_tokens": 7}


@pytest.mark.parametrize("include_usage", [False, True])
def test_the_last_chunk_has_the_link(include_usage: bool) -> None:
    end = Chunks(answered(), include_usage).end()
    *chunks, done, nothing = end.split("\n\n")
    assert (done, nothing) == ("data: [DONE]", "")
    told = [json.loads(chunk.removeprefix("data: ")) for chunk in chunks]
    assert [chunk.get("link") is not None for chunk in told] == [False] * include_usage + [True]
    assert [len(chunk["choices"]) for chunk in told] == ([1, 0] if include_usage else [1])
    assert ("usage" in told[0]) is include_usage


@pytest.mark.parametrize(
    ("prompt", "status", "code"),
    [
        (refused("queue_full"), 429, "queue_full"),
        (refused("prompt_too_long"), 400, "context_length_exceeded"),
        (refused("cancelled"), 409, "cancelled"),
        (refused("deadline_past"), 504, "deadline_past"),
        (refused("a new reason"), 502, "a new reason"),
        (answered(finish_reason="deadline"), 504, "deadline"),
        (answered(finish_reason="cancelled"), 409, "cancelled"),
        (answered(finish_reason="error"), 504, "error"),
    ],
)
def test_ends_that_are_no_answer(prompt: DeskPrompt, status: int, code: str) -> None:
    error = failure(prompt)
    assert error is not None
    assert (error.status, error.code, error.headers) == (status, code, {"x-should-retry": "false"})


def test_ends_that_are_an_answer() -> None:
    assert failure(answered()) is failure(answered(finish_reason="length")) is failure(DeskPrompt("0" * 16)) is None


def test_a_comment_stays_one_line() -> None:
    assert sse_comment("waits: low\n\ndata: {}") == ": waits: low data: {}\n\n"


def test_next_aos() -> None:
    clock = LinkClock(40.0, (Window(0.0, 50.0), Window(100.0, 200.0)), epoch_utc_s=0.0)
    assert next_aos(clock) == {"link_time_s": 100.0, "in_s": 60.0, "utc": "1970-01-01T00:01:40+00:00"}
    assert next_aos(LinkClock(150.0, clock.contacts)) is None
