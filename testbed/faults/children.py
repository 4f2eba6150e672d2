"""The processes that a process has started (Linux: read from /proc)."""

from pathlib import Path

_PROC = Path("/proc")


def children_of(pid: int) -> list[int]:
    """Return the process numbers of a process's children, none if it is gone."""
    found = []
    for listed in _PROC.glob(f"{pid}/task/*/children"):
        try:
            found += [int(number) for number in listed.read_text().split()]
        except OSError:  # the thread ended meanwhile
            continue
    return found
