"""The body of a request, which has a bound."""

from starlette.requests import ClientDisconnect, Request

from ground.gateway.api_error import INVALID, ApiError

MAX_BODY_OCTETS = 256 * 1024
"""Sixteen times what a prompt may have: JSON writes some characters in six octets, and ignored fields count, too."""


async def read_body(request: Request) -> bytes:
    """Return the body. Raise ApiError if it is too large, without reading what is beyond."""
    length = request.headers.get("content-length", "0")
    if length.isdecimal() and int(length) > MAX_BODY_OCTETS:
        raise _too_large()
    octets = bytearray()
    try:
        async for part in request.stream():
            octets += part
            if len(octets) > MAX_BODY_OCTETS:
                raise _too_large()
    except ClientDisconnect:
        raise ApiError(400, INVALID, "the body ends before its end", code="incomplete_body") from None
    return bytes(octets)


def _too_large() -> ApiError:
    message = f"the body is too large; accepted: at most {MAX_BODY_OCTETS} octets"
    return ApiError(413, INVALID, message, code="body_too_large", headers={"connection": "close"})
