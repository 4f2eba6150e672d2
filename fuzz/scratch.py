"""Files for parsers that want a path: in memory where the system has that, and gone with the process."""

import os
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

_MEMORY = Path("/dev/shm")
_PRIVATE = 0o600


def scratch_file(name: str, octets: bytes) -> Path:
    """Return a file of that name which holds `octets`, and which its owner alone may read."""
    path = Path(_folder().name, name)
    path.touch(_PRIVATE)
    path.write_bytes(octets)
    return path


def fresh_folder() -> "TemporaryDirectory[str]":
    """Return a folder that is gone when its context ends."""
    return TemporaryDirectory(dir=_folder().name)


@cache
def _folder() -> "TemporaryDirectory[str]":
    return TemporaryDirectory(prefix="fuzz-", dir=_MEMORY if os.access(_MEMORY, os.W_OK) else None)
