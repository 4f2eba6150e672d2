"""Numbers that the kernel tells in files, one each."""

from pathlib import Path


def read_text(path: Path) -> str:
    """Return a file's text without the line's end, '' if it cannot be read: a sensor may be asleep, or gone."""
    try:
        return path.read_text(encoding="ascii", errors="replace").strip()
    except OSError:
        return ""


def read_integer(path: Path) -> int | None:
    """Return a file's number, None if it cannot be read or holds none."""
    text = read_text(path)
    try:
        return int(text)
    except ValueError:
        return None
