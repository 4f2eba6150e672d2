"""Where an ssh command leads to."""

import getpass
from dataclasses import dataclass
from pathlib import Path

from typing_extensions import Self

_WITH_ARGUMENT = "BbcDEeFIiJLlmOoPpQRSWw"
"""Options of OpenSSH's client that take an argument: its manual page, ssh(1)."""
_PORT = 22


@dataclass(frozen=True, slots=True)
class SshPlace:
    """A host as ssh's own configuration may know it."""

    host: str
    user: str
    port: int = _PORT
    key: str = ""
    """A file; ssh chooses if it is left out."""

    @classmethod
    def of(cls, command: list[str]) -> Self | None:
        """Return where a command leads to, None if it is not ssh's or names no host.

        >>> SshPlace.of(["ssh", "-p", "2222", "pi@jetson", "python3"])
        SshPlace(host='jetson', user='pi', port=2222, key='')
        """
        if Path(command[0]).name != "ssh":
            return None
        options, rest = _split(command[1:])
        if not rest:
            return None
        user, _, host = rest[0].rpartition("@")
        port = options.get("p", "")
        user = user or options.get("l", "") or getpass.getuser()
        return cls(host, user, int(port) if port.isdecimal() else _PORT, options.get("i", ""))


def _split(arguments: list[str]) -> tuple[dict[str, str], list[str]]:
    """Return the options that take an argument, with it, and what is left from the first word that is no option."""
    options: dict[str, str] = {}
    rest = list(arguments)
    while rest and rest[0].startswith("-"):
        letter, value = rest[0][1:2], rest[0][2:]
        rest.pop(0)
        if letter in _WITH_ARGUMENT and letter:
            options[letter] = value or (rest.pop(0) if rest else "")
    return options, rest
