"""The live events of a gateway."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from ground.gateway_client import GatewayClient
from ground.gateway_errors import GatewayLostError, NoGatewayError, RefusedError, why

_MAX_EVENT_OCTETS = 16 * 2**20
_FIRST_ERROR = 400


class LiveEvents:
    """Gives out the events of an open connection: the first says how things stand, then they come as they happen."""

    def __init__(self, url: str, connection: ClientConnection) -> None:
        self._url, self._connection = url, connection

    def next(self, timeout_s: float) -> dict[str, Any] | None:
        """Return the next event, None if none comes in time. Raise GatewayLostError if none will come any more."""
        try:
            event = json.loads(self._connection.recv(timeout_s))
        except TimeoutError:
            return None
        except ConnectionClosed:
            raise GatewayLostError(self._url, "it closed the connection") from None
        except (ValueError, RecursionError):
            event = None
        if not isinstance(event, dict) or not isinstance(event.get("event"), str):
            raise GatewayLostError(self._url, "what it says is no event")
        return event


@contextmanager
def live_events(gateway: GatewayClient) -> Iterator[LiveEvents]:
    """Open the live events of a gateway and close them in the end. Raise a GatewayError."""
    url = f"ws{gateway.url.removeprefix('http')}/live"
    try:
        connection = connect(url, additional_headers=gateway.headers, max_size=_MAX_EVENT_OCTETS, proxy=None)
    except InvalidStatus as error:
        raise _refused(gateway.url, error) from None
    except (OSError, InvalidHandshake) as error:
        raise NoGatewayError(gateway.url, why(error)) from None
    with connection:
        yield LiveEvents(gateway.url, connection)


def _refused(url: str, error: InvalidStatus) -> Exception:
    """Return what the gateway said instead of opening a WebSocket."""
    try:
        told = json.loads(error.response.body or b"")["error"]
        return RefusedError(error.response.status_code, told)
    except (ValueError, LookupError, TypeError):
        return NoGatewayError(url, f"HTTP status {error.response.status_code}")
