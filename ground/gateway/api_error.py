"""What the gateway answers to a request that it cannot serve: an HTTP status and a body that client libraries read."""

from typing import Any

from starlette.responses import JSONResponse

from ground.errors import GroundError

INVALID, FORBIDDEN, LIMIT, NO_LINK, NO_ANSWER, SERVER = (
    "invalid_request_error",
    "authentication_error",
    "rate_limit_error",
    "link_error",
    "answer_error",
    "server_error",
)
"""Types of errors, in the words of the OpenAI API where it has one."""
DO_NOT_RETRY = {"x-should-retry": "false"}
"""To OpenAI's client libraries, which else ask three times."""


class ApiError(GroundError):
    """A request that is answered with an error."""

    def __init__(
        self,
        status: int,
        kind: str,
        message: str,
        *,
        param: str | None = None,
        code: str | None = None,
        headers: dict[str, str] | None = None,
        **extra: object,
    ) -> None:
        super().__init__(message)
        self.status, self.kind, self.message = status, kind, message
        self.param, self.code, self.headers, self.extra = param, code, headers or {}, extra

    def body(self) -> dict[str, Any]:
        """Return the body: OpenAI's four fields, and what else is known."""
        error = {"message": self.message, "type": self.kind, "param": self.param, "code": self.code, **self.extra}
        return {"error": error}

    def response(self) -> JSONResponse:
        """Return the answer."""
        return JSONResponse(self.body(), self.status, self.headers)


def invalid(param: str | None, value: object, accepted: str, code: str | None = None) -> ApiError:
    """Return the error of a field that holds what cannot be served."""
    return ApiError(400, INVALID, f"{param} is {value!r:.200}; accepted: {accepted}", param=param, code=code)
