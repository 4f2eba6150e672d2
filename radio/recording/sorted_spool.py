"""The objects of a JSON list on their way into a file."""

import json
import shutil
from bisect import insort
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryFile
from typing import BinaryIO

_HELD = 64
"""Objects that may still get one before them: a receiver tells what it heard in the order of its ends."""


class SortedSpool:
    """Keeps objects in the order of their first samples, the earlier ones on disk: they take no memory.

    The file has no name, so nothing is left of it when the process is killed. Every method raises OSError.
    """

    def __init__(self, folder: Path) -> None:
        self._file = TemporaryFile(dir=folder)  # noqa: SIM115 - closed by close()
        self._held: list[tuple[int, int, bytes]] = []
        self._count = 0

    def add(self, start: int, fields: Mapping[str, object]) -> None:
        """Take an object that holds from sample ``start`` on. Raise ValueError for what JSON cannot say."""
        self._count += 1
        insort(self._held, (start, self._count, json.dumps(fields, allow_nan=False).encode()))
        if len(self._held) > _HELD:
            self._file.write(self._held.pop(0)[-1] + b",\n")

    def copy_into(self, file: BinaryIO) -> None:
        """Write the objects, with commas between them."""
        self._file.seek(0)
        shutil.copyfileobj(self._file, file)  # it ends where the next object goes
        file.write(b",\n".join(text for *_, text in self._held))

    def close(self) -> None:
        """Forget the objects."""
        self._file.close()
