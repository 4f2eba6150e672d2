"""Files that are there whole or not at all, also after a power cut at any moment (fsync before and after a rename)."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_PART = ".part-"  # no model's name begins so


@contextmanager
def new_directory(final: Path) -> Iterator[Path]:
    """Give a directory to fill, which becomes `final` at the end, unless an exception comes first. Raises OSError."""
    part = Path(tempfile.mkdtemp(prefix=_PART, dir=final.parent))
    try:
        yield part
        _sync_tree(part)
        part.rename(final)
        sync(final.parent)
    finally:
        shutil.rmtree(part, ignore_errors=True)


def replace_file(path: Path, octets: bytes) -> None:
    """Put `octets` in the place of what `path` holds. Raises OSError."""
    part = path.with_name(_PART + path.name)
    part.write_bytes(octets)
    sync(part)
    part.replace(path)
    sync(path.parent)


def remove_directory(path: Path) -> None:
    """Remove a directory: it is gone at once, its content soon. Raises OSError."""
    part = Path(tempfile.mkdtemp(prefix=_PART, dir=path.parent))
    path.rename(part)  # an empty directory gives way
    sync(part.parent)
    shutil.rmtree(part, ignore_errors=True)


def remove_parts(directory: Path) -> None:
    """Remove what a power cut left unfinished in `directory`."""
    for path in directory.glob(f"{_PART}*"):
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink()


def is_part(path: Path) -> bool:
    """Return whether `path` is of something unfinished."""
    return path.name.startswith(_PART)


def sync(path: Path) -> None:
    """Have a file's content, or a directory's names, written to the disk itself. Raises OSError."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _sync_tree(directory: Path) -> None:
    for path in directory.rglob("*"):
        sync(path)
    sync(directory)
