"""The machine that is looked at: its files, its commands, this Python."""

import importlib.metadata
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

_LONGEST_S = 30.0


@dataclass(frozen=True, slots=True)
class Said:
    """What a command said, both streams together; a status below 0 is the signal that ended it."""

    status: int
    text: str

    @property
    def last_line(self) -> str:
        """The last line that is not blank; '' of a command that said nothing."""
        lines = self.text.strip().splitlines()
        return lines[-1].strip() if lines else ""


def said_by(command: Sequence[str]) -> Said | None:
    """Run a command and return what it said; None if there is no such command, or it does not end."""
    streams = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
    try:
        ended = subprocess.run(command, check=False, text=True, errors="replace", timeout=_LONGEST_S, **streams)  # type: ignore[call-overload]
    except (OSError, subprocess.TimeoutExpired):
        return None
    return Said(ended.returncode, ended.stdout)


def package_version(name: str) -> str | None:
    """Return the version of a package that this Python finds, None if there is none."""
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return None


@dataclass(frozen=True, slots=True)
class Machine:
    """Files are read below ``root``; the rest is this process's own, unless told otherwise."""

    root: Path = Path("/")
    environment: Mapping[str, str] = field(default_factory=lambda: os.environ)
    run: Callable[[Sequence[str]], Said | None] = said_by
    version_of: Callable[[str], str | None] = package_version
    may_use: Callable[[Path], bool] = lambda path: os.access(path, os.R_OK | os.W_OK)
    free_octets: Callable[[Path], int] = lambda path: shutil.disk_usage(path).free
    user_id: int = field(default_factory=os.geteuid)
    group_ids: frozenset[int] = field(default_factory=lambda: frozenset((os.getegid(), *os.getgroups())))
    python: tuple[int, ...] = sys.version_info[:3]
    prefix: str = sys.prefix
    base_prefix: str = sys.base_prefix

    def at(self, path: str | Path) -> Path:
        """Return where an absolute path of the machine's lies."""
        return self.root / str(path).lstrip("/")

    def text(self, path: str | Path) -> str | None:
        """Return a small file's text without the blanks around it, None if it cannot be read."""
        try:
            return self.at(path).read_text(encoding="utf-8", errors="replace").strip("\0\n ")
        except OSError:
            return None

    def names(self, folder: str) -> list[str]:
        """Return the names in a folder, in order; none of a folder that is not there."""
        try:
            return sorted(path.name for path in self.at(folder).iterdir())
        except OSError:
            return []

    def has_program(self, name: str) -> bool:
        """Whether the shell would find a program."""
        folders = [""] if "/" in name else self.environment.get("PATH", "").split(":")
        return any(os.access(self.at(Path(folder, name)), os.X_OK) for folder in folders)
