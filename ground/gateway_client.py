"""The client of a gateway: prompts up, words back, and how things stand.

It is made of the standard library's http.client: three methods on one host, and server-sent events, which are lines.
"""

import json
from collections.abc import Generator, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from typing import Any
from urllib.parse import urlsplit

from ground.errors import RequestError
from ground.gateway_errors import GatewayLostError, NoGatewayError, RefusedError, why

MODEL = "flatsat"
_SILENCE_S = 60.0
"""After which a gateway is given up: it says something every 10 s."""
_MAX_LINE_OCTETS = 16 * 2**20
_NO_CONTENT = 204
_QUEUED = 202
_FIRST_ERROR = 400
_NO_CHUNK = "what it says is no chunk of an answer"


@dataclass(frozen=True, slots=True)
class Status:
    """Where a prompt is, in words."""

    words: str


@dataclass(frozen=True, slots=True)
class Words:
    """The next words of an answer."""

    text: str


@dataclass(frozen=True, slots=True)
class Ended:
    """An answer is whole: `link` says where its time went, `usage` counts tokens."""

    finish_reason: str
    usage: dict[str, Any]
    link: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Queued:
    """A prompt waits for a pass, and nobody waits for its answer: `prompt` says where it is."""

    prompt: dict[str, Any]


Telling = Generator[Status | Words | Ended | Queued, None, None]
"""What comes of a question, bit by bit."""


class GatewayClient:
    """Makes requests to one gateway, each on a connection of its own."""

    def __init__(self, url: str, key: str | None = None) -> None:
        """Raise RequestError for what is no URL of a gateway."""
        self.url = url.rstrip("/")
        try:
            parts = urlsplit(self.url)
            usable = parts.scheme in ("http", "https") and bool(parts.hostname) and not parts.query
            self._host, self._port = parts.hostname or "", parts.port
        except ValueError:  # a port that is none
            usable = False
        if not usable:
            raise RequestError("url", url, "http://HOST:PORT, such as http://127.0.0.1:8000")
        self._is_secure, self._folder = parts.scheme == "https", parts.path
        self.headers = {"Authorization": f"Bearer {key}"} if key else {}
        """Of every request."""

    def get(self, path: str) -> dict[str, Any]:
        """Return the JSON object at a path. Raise a GatewayError."""
        return self._exchange("GET", path)

    def cancel(self, prompt_id: str) -> dict[str, Any]:
        """Have a prompt cancelled; return where it is then. Raise a GatewayError."""
        return self._exchange("DELETE", f"/v1/prompts/{prompt_id}")

    def ask(self, body: dict[str, Any], idempotency_key: str | None = None) -> Telling:
        """Ask for a completion and yield what comes of it; the last is Ended, or Queued. Raise a GatewayError.

        Closing the iterator hangs up: the gateway cancels what nobody waits for, unless it was asked with a key.
        """
        headers = {"Idempotency-Key": idempotency_key} if idempotency_key else {}
        whole = {"model": MODEL, "stream": True, "stream_options": {"include_usage": True}, **body}
        with self._response("POST", "/v1/chat/completions", whole, headers) as response:
            if response.status == _QUEUED:
                yield Queued(self._object(response))
            else:
                yield from self._told(response)

    def _exchange(self, method: str, path: str) -> dict[str, Any]:
        with self._response(method, path) as response:
            return {} if response.status == _NO_CONTENT else self._object(response)

    @contextmanager
    def _response(
        self, method: str, path: str, body: dict[str, Any] | None = None, headers: dict[str, str] | None = None
    ) -> Iterator[HTTPResponse]:
        kind = HTTPSConnection if self._is_secure else HTTPConnection
        with closing(kind(self._host, self._port, timeout=_SILENCE_S)) as connection:
            try:
                octets = None if body is None else json.dumps(body).encode()
                sent = {"Content-Type": "application/json", "Accept": "application/json", **self.headers}
                connection.request(method, self._folder + path, octets, sent | (headers or {}))
                response = connection.getresponse()
            except (OSError, HTTPException) as error:
                raise NoGatewayError(self.url, why(error)) from None
            with self._losing(), closing(response):
                if response.status >= _FIRST_ERROR:
                    raise RefusedError(response.status, self._error(response))
                yield response

    @contextmanager
    def _losing(self) -> Iterator[None]:
        try:
            yield
        except (OSError, HTTPException) as error:
            raise GatewayLostError(self.url, why(error)) from None

    def _object(self, response: HTTPResponse) -> dict[str, Any]:
        try:
            content = json.loads(response.read(_MAX_LINE_OCTETS))
        except ValueError:
            content = None
        if not isinstance(content, dict):
            raise NoGatewayError(self.url, "what answers there is something else")
        return content

    def _error(self, response: HTTPResponse) -> dict[str, Any]:
        """Return the body of an error; of one that is not the gateway's only the status is known."""
        try:
            content = json.loads(response.read(_MAX_LINE_OCTETS))
        except ValueError:
            return {}
        error = content.get("error") if isinstance(content, dict) else None
        return error if isinstance(error, dict) else {}

    def _told(self, response: HTTPResponse) -> Iterator[Status | Words | Ended]:
        """Yield what the lines of a stream say (WHATWG HTML, 9.2: server-sent events)."""
        ending, usage, link = "", dict[str, Any](), dict[str, Any]()
        while (line := response.readline(_MAX_LINE_OCTETS).decode(errors="replace").rstrip("\r\n")) != "data: [DONE]":
            if response.isclosed() and not line:
                raise GatewayLostError(self.url, "the stream broke off")
            if line.startswith(":"):
                yield Status(line[1:].strip())
            elif line.startswith("data:"):
                chunk = self._chunk(line[5:])
                for text, reason in self._choices(chunk):
                    ending = reason or ending
                    if text:
                        yield Words(text)
                usage, link = chunk.get("usage") or usage, chunk.get("link") or link
        yield Ended(ending, usage, link)

    def _chunk(self, data: str) -> dict[str, Any]:
        try:
            chunk = json.loads(data)
        except (ValueError, RecursionError):
            chunk = None
        if not isinstance(chunk, dict):
            raise GatewayLostError(self.url, _NO_CHUNK)
        if isinstance(error := chunk.get("error"), dict):
            raise RefusedError(200, error)
        return chunk

    def _choices(self, chunk: dict[str, Any]) -> list[tuple[str | None, str | None]]:
        """Return the words, and the reason of the end, of each of a chunk's choices."""
        try:
            return [(each["delta"].get("content"), each.get("finish_reason")) for each in chunk["choices"]]
        except (LookupError, TypeError, AttributeError):
            raise GatewayLostError(self.url, _NO_CHUNK) from None
