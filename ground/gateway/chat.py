"""/v1/chat/completions: a prompt goes up, its answer comes back, in chunks or whole."""

import asyncio
from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from ground.gateway.admission import Admission, Applicant
from ground.gateway.api_error import SERVER, ApiError, invalid
from ground.gateway.audience import Audience
from ground.gateway.chat_request import ChatRequest, LinkPolicy, policy_of
from ground.gateway.chat_response import (
    MODEL,
    Chunks,
    completion,
    failure,
    prompt_object,
    prompt_url,
    sse_comment,
    sse_data,
)
from ground.gateway.desk_prompt import DeskPrompt
from ground.gateway.event_stream import EventStream, unless_gone
from ground.gateway.request_body import read_body
from ground.gateway.station_line import StationLine

COMMENT_PERIOD_S = 10.0
"""A stream says something at least so often: proxies close what is silent for a minute or so."""
_LAST_VIEW_S = 1.0
"""How long an end may wait for the view that says how well its last frame was heard."""
_MAX_KEY_CHARACTERS = 255


@dataclass(frozen=True, slots=True)
class Chat:
    """Answers requests for completions."""

    line: StationLine
    admission: Admission
    audience: Audience
    policy: LinkPolicy
    """For requests that name none."""

    async def respond(self, request: Request) -> Response:
        """Return the answer, whole or as a stream; or where it will be. Raise ApiError."""
        chat = ChatRequest.of(await read_body(request), MODEL)
        applicant = _applicant(request.headers, request.state.owner)
        policy = chat.policy or policy_of("X-Link-Policy", request.headers.get("x-link-policy")) or self.policy
        prompt = await self.admission.admit(chat, applicant, policy)
        if applicant.key or policy is LinkPolicy.QUEUE:
            self.audience.keep(prompt.prompt_id)
        self.audience.expect(prompt.prompt_id)
        if error := failure(prompt):
            raise error
        if policy is LinkPolicy.QUEUE and prompt.open and not self.line.desk.is_link_up:
            return self._queued(prompt)
        if chat.stream:
            return EventStream(self._stream(prompt, Chunks(prompt, chat.include_usage)))
        whole = await unless_gone(request, self._whole(prompt))
        return whole or Response()  # which nobody reads

    def _queued(self, prompt: DeskPrompt) -> Response:
        desk = self.line.desk
        where = {"location": prompt_url(prompt.prompt_id)}
        return JSONResponse(prompt_object(prompt, desk.status(prompt), desk.clock), 202, where)

    async def _whole(self, prompt: DeskPrompt) -> Response:
        if prompt.open:
            with self.audience.waiting(prompt.prompt_id):
                while prompt.open and not self.line.is_closed:
                    await self.line.changed(COMMENT_PERIOD_S)
                await self._heard_to_its_end(prompt)
        if error := self._failure(prompt):
            raise error
        return JSONResponse(completion(prompt))

    async def _stream(self, prompt: DeskPrompt, chunks: Chunks) -> AsyncGenerator[str, None]:
        """Yield comments that say where the prompt is, and the words as they come, from the first one on."""
        with self.audience.waiting(prompt.prompt_id):
            yield chunks.role()
            shown, status, has_ended_before = 0, "", not prompt.open
            while True:
                is_over = not prompt.open or self.line.is_closed
                if not is_over and status != (status := self.line.desk.status(prompt)):
                    yield sse_comment(status)
                if text := prompt.answer[shown:]:
                    yield chunks.words(text)
                    shown += len(text)
                elif is_over:
                    break
                elif not await self.line.changed(COMMENT_PERIOD_S):
                    yield sse_comment(status)
            if not has_ended_before:
                await self._heard_to_its_end(prompt)
        error = self._failure(prompt)
        yield sse_data(error.body()) if error else chunks.end()

    async def _heard_to_its_end(self, prompt: DeskPrompt) -> None:
        """Wait a moment until it is known how well the last frame was heard."""
        loop = asyncio.get_running_loop()
        until_s = loop.time() + _LAST_VIEW_S
        desk = self.line.desk
        while (desk.viewed_s or 0.0) < (prompt.ended_s or 0.0) and not self.line.is_closed:
            if not await self.line.changed(max(0.0, until_s - loop.time())):
                return

    def _failure(self, prompt: DeskPrompt) -> ApiError | None:
        if prompt.open:
            message = "the gateway ends; the prompt goes on, and the same request asked again joins it"
            return ApiError(503, SERVER, message, code="stopping", prompt_id=prompt.prompt_id)
        return failure(prompt)


def _applicant(headers: Mapping[str, str], owner: str) -> Applicant:
    key = headers.get("idempotency-key")
    if key is not None and not 0 < len(key) <= _MAX_KEY_CHARACTERS:
        raise invalid("Idempotency-Key", key, f"1 to {_MAX_KEY_CHARACTERS} characters")
    return Applicant(owner, key, headers.get("x-stainless-retry-count", "0") != "0")
