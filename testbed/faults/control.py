"""The rig's control port: a Unix socket in its scratch folder, over which a fault is asked for while it runs.

One line of JSON each way. Only the rig's own user may connect: folder and socket are of mode 0700 and 0600.
"""

import json
import os
import select
import socket
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from edge.checked_toml import check
from testbed.errors import RigError, ScenarioError, TestbedError
from testbed.faults.fault import Command, ProgramFault

NAME = "control"
ANSWER_S = 400.0
"""Longer than it takes to load a model again."""
_PATIENCE_S = 1.0
_MOST_OCTETS = 4096


class ControlPort:
    """The rig's end. It is looked at between two looks at the programs: no thread."""

    def __init__(self, folder: Path) -> None:
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.bind(str(folder / NAME))
        os.chmod(folder / NAME, 0o600)
        self._socket.listen()

    def serve(self, carry_out: Callable[[ProgramFault], str]) -> None:
        """If somebody asks for a fault, carry it out and say what was done; what is wrong with it is told, too."""
        if not select.select([self._socket], [], [], 0)[0]:
            return
        connection, _ = self._socket.accept()
        with connection:
            connection.settimeout(_PATIENCE_S)
            try:
                answer = _answer(_read_line(connection), carry_out)
                connection.sendall(json.dumps(answer).encode() + b"\n")
            except OSError:
                return  # whoever asked is gone, or does not say what he wants

    def close(self) -> None:
        """Take the port down."""
        self._socket.close()


def _answer(line: bytes, carry_out: Callable[[ProgramFault], str]) -> dict[str, Any]:
    try:
        content = json.loads(line)
        if not isinstance(content, dict):
            raise ScenarioError("fault", content, "a JSON object")
        return {"done": carry_out(check({"fault": content}, Command, ScenarioError).fault)}
    except ScenarioError as error:
        return {"field": error.field, "value": error.value, "accepted": error.accepted}
    except ValueError:
        return {"field": "fault", "value": line.decode(errors="replace"), "accepted": "a JSON object on one line"}
    except TestbedError as error:
        return {"failed": str(error)}


def reachable(folders: Iterable[Path]) -> list[Path]:
    """Return those of the folders in which a rig listens."""
    return [folder for folder in folders if _is_open(folder)]


def ask_for(folder: Path, fault: dict[str, Any]) -> str:
    """Have a rig carry out a fault; return what was done. Raises ScenarioError for a mistake, RigError if it failed."""
    try:
        with _connected(folder) as connection:
            connection.settimeout(ANSWER_S)
            connection.sendall(json.dumps(fault).encode() + b"\n")
            answer = json.loads(_read_line(connection))
    except (OSError, ValueError) as error:
        raise RigError(f"the rig in {folder} does not answer: {error}") from None
    if "accepted" in answer:
        raise ScenarioError(answer["field"], answer["value"], answer["accepted"])
    if "failed" in answer:
        raise RigError(str(answer["failed"]))
    return str(answer["done"])


def _is_open(folder: Path) -> bool:
    try:
        _connected(folder).close()
    except OSError:
        return False
    return True


def _connected(folder: Path) -> socket.socket:
    connection = socket.socket(socket.AF_UNIX)
    try:
        connection.connect(str(folder / NAME))
    except OSError:
        connection.close()
        raise
    return connection


def _read_line(connection: socket.socket) -> bytes:
    line = b""
    while not line.endswith(b"\n") and len(line) < _MOST_OCTETS:
        part = connection.recv(_MOST_OCTETS)
        if not part:
            break
        line += part
    return line
