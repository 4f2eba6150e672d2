"""OpenAI's client, the real model on board, and the link between them."""

import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx2
import pytest
from openai import OpenAI

from testbed.scenario import Scenario
from tests.e2e.test_gateway import ServedRig
from tests.ground.gateway.contract import MODEL, user

pytestmark = pytest.mark.model

CAPITAL = "What is the capital of France?"
STORY = "Tell me a long story about a ship and its crew."
HEALTH_S = 25.0
"""Health comes down every 10 s of link time."""
ON_ITS_WAY_S = 1.0
"""What comes down so much later was said after the end."""


@pytest.fixture(scope="module")
def served() -> Iterator[ServedRig]:
    with TemporaryDirectory() as folder, ServedRig(Scenario.load("default"), Path(folder)) as served:
        yield served


@pytest.fixture(scope="module")
def client(served: ServedRig) -> OpenAI:
    return OpenAI(base_url=f"{served.url}/v1", api_key="none", max_retries=0, timeout=60)


def show(what: str, link: dict[str, Any], usage: Any = None) -> None:
    """Print where the time went: pytest -rP shows it."""
    names = ("ttft_s", "e2e_s", "inference_s", "link_s", "uplink_frames", "retransmissions", "downlink_frames")
    tokens = f" tokens {usage.prompt_tokens}+{usage.completion_tokens}" if usage else ""
    said = " ".join(f"{name} {link[name]}" for name in (*names, "eb_n0_db"))
    print(f"{what}:{tokens} {said}")  # noqa: T201 - what was measured


def test_the_first_words_are_here_before_the_model_has_done(client: OpenAI) -> None:
    first_wall_s, said, last = None, "", None
    for chunk in client.chat.completions.create(
        model=MODEL, messages=user(STORY), max_tokens=40, stream=True, stream_options={"include_usage": True}
    ):
        words = (chunk.choices[0].delta.content or "") if chunk.choices else ""
        if words and first_wall_s is None:
            first_wall_s = time.time()
        said, last = said + words, chunk
    assert last is not None
    assert first_wall_s is not None
    assert last.model_extra is not None
    link = last.model_extra["link"]
    show("stream", link, last.usage)
    first_s = first_wall_s - link["wall_clock"]["asked_s"]
    print(f"first words at the client {first_s:.2f} s after it was asked")  # noqa: T201
    assert link["ttft_s"] <= first_s + 0.5
    assert first_s < link["inference_s"], "the model alone took longer than the first words' whole way"
    assert link["ttft_s"] < link["inference_s"]
    assert last.usage is not None
    assert last.usage.completion_tokens == 40
    assert len(said) > 80


def test_a_whole_answer(client: OpenAI) -> None:
    answer = client.chat.completions.create(model=MODEL, messages=user(CAPITAL), max_tokens=24)
    assert answer.model_extra is not None
    show("whole", answer.model_extra["link"], answer.usage)
    assert answer.choices[0].finish_reason == "stop"
    assert "Paris" in (answer.choices[0].message.content or "")
    assert answer.model_extra["link"]["eb_n0_db"] > 0


def test_a_conversation_by_the_stream_helper(client: OpenAI) -> None:
    messages: list[Any] = user("My dog is called Zebulon.")
    first = client.chat.completions.create(model=MODEL, messages=messages, max_tokens=16).choices[0].message
    messages += [{"role": "assistant", "content": first.content}, *user("What is my dog called?")]
    with client.chat.completions.stream(model=MODEL, messages=messages, max_tokens=40) as stream:
        events = list(stream)
        final = stream.get_final_completion()
    said = "".join(event.delta for event in events if event.type == "content.delta")
    *_, last = (event.chunk for event in events if event.type == "chunk")
    assert final.choices[0].message.content == said
    assert "Zebulon" in said, "the first turn was on board"
    assert last.model_extra is not None, "the helper's completion has not what is beyond the API, its chunks have"
    show(f"second turn {said!r}", last.model_extra["link"])


def test_whoever_closes_the_stream_ends_the_work_on_board(served: ServedRig, client: OpenAI) -> None:
    stream = client.chat.completions.create(model=MODEL, messages=user(STORY), max_tokens=1000, stream=True)
    for chunk in stream:
        if chunk.choices[0].delta.content:
            break
    prompt_id = chunk.id.removeprefix("chatcmpl-")
    stream.close()
    prompt = _await_end(served, prompt_id)
    print(f"ended {prompt['link']['e2e_s']} s after it was asked, with {len(prompt['answer'])} characters")  # noqa: T201
    assert prompt["finish_reason"] == "cancelled"
    health = _health_after(served, prompt["link"]["link_clock"]["done_s"] + ON_ITS_WAY_S)
    assert not health["inferring"]


def _await_end(served: ServedRig, prompt_id: str) -> Any:
    end_s = time.monotonic() + HEALTH_S
    while time.monotonic() < end_s:
        prompt = httpx2.get(f"{served.url}/v1/prompts/{prompt_id}").json()
        if prompt["state"] in ("answered", "refused"):
            return prompt
        time.sleep(0.1)
    raise AssertionError(f"the prompt has not ended: {prompt}")


def _health_after(served: ServedRig, link_time_s: float) -> dict[str, Any]:
    """Wait for the first health that comes down after a link time."""
    end_s = time.monotonic() + HEALTH_S
    while time.monotonic() < end_s:
        health = httpx2.get(f"{served.url}/api/snapshot").json()["health"]
        if health and health["link_time_s"] > link_time_s:
            return dict(health)
        time.sleep(0.1)
    raise AssertionError("no health came down")
