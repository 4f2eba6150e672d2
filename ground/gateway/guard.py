"""What comes before every request: whose page sent it, and whose key it has."""

from ipaddress import ip_address
from urllib.parse import urlsplit

from starlette.datastructures import Headers, QueryParams
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.websockets import WebSocket

from ground.gateway.api_error import FORBIDDEN, INVALID, ApiError
from ground.gateway.api_keys import ApiKeys

MAX_HEAD_OCTETS = 16 * 1024
"""Of a request's path and headers."""


class Guard:
    """Turns away other sites' pages, and whoever has no key where keys are wanted.

    A browser sends what any site tells it to, and says so (Origin, RFC 6454). On the loopback interface, where no keys
    are needed, a site could also take our address under its own name: there only this machine's names are answered to.
    """

    def __init__(self, app: ASGIApp, keys: ApiKeys, is_local: bool) -> None:
        self._app, self._keys, self._is_local = app, keys, is_local

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, with its owner, or turn it away."""
        if scope["type"] not in ("http", "websocket"):
            return await self._app(scope, receive, send)
        try:
            scope["state"] = {**scope.get("state", {}), "owner": self._owner(scope)}
        except ApiError as error:
            return await turn_away(error, scope, receive, send)
        return await self._app(scope, receive, send)

    def _owner(self, scope: Scope) -> str:
        headers = Headers(scope=scope)
        _check_size(scope)
        self._check_source(headers.get("host", ""), headers.get("origin"))
        owner = self._keys.owner_of(_key(headers, QueryParams(scope["query_string"])))
        if owner is not None:
            return owner
        if _is_page(scope["path"]):
            return ""
        raise ApiError(401, FORBIDDEN, "a key is missing or wrong", code="invalid_api_key")

    def _check_source(self, host: str, origin: str | None) -> None:
        if self._is_local and not is_this_machine(_hostname(host)):
            raise ApiError(403, FORBIDDEN, f"the host is {host!r:.100}; accepted: localhost", code="wrong_host")
        if origin is not None and origin.partition("://")[2] != host:
            message = f"the request comes from a page of {origin!r:.100}; accepted: our own"
            raise ApiError(403, FORBIDDEN, message, code="wrong_origin")


async def turn_away(error: ApiError, scope: Scope, receive: Receive, send: Send) -> None:
    """Answer with an error: a WebSocket before it is open, which is an HTTP response, too."""
    if scope["type"] == "websocket":
        return await WebSocket(scope, receive, send).send_denial_response(error.response())
    return await error.response()(scope, receive, send)


def is_this_machine(name: str) -> bool:
    """Whether a name or address is this machine's own, which no other can reach."""
    try:
        return ip_address(name).is_loopback
    except ValueError:
        return name == "localhost" or name.endswith(".localhost")


def _check_size(scope: Scope) -> None:
    """The HTTP parser bounds what is not whole yet; what comes in one piece it takes."""
    head = [scope["raw_path"], scope["query_string"], *(part for header in scope["headers"] for part in header)]
    if sum(map(len, head)) > MAX_HEAD_OCTETS:
        message = f"path and headers are too long; accepted: {MAX_HEAD_OCTETS} octets"
        raise ApiError(431, INVALID, message, code="head_too_large")


def _key(headers: Headers, query: QueryParams) -> str | None:
    """A browser cannot give a WebSocket headers: its key stands in the address."""
    scheme, _, key = headers.get("authorization", "").partition(" ")
    return key.strip() if scheme.lower() == "bearer" else query.get("key")


def _hostname(host: str) -> str:
    try:
        return urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return ""


def _is_page(path: str) -> bool:
    """Its files hold nothing that is secret: the page asks for the key."""
    return path == "/" or path.startswith("/page/")
