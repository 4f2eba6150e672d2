"""The folder of model packages that are to go up: whoever puts one there has it sent."""

import json
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from protocol.cfdp.codes import ConditionCode
from protocol.cfdp.indications import TransactionFinished
from protocol.errors import LocalError
from protocol.file_link import FileLink

SUFFIX = ".lmpack"
SWITCH_SUFFIX = ".switch"
"""A file of a package's name with this suffix has the model answer as soon as it is installed."""
_POLL_S = 1.0


class Outbox:
    """Sends each package of a folder, once; what was sent is moved into `sent`, what was refused into `refused`.

    ``keep`` is called with what has to outlast a restart.
    """

    def __init__(
        self,
        folder: Path,
        files: FileLink,
        kept: str,
        keep: Callable[[str], bool],
        on_end: Callable[[str, str], None],
    ) -> None:
        """Take ``on_end``, called with a package's name and why it was not taken, '' if it was. Raises OSError."""
        for name in ("sent", "refused"):
            (folder / name).mkdir(parents=True, exist_ok=True)
        self._folder, self._files, self._keep, self._on_end = folder, files, keep, on_end
        self._poll_due_s = 0.0
        self._sending: dict[str, tuple[int, int]] = _sending(kept)

    def poll(self, now_s: float) -> list[str]:
        """Begin to send what is new, put away what has been sent; return the names of what is on board."""
        ended = [each for each in self._files.indications() if isinstance(each, TransactionFinished)]
        on_board = [name for name in map(self._put_away, ended) if name is not None]
        if now_s >= self._poll_due_s:
            self._poll_due_s = now_s + _POLL_S
            self._look(now_s)
        return on_board

    def wants_switch(self, name: str) -> bool:
        """Return whether a package that was sent is to answer once it is installed."""
        return (self._folder / "sent" / f"{name}{SWITCH_SUFFIX}").exists()

    def _look(self, now_s: float) -> None:
        for package in sorted(self._folder.glob(f"*{SUFFIX}")):
            if package.stem in self._sending:
                continue
            try:
                self._sending[package.stem] = self._files.put(package.name, package.name, now_s)
            except (OSError, LocalError) as error:
                self._move(package.stem, "refused")
                self._on_end(package.stem, str(error))
            self._keep(json.dumps(self._sending))

    def _put_away(self, ended: TransactionFinished) -> str | None:
        """Return the package's name if it was taken."""
        name = next((name for name, key in self._sending.items() if tuple(key) == tuple(ended.transaction)), None)
        if name is None:
            return None
        fault = "" if ended.condition is ConditionCode.NO_ERROR else ended.condition.name.lower().replace("_", " ")
        self._move(name, "refused" if fault else "sent")
        del self._sending[name]
        self._keep(json.dumps(self._sending))
        self._on_end(name, fault)
        return None if fault else name

    def _move(self, name: str, place: str) -> None:
        for suffix in (SUFFIX, SWITCH_SUFFIX):
            with suppress(OSError):
                (self._folder / f"{name}{suffix}").replace(self._folder / place / f"{name}{suffix}")


def _sending(kept: str) -> dict[str, tuple[int, int]]:
    """Return what was under way; what is damaged is sent anew."""
    try:
        return {str(name): (int(source), int(number)) for name, (source, number) in json.loads(kept or "{}").items()}
    except (ValueError, TypeError, AttributeError):
        return {}
