"""Files that come over a link, in one folder: none gets its name before it is whole."""

import contextlib
import os
import re
from pathlib import Path

from edge.private_file import sync_folder

_PLAIN_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,199}")


class FolderFilestore:
    """Reads files of a folder, and writes what comes in beside them until it is whole.

    A name has letters, digits, dots, underscores and hyphens, and ends in `suffix`; no file exceeds `max_octets`.
    What `sync` has seen outlasts a loss of power. Every method raises OSError where it cannot, and nothing else.
    """

    def __init__(self, folder: Path, suffix: str, max_octets: int) -> None:
        """Make the folder if it is not there."""
        folder.mkdir(parents=True, exist_ok=True)
        self._folder, self._suffix, self._max_octets = folder, suffix, max_octets
        self._open: dict[tuple[int, int], int] = {}
        self._names: dict[tuple[int, int], str] = {}

    def size(self, name: str) -> int:
        """Return the octets of a file."""
        return self._path(name).stat().st_size

    def read(self, name: str, offset: int, octets: int) -> bytes:
        """Return `octets` of a file, fewer at its end."""
        return _read(self._path(name), offset, octets)

    def write(self, transaction: tuple[int, int], offset: int, data: bytes) -> None:
        """Keep a segment of what comes in."""
        if offset + len(data) > self._max_octets:
            raise OSError(f"{offset + len(data)} octets, more than the {self._max_octets} there is room for")
        if transaction not in self._open:
            self._open[transaction] = os.open(self._part(transaction), os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
        written = 0
        while written < len(data):
            written += os.pwrite(self._open[transaction], data[written:], offset + written)

    def read_back(self, transaction: tuple[int, int], offset: int, octets: int) -> bytes:
        """Return `octets` of what came in."""
        name = self._names.get(transaction)
        return _read(self._part(transaction) if name is None else self._path(name), offset, octets)

    def finish(self, transaction: tuple[int, int], name: str, size: int) -> None:
        """Cut what came in to `size` octets and give it its name."""
        path, part = self._path(name), self._part(transaction)
        self._let_go(transaction)
        if part.exists() or not path.exists():
            with part.open("ab") as file:
                file.truncate(size)
                os.fsync(file.fileno())
            part.replace(path)
            sync_folder(self._folder)
        self._names[transaction] = name

    def discard(self, transaction: tuple[int, int]) -> None:
        """Forget what came in."""
        self._let_go(transaction)
        self._part(transaction).unlink(missing_ok=True)

    def sync(self) -> None:
        """Have all that was written outlast a loss of power."""
        for descriptor in self._open.values():
            os.fsync(descriptor)

    def close(self) -> None:
        """Let go of what is open."""
        for transaction in tuple(self._open):
            self._let_go(transaction)

    def _let_go(self, transaction: tuple[int, int]) -> None:
        if transaction in self._open:
            with contextlib.suppress(OSError):
                os.close(self._open.pop(transaction))

    def _part(self, transaction: tuple[int, int]) -> Path:
        source, number = transaction
        return self._folder / f".{source}-{number}.part"

    def _path(self, name: str) -> Path:
        if not _PLAIN_NAME.fullmatch(name) or not name.endswith(self._suffix):
            raise FileNotFoundError(f"{name!r:.80} is no name of a file here; accepted: NAME{self._suffix}")
        return self._folder / name


def _read(path: Path, offset: int, octets: int) -> bytes:
    with path.open("rb") as file:
        file.seek(offset)
        return file.read(octets)
