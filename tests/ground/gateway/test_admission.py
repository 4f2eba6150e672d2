"""Admission and audience on a line whose station is in the same loop."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from ground.gateway.admission import Admission, AdmissionLimits, Applicant, keyed_id
from ground.gateway.api_error import ApiError
from ground.gateway.audience import Audience
from ground.gateway.chat_request import ChatRequest, LinkPolicy
from ground.gateway.station_line import StationLine
from tests.ground.gateway.test_desk import event, milestone, station

ME = Applicant("me")


class Station:
    """Obeys a little later, one command after the other; keeps what it was told."""

    def __init__(self, contacts: list[list[float | None]] | None = None) -> None:
        self.line = StationLine(self._obey)
        self.commands: list[tuple[str, str]] = []
        self.is_deaf_to = ""
        self._asked: dict[str, str] = {}
        for each in (
            station(contacts or [[0.0, None]]),
            event("time", link_time_s=1.0),
            event("uplink", link_time_s=1.0, state="active"),
        ):
            self.line.take(each)

    def asked(self) -> list[str]:
        return [prompt_id for name, prompt_id in self.commands if name == "ask"]

    def _obey(self, line: bytes) -> None:
        command = json.loads(line)
        name, prompt_id = command["command"], command.get("prompt_id", "")
        self.commands.append((name, prompt_id))
        if name != self.is_deaf_to and (reply := self._reply(name, prompt_id, command.get("text", ""))):
            asyncio.get_running_loop().call_later(0.001 * len(self.commands), self.line.take, reply)

    def _reply(self, name: str, prompt_id: str, text: str) -> dict[str, Any] | None:
        known = self._asked.get(prompt_id)
        if (name == "find" and known is None) or (name == "ask" and known not in (None, text)):
            return event("rejected", prompt_id=prompt_id, field="prompt_id", value="", accepted="another")
        if name in ("ask", "find") and known is not None:
            inquiry = {"prompt_id": prompt_id, "text": known, "state": "sent", "answer": "", "turns": [], "stop": []}
            return event("known", found=inquiry)
        if name == "ask":
            self._asked[prompt_id] = text
            return milestone("queued", 1.0, prompt_id, text=text)
        return None


def request(text: str = "Why?") -> ChatRequest:
    body = {"model": "flatsat", "messages": [{"role": "user", "content": text}]}
    return ChatRequest.of(json.dumps(body).encode(), "flatsat")


def run(
    work: Callable[[Station, Admission], Awaitable[None]], limits: AdmissionLimits | None = None, **more: Any
) -> None:
    faults: list[dict[str, Any]] = []

    async def main() -> None:
        asyncio.get_running_loop().set_exception_handler(lambda _, fault: faults.append(fault))
        there = Station(**more)
        await work(there, Admission(there.line, limits or AdmissionLimits()))

    asyncio.run(main())
    assert faults == []


def test_the_same_request_is_another_prompt_unless_it_is_a_retry() -> None:
    async def work(there: Station, admission: Admission) -> None:
        first = await admission.admit(request(), ME, LinkPolicy.WAIT)
        retried = await admission.admit(request(), Applicant("me", is_retry=True), LinkPolicy.WAIT)
        assert retried is first
        others = [
            await admission.admit(request(), ME, LinkPolicy.WAIT),
            await admission.admit(request("And so?"), Applicant("me", is_retry=True), LinkPolicy.WAIT),
            await admission.admit(request(), Applicant("you", is_retry=True), LinkPolicy.WAIT),
        ]
        assert len({each.prompt_id for each in (first, *others)}) == 4

    run(work)


def test_requests_with_one_key_at_once_are_one_prompt() -> None:
    async def work(there: Station, admission: Admission) -> None:
        keyed = Applicant("me", "key")
        found = await asyncio.gather(*(admission.admit(request(), keyed, LinkPolicy.WAIT) for _ in range(5)))
        assert {each.prompt_id for each in found} == {keyed_id("me", "key")}
        with pytest.raises(ApiError) as caught:
            await admission.admit(request("Another?"), keyed, LinkPolicy.WAIT)
        assert (caught.value.status, caught.value.code) == (422, "idempotency_key_reused")

    run(work)


def test_ids_of_keys() -> None:
    assert keyed_id("me", "key") == "0cc768968fa53310"  # b2sum -l 64
    assert keyed_id("me", "key") == "fd1c2b1e2d6ac9e4" or len(keyed_id("me", "key")) == 16
    assert len({keyed_id(*each) for each in (("a", "bc"), ("ab", "c"), ("a", "b"), ("b", "a"))}) == 4


def test_room_counts_those_that_are_being_asked_too() -> None:
    async def work(there: Station, admission: Admission) -> None:
        asked = (admission.admit(request(f"{n}?"), Applicant(f"of {n}"), LinkPolicy.WAIT) for n in range(5))
        ends = await asyncio.gather(*asked, return_exceptions=True)
        assert [getattr(end, "code", "") for end in ends] == ["", "", "", "queue_full", "queue_full"]
        there.line.take(milestone("done", 2.0, there.asked()[0], finish_reason="stop"))
        await admission.admit(request("Now?"), ME, LinkPolicy.WAIT)

    run(work, AdmissionLimits(prompts=3))


def test_room_of_one_owner() -> None:
    async def work(there: Station, admission: Admission) -> None:
        await admission.admit(request(), ME, LinkPolicy.WAIT)
        with pytest.raises(ApiError, match="one key may have"):
            await admission.admit(request(), ME, LinkPolicy.WAIT)
        await admission.admit(request(), Applicant("you"), LinkPolicy.WAIT)

    run(work, AdmissionLimits(prompts_of_owner=1))


def test_to_fail_without_a_link_asks_nothing_but_what_is_known_is_delivered() -> None:
    async def work(there: Station, admission: Admission) -> None:
        with pytest.raises(ApiError) as caught:
            await admission.admit(request(), ME, LinkPolicy.FAIL)
        assert (caught.value.code, caught.value.headers["retry-after"]) == ("no_link", "9")
        assert caught.value.extra["next_aos"]["link_time_s"] == 10.0
        assert there.asked() == []
        keyed = Applicant("me", "key")
        first = await admission.admit(request(), keyed, LinkPolicy.QUEUE)
        assert await admission.admit(request(), keyed, LinkPolicy.FAIL) is first

    run(work, contacts=[[10.0, 20.0]])


def test_a_station_that_has_not_begun_and_a_gateway_that_ends() -> None:
    async def work(there: Station, admission: Admission) -> None:
        early = Admission(StationLine(lambda _line: None), AdmissionLimits())
        with pytest.raises(ApiError) as caught:
            await early.admit(request(), ME, LinkPolicy.WAIT)
        assert caught.value.code == "station_starting"
        there.line.close()
        with pytest.raises(ApiError) as caught:
            await admission.admit(request(), ME, LinkPolicy.WAIT)
        assert caught.value.code == "stopping"

    run(work)


@pytest.mark.parametrize("key", [None, "key"])
def test_a_station_that_does_not_answer(monkeypatch: pytest.MonkeyPatch, key: str | None) -> None:
    """What is asked may yet be obeyed: nobody will wait for it, but with a key somebody may ask for it."""
    monkeypatch.setattr("ground.gateway.admission.REPLY_S", 0.05)

    async def work(there: Station, admission: Admission) -> None:
        there.is_deaf_to = "ask"
        with pytest.raises(ApiError) as caught:
            await admission.admit(request(), Applicant("me", key), LinkPolicy.WAIT)
        assert (caught.value.code, caught.value.status) == ("station_silent", 503)
        assert [name for name, _ in there.commands] == (["find", "ask"] if key else ["ask", "cancel"])

    run(work)


@pytest.mark.parametrize("is_kept", [False, True])
def test_the_last_client_to_leave_has_it_cancelled(is_kept: bool) -> None:
    async def work(there: Station, admission: Admission) -> None:
        audience = Audience(there.line, grace_s=0.01)
        prompt = await admission.admit(request(), ME, LinkPolicy.WAIT)
        if is_kept:
            audience.keep(prompt.prompt_id)
        with audience.waiting(prompt.prompt_id):
            with audience.waiting(prompt.prompt_id):
                pass
            await asyncio.sleep(0.03)
            assert ("cancel", prompt.prompt_id) not in there.commands, "one still waits"
        with audience.waiting(prompt.prompt_id):
            await asyncio.sleep(0.03)
        assert ("cancel", prompt.prompt_id) not in there.commands, "another came within the grace"
        await asyncio.sleep(0.03)
        assert (("cancel", prompt.prompt_id) in there.commands) is not is_kept

    run(work)


def test_a_client_that_never_begins_to_wait_and_a_gateway_that_ends() -> None:
    async def work(there: Station, admission: Admission) -> None:
        audience = Audience(there.line, grace_s=0.01)
        gone, left = [await admission.admit(request(text), ME, LinkPolicy.WAIT) for text in ("Gone?", "Left?")]
        audience.expect(gone.prompt_id)
        await asyncio.sleep(0.03)
        audience.expect(left.prompt_id)
        there.line.close()
        await asyncio.sleep(0.03)
        assert [prompt_id for name, prompt_id in there.commands if name == "cancel"] == [gone.prompt_id]

    run(work)
