"""What a gateway does for OpenAI's own client, whatever station is behind it."""

import asyncio
import threading
from typing import Any

import httpx2
import openai
import pytest
from openai import AsyncOpenAI, OpenAI

MODEL = "flatsat"


def user(text: str) -> list[Any]:
    return [{"role": "user", "content": text}]


class GatewayContract:
    """Fixtures `url` and `answer_of` are the subclass's: where the gateway is, and what a text is answered with."""

    @pytest.fixture
    def client(self, url: str) -> OpenAI:
        return OpenAI(base_url=f"{url}/v1", api_key="none", max_retries=0)

    def ask(self, client: OpenAI, text: str, **more: Any) -> Any:
        return client.chat.completions.create(model=MODEL, messages=user(text), **more)

    def test_models(self, client: OpenAI) -> None:
        assert [model.id for model in client.models.list()] == [MODEL]
        assert client.models.retrieve(MODEL).object == "model"
        with pytest.raises(openai.NotFoundError):
            client.models.retrieve("another")
        with pytest.raises(openai.NotFoundError) as caught:
            client.chat.completions.create(model="another", messages=user("Why?"))
        assert caught.value.code == "model_not_found"

    def test_a_whole_answer(self, client: OpenAI, answer_of: Any) -> None:
        answer = self.ask(client, "Why?", max_tokens=100, temperature=0.5, seed=3, stop="nothing so")
        (choice,) = answer.choices
        assert (choice.message.content, choice.finish_reason) == (answer_of("Why?"), "stop")
        assert answer.object == "chat.completion"
        assert answer.usage.total_tokens == answer.usage.prompt_tokens + answer.usage.completion_tokens > 0
        link = answer.model_extra["link"]
        assert answer.id == f"chatcmpl-{link['prompt_id']}"
        assert 0 < link["ttft_s"] <= link["e2e_s"]
        assert link["uplink_frames"] >= 1
        assert link["downlink_frames"] >= 1
        assert link["eb_n0_db"] is not None

    def test_a_stream(self, client: OpenAI, answer_of: Any) -> None:
        chunks = list(self.ask(client, "Why so?", max_tokens=100, stream=True, stream_options={"include_usage": True}))
        *words, end, last = chunks
        assert words[0].choices[0].delta.role == "assistant"
        assert len(words) > 2, "words come as they are heard"
        assert "".join(chunk.choices[0].delta.content for chunk in words) == answer_of("Why so?")
        assert end.choices[0].finish_reason == "stop"
        assert last.choices == []
        assert last.usage.completion_tokens > 0
        assert last.model_extra["link"]["eb_n0_db"] is not None
        assert {chunk.id for chunk in chunks} == {f"chatcmpl-{last.model_extra['link']['prompt_id']}"}
        assert {chunk.object for chunk in chunks} == {"chat.completion.chunk"}

    def test_the_stream_helper(self, client: OpenAI, answer_of: Any) -> None:
        with client.chat.completions.stream(model=MODEL, messages=user("And then?"), max_tokens=100) as stream:
            said = [event.delta for event in stream if event.type == "content.delta"]
            final = stream.get_final_completion()
        assert "".join(said) == final.choices[0].message.content == answer_of("And then?")

    def test_a_stream_as_it_is_on_the_wire(self, url: str) -> None:
        body = {"model": MODEL, "messages": user("What of the wire?"), "stream": True, "max_tokens": 100}
        with httpx2.stream("POST", f"{url}/v1/chat/completions", json=body) as response:
            assert response.headers["content-type"].startswith("text/event-stream")
            lines = [line for line in response.iter_lines() if line]
        assert lines[-1] == "data: [DONE]"
        comments = [line for line in lines if line.startswith(": ")]
        assert any("uplink" in comment or "goes up" in comment for comment in comments), comments

    def test_a_conversation(self, client: OpenAI) -> None:
        said = [("system", "Be short."), ("user", "One?"), ("assistant", "One."), ("user", "Two?")]
        messages: list[Any] = [{"role": role, "content": content} for role, content in said]
        answer = client.chat.completions.create(model=MODEL, messages=messages, max_tokens=100)
        assert answer.choices[0].message.content

    def test_asynchronous_clients_at_once(self, url: str, answer_of: Any) -> None:
        async def ask(client: AsyncOpenAI, text: str) -> str:
            stream = await client.chat.completions.create(
                model=MODEL, messages=user(text), max_tokens=100, stream=True, timeout=100
            )
            return "".join([chunk.choices[0].delta.content or "" async for chunk in stream])

        async def ask_all(texts: list[str]) -> list[str]:
            async with AsyncOpenAI(base_url=f"{url}/v1", api_key="none") as client:
                return await asyncio.gather(*(ask(client, text) for text in texts))

        texts = [f"What of {number}?" for number in range(5)]
        assert asyncio.run(ask_all(texts)) == [answer_of(text) for text in texts]

    def test_the_same_key_joins(self, url: str, client: OpenAI, answer_of: Any) -> None:
        headers, answers = {"Idempotency-Key": "one"}, []
        texts = ["Twice?"] * 3

        def ask(text: str) -> None:
            with OpenAI(base_url=f"{url}/v1", api_key="none") as each:
                answers.append(self.ask(each, text, max_tokens=100, extra_headers=headers))

        askers = [threading.Thread(target=ask, args=[text]) for text in texts]
        for asker in askers:
            asker.start()
        for asker in askers:
            asker.join()
        later = self.ask(client, "Twice?", max_tokens=100, extra_headers=headers)
        assert len({answer.id for answer in (*answers, later)}) == 1
        assert {answer.choices[0].message.content for answer in (*answers, later)} == {answer_of("Twice?")}
        with pytest.raises(openai.UnprocessableEntityError) as caught:
            self.ask(client, "Something else?", max_tokens=100, extra_headers=headers)
        assert caught.value.code == "idempotency_key_reused"

    def test_mistakes_are_typed(self, client: OpenAI) -> None:
        with pytest.raises(openai.BadRequestError) as caught:
            self.ask(client, "   ")
        assert (caught.value.param, caught.value.type) == ("messages", "invalid_request_error")
        with pytest.raises(openai.BadRequestError) as caught:
            self.ask(client, "Why?", n=2)
        assert caught.value.param == "n"

    def test_where_a_prompt_is(self, url: str, client: OpenAI, answer_of: Any) -> None:
        answer = self.ask(client, "Where?", max_tokens=100)
        prompt_id = answer.id.removeprefix("chatcmpl-")
        told = httpx2.get(f"{url}/v1/prompts/{prompt_id}").json()
        assert (told["state"], told["answer"]) == ("answered", answer_of("Where?"))
        assert httpx2.get(f"{url}/v1/prompts/{'0' * 16}").status_code == 404
