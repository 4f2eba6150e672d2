"""The gateway's paths."""

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route, WebSocketRoute

from ground.gateway.admission import PROMPT_ID_OCTETS, Admission, AdmissionLimits
from ground.gateway.api_error import INVALID, SERVER, ApiError
from ground.gateway.api_keys import ApiKeys
from ground.gateway.audience import Audience
from ground.gateway.chat import Chat
from ground.gateway.chat_request import LinkPolicy
from ground.gateway.chat_response import MODEL, model_object, prompt_object
from ground.gateway.desk_prompt import DeskPrompt
from ground.gateway.guard import Guard
from ground.gateway.live import Live
from ground.gateway.page.files import page_routes
from ground.gateway.station_line import StationLine

METRICS_TYPE = "text/plain; version=0.0.4; charset=utf-8"
"""Prometheus's text format."""
_PROMPT_ID = re.compile(f"[0-9a-f]{{{2 * PROMPT_ID_OCTETS}}}")

Endpoint = Callable[[Request], Awaitable[Response]]


@dataclass(frozen=True, slots=True)
class AppSettings:
    """How requests are served."""

    keys: ApiKeys = field(default_factory=ApiKeys)
    is_local: bool = True
    """Whether only this machine can reach it."""
    policy: LinkPolicy = LinkPolicy.WAIT
    limits: AdmissionLimits = field(default_factory=AdmissionLimits)
    grace_s: float = 5.0
    """For how long a prompt that no client waits for any more is not cancelled."""
    forecast: dict[str, Any] | None = None
    metrics: Callable[[], bytes] | None = None
    is_replay: bool = False
    """The events are those of a finished run: nobody is there to be asked."""


def make_app(line: StationLine, settings: AppSettings) -> Starlette:
    """Return the ASGI application that serves a station's line."""
    admission, audience = Admission(line, settings.limits), Audience(line, settings.grace_s)
    chat = Chat(line, admission, audience, settings.policy)
    prompts = Prompts(line, admission, settings.is_replay)
    complete, cancel = (_refuse_replay, _refuse_replay) if settings.is_replay else (chat.respond, prompts.cancel)
    routes = [
        Route("/v1/models", _models),
        Route("/v1/models/{model:path}", _model),
        Route("/v1/chat/completions", complete, methods=["POST"]),
        Route("/v1/prompts/{prompt_id}", prompts.show, methods=["GET"]),
        Route("/v1/prompts/{prompt_id}", cancel, methods=["DELETE"]),
        Route("/api/snapshot", _json(line.desk.snapshot)),
        Route("/api/forecast", _json(lambda: settings.forecast)),
        Route("/metrics", _metrics(settings.metrics)),
        WebSocketRoute("/live", Live(line, settings.forecast).watch),
        *page_routes(),
    ]
    guard = Middleware(Guard, keys=settings.keys, is_local=settings.is_local)
    handlers = {ApiError: _on_api_error, HTTPException: _on_http_error, Exception: _on_fault}
    return Starlette(routes=routes, middleware=[guard], exception_handlers=handlers)


@dataclass(frozen=True, slots=True)
class Prompts:
    """/v1/prompts: where each is, and its end."""

    line: StationLine
    admission: Admission
    is_replay: bool

    async def show(self, request: Request) -> Response:
        """Return where a prompt is, and its answer so far."""
        return self._object(await self._prompt(request))

    async def cancel(self, request: Request) -> Response:
        """Have a prompt cancelled; out of contact that takes effect at the next AOS."""
        prompt = await self._prompt(request)
        if prompt.open:
            prompt.cancelling = True
            self.line.command("cancel", prompt_id=prompt.prompt_id)
        return self._object(prompt)

    async def _prompt(self, request: Request) -> DeskPrompt:
        prompt_id = request.path_params["prompt_id"]
        prompt = self.line.desk.prompts.get(prompt_id)
        if prompt is None and not self.is_replay and _PROMPT_ID.fullmatch(prompt_id):
            prompt = await self.admission.find(prompt_id)
        if prompt is None:
            raise ApiError(404, INVALID, f"there is no prompt {prompt_id[:64]!r}", param="prompt_id", code="no_prompt")
        return prompt

    def _object(self, prompt: DeskPrompt) -> Response:
        desk = self.line.desk
        return JSONResponse(prompt_object(prompt, desk.status(prompt), desk.clock))


async def _models(_request: Request) -> Response:
    return JSONResponse({"object": "list", "data": [model_object()]})


async def _model(request: Request) -> Response:
    name = request.path_params["model"]
    if name == MODEL:
        return JSONResponse(model_object())
    raise ApiError(404, INVALID, f"the model {name[:64]!r} does not exist", param="model", code="model_not_found")


async def _refuse_replay(_request: Request) -> Response:
    raise ApiError(
        503,
        SERVER,
        "this is the replay of a finished run: nobody is there to be asked",
        code="replay",
        headers={"x-should-retry": "false"},
    )


def _json(content: Callable[[], dict[str, Any] | None]) -> Endpoint:
    async def endpoint(_request: Request) -> Response:
        found = content()
        if found is None:
            raise ApiError(404, INVALID, "the gateway was started without it", code="not_there")
        return JSONResponse(found)

    return endpoint


def _metrics(text: Callable[[], bytes] | None) -> Endpoint:
    async def endpoint(_request: Request) -> Response:
        if text is None:
            raise ApiError(404, INVALID, "the gateway was started without metrics", code="not_there")
        return Response(text(), media_type=METRICS_TYPE)

    return endpoint


async def _on_api_error(_request: Request, error: Exception) -> Response:
    assert isinstance(error, ApiError)
    return error.response()


async def _on_http_error(request: Request, error: Exception) -> Response:
    """Paths and methods that there are not."""
    assert isinstance(error, HTTPException)
    path = request.url.path[:200]
    message = f"{request.method} is not for {path}" if error.status_code == 405 else f"there is nothing at {path}"
    code = "method_not_allowed" if error.status_code == 405 else "not_found"
    return ApiError(error.status_code, INVALID, message, code=code, headers=dict(error.headers or {})).response()


async def _on_fault(_request: Request, _error: Exception) -> Response:
    """A mistake of ours: the client is told no more than that; the operator, by the server's log."""
    return ApiError(500, SERVER, "the gateway made a mistake", code="fault").response()
