"""Errors of the serial line to the board.

SerialError
 +- SerialInputError    what we were asked to send cannot be put on the wire: our mistake
 +- SerialDecodeError   what arrived is not a message of this line: the peer's, or the wire's
"""


class SerialError(Exception):
    """A value that the serial line cannot carry.

    `field` names what is wrong, `value` is what it held, `accepted` says in words what it may hold.
    """

    def __init__(self, field: str, value: object, accepted: str) -> None:
        super().__init__(f"{field} is {value!r}; accepted: {accepted}")
        self.field = field
        self.value = value
        self.accepted = accepted


class SerialInputError(SerialError):
    """A message or payload that cannot be encoded."""


class SerialDecodeError(SerialError):
    """Octets that decode to no message."""
