"""The work units that have ended, kept in a file from which a campaign goes on."""

import fcntl
import json
import os
from dataclasses import astuple
from pathlib import Path
from types import TracebackType

from testbed.campaign.count import Count
from testbed.errors import ScenarioError

LEDGER = "units.jsonl"


class Ledger:
    """A file of lines: first what the campaign is made from, then one line for each work unit.

    A line is written as a whole when its unit ends. One that was cut off, by a power cut say, is dropped when the file
    is opened again, and its unit measured again.
    """

    def __init__(self, folder: Path, origins: dict[str, str], *, anew: bool) -> None:
        """Open the ledger of a folder that exists, or begin it.

        Raises ScenarioError if it is of something else and not to be begun `anew`, if another campaign writes it, or
        if it cannot be written.
        """
        self._path = folder / LEDGER
        self.found: list[tuple[int, int, Count]] = []
        """Point, unit and count of each unit that was there."""
        try:
            self._file = self._path.open("a+b")
        except OSError as error:
            raise ScenarioError("out", str(folder), f"a folder that can be written ({error.strerror})") from None
        try:
            self._take(anew)
            self._read(origins)
        except ScenarioError:
            self._file.close()
            raise

    def __enter__(self) -> "Ledger":
        """Return itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Close the file; what was added is in it."""
        self._file.close()

    def add(self, point: int, unit: int, count: Count) -> None:
        """Keep what a unit counted."""
        self._append([point, unit, *astuple(count)])

    def _take(self, anew: bool) -> None:
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            accepted = "a folder that no other campaign writes to at the moment"
            raise ScenarioError("out", str(self._path.parent), accepted) from None
        if anew:
            self._file.truncate(0)

    def _read(self, origins: dict[str, str]) -> None:
        self._file.seek(0)
        whole = self._file.read()
        kept = whole[: whole.rfind(b"\n") + 1]
        self._file.truncate(len(kept))
        lines = kept.splitlines()
        if not lines:
            self._append(origins)
            return
        try:
            self._require_same(json.loads(lines[0]), origins)
            self.found = [_unit(*json.loads(line)) for line in lines[1:]]
        except (ValueError, TypeError, AttributeError, RecursionError):
            raise ScenarioError("out", str(self._path), "a file of work units, or --anew to begin another") from None

    def _require_same(self, there: dict[str, str], origins: dict[str, str]) -> None:
        other = [name for name, value in origins.items() if there.get(name) != value]
        if other:
            why = f"it holds results of another {' and '.join(other)}"
            raise ScenarioError("out", str(self._path), f"another folder, or --anew to measure again: {why}")

    def _append(self, line: object) -> None:
        self._file.write(json.dumps(line, separators=(",", ":")).encode() + b"\n")
        self._file.flush()
        os.fsync(self._file.fileno())


def _unit(point: int, unit: int, *events: int) -> tuple[int, int, Count]:
    """Return point, unit and count of a line. Raises TypeError or ValueError if it is none."""
    if any(type(each) is not int or each < 0 for each in (point, unit, *events)):
        raise ValueError("not the numbers of a work unit")
    return point, unit, Count(*events)
