"""Files that their owner alone may read: checked before they are read, replaced as a whole."""

import os
import stat
from pathlib import Path

from edge.checked_toml import ErrorOf

_OTHERS = stat.S_IRWXG | stat.S_IRWXO


def check_private(path: Path, error_of: ErrorOf) -> None:
    """Raise ``error_of("file", path, accepted)`` unless a file is this user's and closed to all others."""
    try:
        found = path.stat()
    except OSError as error:
        raise error_of("file", str(path), f"a file that can be read ({error.strerror})") from None
    if found.st_uid != os.geteuid():
        raise error_of("file", str(path), f"a file that belongs to who runs this, user {os.geteuid()}")
    if found.st_mode & _OTHERS:
        raise error_of("file", str(path), f"a file that nobody else can read or write: chmod 600 {path}")


def replace_private(path: Path, text: str) -> None:
    """Put a text in the place of a file's whole content, or leave it as it was.

    After the return the new content outlives a loss of power. Raises OSError.
    """
    fresh = path.with_name(f".{path.name}.new")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
    with open(descriptor, "w", encoding="utf-8") as file:
        os.fchmod(descriptor, 0o600)  # of a file that an earlier run left behind, too
        file.write(text)
        file.flush()
        os.fsync(descriptor)
    os.replace(fresh, path)
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Have the names in a folder outlive a loss of power. Raises OSError."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
