"""The simulated firmware's errors, all of them the user's to mend.

FirmwareSimError
 +- SettingError    a setting holds a value that cannot be used
 +- LinkError       the terminal's symbolic link cannot be made
 +- ToolError       a program that is needed is not installed
 +- QemuError       QEMU does not run the board
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


class ToolError(FirmwareSimError):
    """The program `tool` is not installed; Debian's `package` has it."""

    def __init__(self, tool: str, package: str) -> None:
        super().__init__(f"{tool} is not installed: apt install {package}")
        self.tool = tool
        self.package = package


class QemuError(FirmwareSimError):
    """The image of the board's firmware cannot be built or run, or ended; `reason` says why."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"the board in QEMU: {reason}")
        self.reason = reason
