import asyncio
import json
import time
from typing import Any

import httpx2
import openai
import pytest
from openai import OpenAI

from tests.ground.gateway.conftest import Start
from tests.ground.gateway.contract import MODEL, GatewayContract, user
from tests.ground.gateway.fake_station import answer_to
from tests.ground.gateway.gateway_process import GatewayProcess


def client_of(gateway: GatewayProcess, max_retries: int = 0, key: str = "none") -> OpenAI:
    return OpenAI(base_url=f"{gateway.url}/v1", api_key=key, max_retries=max_retries)


def ask(client: OpenAI, text: str, **more: Any) -> Any:
    return client.chat.completions.create(model=MODEL, messages=user(text), **more)


def queued(gateway: GatewayProcess, text: str) -> int:
    """Return how many prompts of a text the station has queued, of what it has said so far."""
    seen = [gateway.events.get() for _ in range(gateway.events.qsize())]
    return sum(e["event"] == "milestone" and e["name"] == "queued" and e["detail"]["text"] == text for e in seen)


class TestFakeStation(GatewayContract):
    @pytest.fixture
    def url(self, gateway: GatewayProcess) -> str:
        return gateway.url

    @pytest.fixture
    def answer_of(self) -> Any:
        return answer_to


def test_a_refusal_is_an_error_before_the_first_word(gateway: GatewayProcess) -> None:
    with client_of(gateway) as client, pytest.raises(openai.InternalServerError) as caught:
        ask(client, "refuse this")
    assert (caught.value.status_code, caught.value.code) == (503, "low_battery")
    assert "12 % left" in caught.value.message


def test_a_refusal_and_a_break_in_a_stream_raise(gateway: GatewayProcess) -> None:
    with client_of(gateway) as client:
        with pytest.raises(openai.APIError, match="low battery"):
            list(ask(client, "refuse this, too", stream=True))
        words = []
        with pytest.raises(openai.APIError, match="broke off on board"):  # noqa: PT012 - what came before it counts
            for chunk in ask(client, "break this", stream=True):
                words.append(chunk.choices[0].delta.content)
        assert len("".join(words)) > 0


def test_the_clients_own_retry_joins(gateway: GatewayProcess) -> None:
    with client_of(gateway, max_retries=2) as client, pytest.raises(openai.APITimeoutError):
        ask(client, "slow, asked three times", timeout=0.3)
    assert queued(gateway, "slow, asked three times") == 1
    with client_of(gateway) as client:
        ids = {ask(client, "asked anew").id for _ in range(2)}
    assert len(ids) == 2, "the same request that is no retry is another"


def test_whoever_leaves_has_it_cancelled(start: Start) -> None:
    gateway = start(cancel_after_s=0.2)
    with client_of(gateway) as client:
        stream = ask(client, "slow and left", stream=True)
        prompt_id = next(iter(stream)).id.removeprefix("chatcmpl-")
        stream.close()
        gateway.event("milestone", name="refused", prompt_id=prompt_id)
        kept = ask(client, "slow and kept", stream=True, extra_headers={"Idempotency-Key": "mine"})
        next(iter(kept))
        kept.close()
        time.sleep(0.5)
        again = ask(client, "slow and kept", extra_headers={"Idempotency-Key": "mine"})
    assert again.choices[0].message.content == answer_to("slow and kept")


def test_who_comes_back_within_the_grace_finds_it(start: Start) -> None:
    gateway = start(cancel_after_s=3.0)
    retry = {"x-stainless-retry-count": "1"}
    with client_of(gateway) as client:
        stream = ask(client, "slow and left", stream=True)
        first = next(iter(stream)).id
        stream.close()
        back = ask(client, "slow and left", extra_headers=retry)
    assert (back.id, back.choices[0].message.content) == (first, answer_to("slow and left"))


def test_without_a_link_by_policy(start: Start) -> None:
    gateway = start(no_link="queue")
    gateway.tell(command="contacts", contacts=[[1000.0, 2000.0]])
    gateway.event("station", contacts=[[1000.0, 2000.0]])
    gateway.event("time")
    with client_of(gateway) as client:
        raw = client.chat.completions.with_raw_response.create(model=MODEL, messages=user("Later?"))
        assert raw.status_code == 202
        told = json.loads(raw.content)
        assert told["state"] == "waiting to send"
        assert told["status"].startswith("waits for AOS")
        assert 900 < told["next_aos"]["in_s"] < 1000
        assert raw.headers["location"] == told["url"] == f"/v1/prompts/{told['prompt_id']}"
        with pytest.raises(openai.InternalServerError) as caught:
            ask(client, "Now?", extra_body={"link_policy": "fail"})
        assert (caught.value.status_code, caught.value.code) == (503, "no_link")
        assert caught.value.response.headers["x-should-retry"] == "false"
        assert 900 < int(caught.value.response.headers["retry-after"]) <= 1000
        stream = ask(client, "I wait", stream=True, extra_headers={"X-Link-Policy": "wait"})
        next(iter(stream))
        gateway.tell(command="contacts", contacts=[[0.0, None]])
        assert "".join(chunk.choices[0].delta.content or "" for chunk in stream) == answer_to("I wait")
    assert queued(gateway, "Now?") == 0
    deadline_s = time.monotonic() + 5.0
    while (told := httpx2.get(gateway.url + told["url"]).json())["state"] != "answered":
        assert time.monotonic() < deadline_s
    assert told["answer"] == answer_to("Later?")


def test_a_prompt_is_cancelled_by_its_url(gateway: GatewayProcess) -> None:
    with client_of(gateway) as client:
        stream = ask(client, "slow and cancelled", stream=True)
        prompt_id = next(iter(stream)).id.removeprefix("chatcmpl-")
        assert httpx2.delete(f"{gateway.url}/v1/prompts/{prompt_id}").json()["cancelling"]
        with pytest.raises(openai.APIError, match="cancelled"):
            list(stream)


def test_fifty_at_once_and_one_too_many(start: Start) -> None:
    gateway = start(max_prompts=50)

    async def one(client: openai.AsyncOpenAI, text: str) -> str:
        try:
            answer = await client.chat.completions.create(model=MODEL, messages=user(text))
            return answer.choices[0].message.content or ""
        except openai.RateLimitError as error:
            return f"{error.code}, retry after {error.response.headers['retry-after']}"

    async def everyone(texts: list[str]) -> list[str]:
        async with openai.AsyncOpenAI(base_url=f"{gateway.url}/v1", api_key="none", max_retries=0) as client:
            return await asyncio.gather(*(one(client, text) for text in texts))

    texts = [f"slow {number}" for number in range(60)]
    answers = asyncio.run(everyone(texts))
    full = "queue_full, retry after 5"
    assert answers.count(full) == 10
    assert all(answer in (answer_to(text), full) for text, answer in zip(texts, answers, strict=True))
