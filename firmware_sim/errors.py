"""The simulated firmware's errors, all of them the user's to mend.

FirmwareSimError
 +- SettingError    a setting holds a value that cannot be used
 +- LinkError       the terminal's symbolic link cannot be made
"""

from pathlib import Path


class FirmwareSimError(Exception):
    """Base of every error that `firmware_sim` raises on purpose."""


class SettingError(FirmwareSimError):
    """A setting holds a value that cannot be used.

    `field` names the setting, `value` is what it held, `accepted` says in words what it may hold.
    """

    def __init__(self, field: str, value: object, accepted: str) -> None:
        super().__init__(f"{field} is {value!r}; accepted: {accepted}")
        self.field = field
        self.value = value
        self.accepted = accepted


class LinkError(FirmwareSimError):
    """The symbolic link `path` to the terminal cannot be made; `reason` says why and what to do."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(f"cannot make the link {path}: {reason}")
        self.path = path
        self.reason = reason
