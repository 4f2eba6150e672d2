"""The spacecraft program's errors.

FlatsatError
 +- ConfigError     a setting that cannot be used: the operator's mistake
 +- BoardError      the board's serial line failed or refused
 +- EngineError     an inference engine could not load or generate
"""


class FlatsatError(Exception):
    """Base of every error that `flatsat` raises on purpose."""


class ConfigError(FlatsatError):
    """A setting holds a value that cannot be used.

    `field` names the setting, `value` is what it held, `accepted` says in words what it may hold.
    """

    def __init__(self, field: str, value: object, accepted: str) -> None:
        super().__init__(f"{field} is {value!r}; accepted: {accepted}")
        self.field = field
        self.value = value
        self.accepted = accepted


class BoardError(FlatsatError):
    """The serial line to the board `device` cannot be used; `reason` says why."""

    def __init__(self, device: str, reason: str) -> None:
        super().__init__(f"board on {device}: {reason}")
        self.device = device
        self.reason = reason


class EngineError(FlatsatError):
    """An inference engine could not load its model or could not generate; `message` says why."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message
