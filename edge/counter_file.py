"""Counters that only go up, in a file, over crashes and losses of power."""

import fcntl
import json
import os
from hashlib import sha256
from pathlib import Path
from typing import Any

from edge.checked_toml import ErrorOf
from edge.private_file import check_private, replace_private


class CounterFile:
    """Counters by name; one that was never raised stands at 0.

    A file that is missing, damaged, or in use by another program is refused: a counter that started again would repeat
    its numbers. Raises ``error_of("file", path, accepted)`` for that.
    """

    def __init__(self, path: Path, error_of: ErrorOf) -> None:
        check_private(path, error_of)
        self._path = path
        self._lock = _locked(path, error_of)
        try:
            self._counters = _parse(path, error_of)
        except BaseException:
            self.close()
            raise

    def highest(self, counter: str) -> int:
        """Return how far a counter was ever raised."""
        return self._counters.get(counter, 0)

    def raise_to(self, counter: str, number: int) -> None:
        """Raise a counter; the file is written before this returns. Raises OSError, and the counter stands."""
        if number > self.highest(counter):
            raised = {**self._counters, counter: number}
            replace_private(self._path, _text(raised))
            self._counters = raised

    def close(self) -> None:
        """Let others use the file."""
        os.close(self._lock)


def create_counter_file(path: Path) -> None:
    """Write a file of counters that were never raised. Raises OSError."""
    replace_private(path, _text({}))


def _locked(path: Path, error_of: ErrorOf) -> int:
    """Hold a file beside it, which is never replaced; the system lets go of it when the program ends, however."""
    try:
        lock = os.open(path.with_name(f"{path.name}.lock"), os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise error_of("file", str(path), f"a file in a folder that can be written ({error.strerror})") from None
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(lock)
        raise error_of("file", str(path), "a file that no other program uses") from None
    return lock


def _parse(path: Path, error_of: ErrorOf) -> dict[str, int]:
    accepted = "an undamaged file of counters; if there is none, make new keys: 'testbed keys new'"
    try:
        content: Any = json.loads(path.read_text(encoding="utf-8"))
        counters = {str(name): int(number) for name, number in content["counters"].items()}
        if content["sha256"] == _digest(counters):
            return counters
    except (OSError, ValueError, TypeError, LookupError, AttributeError, OverflowError, RecursionError):
        pass
    raise error_of("file", str(path), accepted) from None


def _text(counters: dict[str, int]) -> str:
    return json.dumps({"counters": counters, "sha256": _digest(counters)}, indent=1) + "\n"


def _digest(counters: dict[str, int]) -> str:
    return sha256(json.dumps(counters, sort_keys=True).encode()).hexdigest()
