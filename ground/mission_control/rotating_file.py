"""A file of lines that does not grow without bounds."""

from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from ground.errors import RequestError

DEFAULT_OCTETS = 10 * 2**20
DEFAULT_KEPT = 5


class RotatingFile:
    """Lines are added to a file; when it is full it becomes FILE.1, what was FILE.1 becomes FILE.2, and so on."""

    def __init__(self, path: Path, max_octets: int = DEFAULT_OCTETS, kept: int = DEFAULT_KEPT) -> None:
        """Open the file, or make it; ``kept`` full ones stay, at least one. Raises RequestError if that cannot be."""
        self._path, self._max_octets, self._kept = path, max_octets, kept
        try:
            self._file = self._open()
        except OSError as error:
            raise RequestError("log", str(path), f"a file that can be written ({error.strerror})") from None

    def write(self, line: str) -> None:
        """Add a line, which the system has when this returns. Raises OSError."""
        if self._file.closed:  # it could not be opened anew when it was full
            self._file = self._open()
        octets = line.encode() + b"\n"
        if self._file.tell() and self._file.tell() + len(octets) > self._max_octets:
            self._rotate()
        self._file.write(octets)

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def _open(self) -> BinaryIO:
        return self._path.open("ab", buffering=0)

    def _rotate(self) -> None:
        self._file.close()
        for number in range(self._kept, 0, -1):
            with suppress(FileNotFoundError):
                self._numbered(number - 1).replace(self._numbered(number))
        self._file = self._open()

    def _numbered(self, number: int) -> Path:
        return self._path.with_name(f"{self._path.name}.{number}") if number else self._path
