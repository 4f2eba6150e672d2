"""What a client of a gateway may meet.

GroundError
 +- GatewayError          the gateway cannot help
     +- NoGatewayError    there is none
     +- GatewayLostError  it went away
     +- RefusedError      it says why not
"""

from typing import Any

from ground.errors import GroundError

# Of HTTP's statuses, those that say that the request was wrong, and not what it met.
_MISTAKES = (400, 401, 403, 404, 405, 413, 415, 422)


class GatewayError(GroundError):
    """Base of what a client of a gateway may meet."""


class NoGatewayError(GatewayError):
    """Nothing that is a gateway answers at a URL."""

    def __init__(self, url: str, why: str) -> None:
        start = "ground serve --http 127.0.0.1:8000 --keys FILE --journal FILE ..."
        super().__init__(f"no gateway at {url} ({why}); --url names another; to start one: {start}")


class GatewayLostError(GatewayError):
    """The connection to a gateway ended before the answer did."""

    def __init__(self, url: str, why: str) -> None:
        super().__init__(f"the gateway at {url} went away ({why})")


class RefusedError(GatewayError):
    """A gateway says why it does not do what was asked: `status` is HTTP's, `code` the gateway's word for it."""

    def __init__(self, status: int, error: dict[str, Any]) -> None:
        super().__init__(str(error.get("message", f"HTTP status {status}")))
        self.status = status
        self.code = error.get("code")
        self.prompt_id = error.get("prompt_id")

    @property
    def is_mistake(self) -> bool:
        """Whether the request was wrong, and would be wrong at any other time."""
        return self.status in _MISTAKES


def why(error: Exception) -> str:
    """Return what went wrong, as the system says it."""
    return getattr(error, "strerror", None) or " ".join(str(error).split()) or type(error).__name__
