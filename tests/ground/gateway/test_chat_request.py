import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ground.gateway.api_error import ApiError
from ground.gateway.chat_request import ChatRequest, LinkPolicy

MODEL = "flatsat"
SAID = [{"role": "user", "content": "Why?"}]


def read(**fields: Any) -> ChatRequest:
    return ChatRequest.of(json.dumps({"model": MODEL, "messages": SAID, **fields}).encode(), MODEL)


def mistake(**fields: Any) -> ApiError:
    with pytest.raises(ApiError) as caught:
        read(**fields)
    return caught.value


def message(role: str, content: Any) -> dict[str, Any]:
    return {"role": role, "content": content}


def test_what_is_left_out() -> None:
    assert read().to_ask() == {"text": "Why?", "max_tokens": 128, "temperature": 0.0, "seed": 0, "stop": []}
    assert (read().stream, read().include_usage, read().policy) == (False, False, None)
    nothing = dict.fromkeys(("temperature", "seed", "stop", "stream", "tools", "n", "max_tokens", "stream_options"))
    assert read(**nothing) == read()


def test_what_is_given() -> None:
    asked = read(
        max_tokens=9,
        temperature=1,
        seed=7,
        stop="x",
        deadline_s=60,
        within_contact=True,
        stream=True,
        stream_options={"include_usage": True},
        link_policy="queue",
        user="me",
        top_p=1.0,
    )
    ask = {"text": "Why?", "max_tokens": 9, "temperature": 1.0, "seed": 7, "stop": ["x"]}
    assert asked.to_ask() == {**ask, "deadline_s": 60.0, "within_contact": True}
    assert (asked.stream, asked.include_usage, asked.policy) == (True, True, LinkPolicy.QUEUE)
    assert read(max_tokens=9, max_completion_tokens=3).max_tokens == 3


def test_a_conversation() -> None:
    parts = [{"type": "text", "text": "And "}, {"type": "text", "text": "so?"}]
    said = [("system", "Be short."), ("developer", "Be kind."), ("user", "One?"), ("user", "Or two?")]
    messages = [message(*each) for each in (*said, ("assistant", "One."), ("user", parts))]
    asked = read(messages=messages)
    assert asked.system == "Be short.\n\nBe kind."
    assert (asked.turns, asked.text) == (("One?\n\nOr two?", "One."), "And so?")


@pytest.mark.parametrize(
    ("fields", "param"),
    [
        ({"n": 2}, "n"),
        ({"n": True}, "n"),
        ({"tools": [{"type": "function"}]}, "tools"),
        ({"tool_choice": "required"}, "tool_choice"),
        ({"response_format": {"type": "json_schema"}}, "response_format"),
        ({"logprobs": True}, "logprobs"),
        ({"top_p": 0.5}, "top_p"),
        ({"audio": {"voice": "x"}}, "audio"),
        ({"temperature": 3}, "temperature"),
        ({"temperature": float("nan")}, "temperature"),
        ({"seed": -1}, "seed"),
        ({"max_tokens": 0}, "max_tokens"),
        ({"max_tokens": 1.5}, "max_tokens"),
        ({"stop": [""]}, "stop"),
        ({"stop": ["x"] * 17}, "stop"),
        ({"stream": 1}, "stream"),
        ({"stream_options": {}}, "stream_options"),
        ({"link_policy": "pray"}, "link_policy"),
        ({"link_policy": []}, "link_policy"),
        ({"messages": []}, "messages"),
        ({"messages": "Why?"}, "messages"),
        ({"messages": [message("assistant", "Why?")]}, "messages"),
        ({"messages": [message("user", "Why?"), message("assistant", "So.")]}, "messages"),
        ({"messages": [message("system", "Be.")]}, "messages"),
        ({"messages": [message("user", "?"), message("system", "Be."), message("user", "?")]}, "messages[1].role"),
        ({"messages": [message("tool", "x")]}, "messages[0].role"),
        ({"messages": [message("user", None)]}, "messages[0].content"),
        ({"messages": [message("user", [{"type": "image_url"}])]}, "messages[0].content[0]"),
        ({"messages": [{"role": "user"}]}, "messages[0].content"),
        ({"messages": ["x"]}, "messages[0]"),
        ({"model": None}, "model"),
    ],
)
def test_what_cannot_be_honoured_is_named(fields: dict[str, Any], param: str) -> None:
    error = mistake(**fields)
    assert (error.status, error.param, error.kind) == (400, param, "invalid_request_error")


def test_another_model() -> None:
    assert (mistake(model="another").status, mistake(model="another").code) == (404, "model_not_found")


@pytest.mark.parametrize("octets", [b"", b"{", b"\xff", b"[]", b'"x"', b"[" * 9999, b'{"model": "\\ud800"}'])
def test_what_is_no_json_object(octets: bytes) -> None:
    with pytest.raises(ApiError) as caught:
        ChatRequest.of(octets, MODEL)
    assert caught.value.code == "invalid_json"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9),
    lambda each: st.lists(each, max_size=3) | st.dictionaries(st.text(max_size=9), each, max_size=3),
)
NAMES = st.sampled_from(
    ["messages", "n", "stop", "seed", "temperature", "tools", "stream", "stream_options", "logprobs"]
)


@given(st.dictionaries(NAMES, JSON))
def test_whatever_a_field_holds_there_is_a_request_or_a_typed_error(fields: dict[str, Any]) -> None:
    with suppress(ApiError):
        assert read(**fields).text == "Why?" or "messages" in fields
