"""Errors of the protocol package.

ProtocolError
├── LocalError    the caller's mistake: a value that cannot be encoded
└── RemoteError   the peer's, or the link's: octets that cannot be decoded
"""


class ProtocolError(Exception):
    """Base of every error that this package raises."""


class LocalError(ProtocolError):
    """The caller gave a value that is not allowed; `accepted` says what is."""

    def __init__(self, field: str, value: object, accepted: str) -> None:
        super().__init__(field, value, accepted)
        self.field = field
        self.value = value
        self.accepted = accepted

    def __str__(self) -> str:
        return f"{self.field}: {self.value!r:.80} is not allowed; accepted: {self.accepted}"


class RemoteError(ProtocolError):
    """What came from the peer is malformed; `what` names the unit or the field, `detail` says why."""

    def __init__(self, what: str, detail: str) -> None:
        super().__init__(what, detail)
        self.what = what
        self.detail = detail

    def __str__(self) -> str:
        return f"{self.what}: {self.detail}"
