"""A folder on another machine, reached by whatever runs that machine's Python."""

import shlex
import subprocess
from pathlib import Path, PurePosixPath

from testbed.errors import RigError

_PATIENCE_S = 30.0
_PUT = """import os, sys
os.makedirs(os.path.dirname(sys.argv[1]), 0o700, exist_ok=True)
with open(os.open(sys.argv[1], os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
    file.write(sys.stdin.buffer.read())
"""
_REMOVE = "import shutil, sys; shutil.rmtree(sys.argv[1], ignore_errors=True)"


def command_line(python: list[str], arguments: list[str]) -> list[str]:
    """Return what runs Python with arguments; ssh hands what it is given to a shell, joined by blanks."""
    return [*python, *map(shlex.quote, arguments)] if Path(python[0]).name == "ssh" else [*python, *arguments]


class FarFolder:
    """A run's folder there: private, made with its first file."""

    def __init__(self, python: list[str], path: PurePosixPath) -> None:
        self._python, self.path = python, path

    def put(self, name: str, content: bytes) -> str:
        """Write a file, for its owner alone; return its path. Raise RigError if it cannot be written."""
        path = str(self.path / name)
        self._run(_PUT, path, content)
        return path

    def remove(self) -> None:
        """Remove the folder with all that it holds. Raise RigError if the machine cannot be reached."""
        self._run(_REMOVE, str(self.path), b"")

    def _run(self, code: str, path: str, content: bytes) -> None:
        command = command_line(self._python, ["-c", code, path])
        try:
            done = subprocess.run(command, input=content, capture_output=True, timeout=_PATIENCE_S, check=False)
        except (OSError, subprocess.TimeoutExpired) as error:
            raise RigError(f"{self._python[0]} cannot be run: {error}") from None
        if done.returncode:
            said = done.stderr.decode(errors="replace").strip().splitlines()
            raise RigError(f"{' '.join(self._python)} cannot write {path}: {said[-1] if said else done.returncode}")
