"""Who may ask: a prompt gets an id and a place among those that are open, or joins one that was asked before."""

import asyncio
import math
import os
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any
from weakref import WeakValueDictionary

from ground.gateway.api_error import DO_NOT_RETRY, INVALID, LIMIT, NO_LINK, SERVER, ApiError
from ground.gateway.chat_request import ChatRequest, LinkPolicy
from ground.gateway.chat_response import next_aos
from ground.gateway.desk import Event
from ground.gateway.desk_prompt import DeskPrompt
from ground.gateway.station_line import StationLine, Subscription

PROMPT_ID_OCTETS = 8
REPLY_S = 10.0
"""The station obeys once a block of samples; a link that stands still holds it up."""
_REMEMBERED_S = 300.0
"""For how long after its end a prompt is what a client library's retry means: longer than that retries for."""
_FULL_S = "5"
_SILENT = "station_silent"


@dataclass(frozen=True, slots=True)
class AdmissionLimits:
    """How many prompts may be open: in all, and of one owner."""

    prompts: int = 64
    prompts_of_owner: int = 64


@dataclass(frozen=True, slots=True)
class Applicant:
    """Who asks, under which idempotency key, and whether a client library says that it asks again."""

    owner: str
    key: str | None = None
    is_retry: bool = False


class Admission:
    """Hands prompts to the station. The same request is never handed over twice."""

    def __init__(
        self,
        line: StationLine,
        limits: AdmissionLimits,
        new_id: Callable[[], str] = lambda: os.urandom(PROMPT_ID_OCTETS).hex(),
    ) -> None:
        self._line, self._limits, self._new_id = line, limits, new_id
        self._asked: dict[str, tuple[str, dict[str, Any]]] = {}
        """Owner and fields of what was asked here, by prompt id."""
        self._asking: list[str] = []
        """The ids of which the station has said nothing yet."""
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def admit(self, request: ChatRequest, applicant: Applicant, policy: LinkPolicy) -> DeskPrompt:
        """Return the prompt, which is journalled now or was before. Raise ApiError if it cannot be asked."""
        self._check_station()
        fields = request.to_ask()
        earlier = self._earlier(applicant.owner, fields) if applicant.is_retry else None
        prompt_id = keyed_id(applicant.owner, applicant.key) if applicant.key else earlier or self._new_id()
        joins = prompt_id == earlier or (applicant.key is not None and await self.find(prompt_id) is not None)
        if not joins:
            self._check_link(policy)
            self._check_room(applicant.owner)
        try:
            return await self._ask(prompt_id, applicant.owner, fields)
        except ApiError as error:
            if error.code == _SILENT and not applicant.key:  # it may be asked yet, when nobody waits for it any more
                self._line.command("cancel", prompt_id=prompt_id)
            raise

    async def find(self, prompt_id: str) -> DeskPrompt | None:
        """Return a prompt that the station knows, also one that has ended long ago; None if there is none."""
        if prompt := self._line.desk.prompts.get(prompt_id):
            return prompt
        reply = await self._command("find", prompt_id, {})
        return self._line.desk.prompts[prompt_id] if reply["event"] != "rejected" else None

    # -- checks ----------------------------------------------------------------------------------------------------

    def _check_station(self) -> None:
        if self._line.is_closed:
            raise ApiError(503, SERVER, "the gateway is about to end", code="stopping")
        if self._line.desk.clock.link_time_s is None:
            message = "the station has not begun yet"
            raise ApiError(503, SERVER, message, code="station_starting", headers={"retry-after": "1"})

    def _check_link(self, policy: LinkPolicy) -> None:
        if policy is not LinkPolicy.FAIL or self._line.desk.is_link_up:
            return
        aos = next_aos(self._line.desk.clock)
        when = f"the next AOS is in {aos['in_s']:.0f} s, {aos['utc'] or 'UTC not known'}" if aos else "no AOS is known"
        headers = DO_NOT_RETRY | ({"retry-after": str(math.ceil(aos["in_s"]))} if aos else {})
        message = f"there is no link to the spacecraft; {when}"
        raise ApiError(503, NO_LINK, message, code="no_link", headers=headers, next_aos=aos)

    def _check_room(self, owner: str) -> None:
        """Room is for what is open, whoever asked it, and for what the station has not answered for yet."""
        open_ids = {prompt.prompt_id for prompt in self._line.desk.open_prompts} | set(self._asking)
        own = sum(self._asked[each][0] == owner for each in open_ids if each in self._asked)
        if len(open_ids) >= self._limits.prompts:
            raise _full(f"{len(open_ids)} prompts are open, which is all that there is room for")
        if own >= self._limits.prompts_of_owner:
            raise _full(f"{own} of your prompts are open, as many as one key may have")

    def _earlier(self, owner: str, fields: dict[str, Any]) -> str | None:
        """Return the newest prompt of the same owner and fields, unless it ended long ago."""
        same = (each for each, asked in reversed(self._asked.items()) if asked == (owner, fields))
        return next((prompt_id for prompt_id in same if self._is_recent(prompt_id)), None)

    def _is_recent(self, prompt_id: str) -> bool:
        prompt = self._line.desk.prompts.get(prompt_id)
        if prompt is None:
            return prompt_id in self._asking
        return prompt.open or time.time() - (prompt.ended_wall_s or 0.0) < _REMEMBERED_S

    # -- the station -----------------------------------------------------------------------------------------------

    async def _ask(self, prompt_id: str, owner: str, fields: dict[str, Any]) -> DeskPrompt:
        self._remember(prompt_id, owner, fields)
        self._asking.append(prompt_id)
        try:
            reply = await self._command("ask", prompt_id, fields)
        finally:
            self._asking.remove(prompt_id)
        if reply["event"] == "rejected":
            raise _rejected(reply)
        return self._line.desk.prompts[prompt_id]

    def _remember(self, prompt_id: str, owner: str, fields: dict[str, Any]) -> None:
        """Remember who asked it first, and forget what is on no desk any more."""
        known = self._line.desk.prompts
        self._asked = {each: asked for each, asked in self._asked.items() if each in known or each in self._asking}
        self._asked.setdefault(prompt_id, (owner, fields))

    async def _command(self, name: str, prompt_id: str, fields: dict[str, Any]) -> Event:
        """Give a command about a prompt and return what the station says to it.

        One at a time for each prompt: the station does not say which command it replies to.
        """
        async with self._locks.setdefault(prompt_id, asyncio.Lock()):
            return await self._reply_to(name, prompt_id, fields)

    async def _reply_to(self, name: str, prompt_id: str, fields: dict[str, Any]) -> Event:
        replies = self._line.subscribe()
        try:
            self._line.command(name, prompt_id=prompt_id, **fields)
            with suppress(asyncio.TimeoutError):
                if reply := await asyncio.wait_for(_reply(replies, prompt_id), REPLY_S):
                    return reply
        finally:
            replies.close()
        raise ApiError(503, SERVER, "the station does not answer", code=_SILENT, prompt_id=prompt_id)


def keyed_id(owner: str, key: str) -> str:
    """Return the id of a prompt that is asked with an idempotency key: the same for the same owner and key."""
    return blake2b(f"{owner}\0{key}".encode(), digest_size=PROMPT_ID_OCTETS).hexdigest()


async def _reply(events: Subscription, prompt_id: str) -> Event | None:
    async for event in events:
        if _is_reply(event, prompt_id):
            return event
    return None


def _is_reply(event: Event, prompt_id: str) -> bool:
    match event["event"]:
        case "milestone":
            return bool(event["name"] == "queued" and event["prompt_id"] == prompt_id)
        case "known":
            return bool(event["found"]["prompt_id"] == prompt_id)
        case "rejected":
            return bool(event.get("prompt_id") == prompt_id)
    return False


_PARAMS = {"text": "messages", "prompt": "messages", "system": "messages", "turns": "messages"}
"""Fields of the station's command that the API knows by another name."""


def _rejected(reply: Event) -> ApiError:
    field, accepted = reply["field"], reply["accepted"]
    message = f"{field} is {reply['value']!r:.200}; accepted: {accepted}"
    if field == "prompt_id":
        message = "this idempotency key was used for another request; accepted: the same request again, or another key"
        return ApiError(422, INVALID, message, param="Idempotency-Key", code="idempotency_key_reused")
    if field == "journal":
        return ApiError(503, SERVER, message, code="journal")
    return ApiError(400, INVALID, message, param=_PARAMS.get(field, field))


def _full(message: str) -> ApiError:
    message = f"{message}; try again when one has ended"
    return ApiError(429, LIMIT, message, code="queue_full", headers={"retry-after": _FULL_S})
