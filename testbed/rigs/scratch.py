"""Where a rig keeps what lives as long as it does."""

import tempfile
from pathlib import Path

_IN_MEMORY = Path("/dev/shm")
_PREFIX = "flatsat-testbed-"


def scratch_folder() -> "tempfile.TemporaryDirectory[str]":
    """Return a folder that is removed when the rig is taken down, in memory if the system has such a place.

    The journals lie there: they outlive programs of the rig that are killed, not the machine, and a program that lets
    link time run ten times as fast would wait for a disk ten times as often.
    """
    return tempfile.TemporaryDirectory(prefix=_PREFIX, dir=_place())


def scratch_folders() -> list[Path]:
    """Return the folders of rigs that are there, of rigs that were killed, too."""
    return sorted(_place().glob(f"{_PREFIX}*"))


def _place() -> Path:
    return _IN_MEMORY if _IN_MEMORY.is_dir() else Path(tempfile.gettempdir())
