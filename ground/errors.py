"""The ground-station program's errors.

GroundError
 +- RequestError    a request that cannot be sent: the operator's mistake
"""


class GroundError(Exception):
    """Base of every error that `ground` raises on purpose."""


class RequestError(GroundError):
    """A request holds a value that cannot be sent: `field`, its `value` and what is `accepted`, in words."""

    def __init__(self, field: str, value: object, accepted: str) -> None:
        super().__init__(f"{field} is {value!r:.200}; accepted: {accepted}")
        self.field = field
        self.value = value
        self.accepted = accepted
