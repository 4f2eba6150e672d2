"""Work that takes long: done at once, or on a thread of its own and asked for without waiting."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Generic, Protocol, TypeVar

_Result = TypeVar("_Result")
_Result_co = TypeVar("_Result_co", covariant=True)


class Task(Protocol[_Result_co]):
    """Something that is being worked out."""

    def poll(self) -> _Result_co | None:
        """Return the result, None while there is none; raise what the work raised. Never blocks."""

    def abandon(self) -> None:
        """The result is no longer wanted, whenever it comes."""


class DoneTask(Generic[_Result]):
    """Work that is done where the task is made: time stands still for it, as a simulated rig needs it."""

    def __init__(self, work: Callable[[], _Result], discard: Callable[[_Result], None]) -> None:
        self._discard = discard
        self._error: Exception | None = None
        self._result: _Result | None = None
        try:
            self._result = work()
        except Exception as error:  # noqa: BLE001 (handed on by `poll`)
            self._error = error

    def poll(self) -> _Result | None:
        """Return the result, or raise what the work raised."""
        if self._error is not None:
            raise self._error
        return self._result

    def abandon(self) -> None:
        """Discard the result."""
        if self._result is not None:
            self._discard(self._result)


class BackgroundTask(Generic[_Result]):
    """Work on a thread of its own, which may hang without keeping the program from its end."""

    def __init__(self, work: Callable[[], _Result], discard: Callable[[_Result], None]) -> None:
        """Start `work`; if it ends after `abandon`, `discard` takes the result, on that thread."""
        self._work, self._discard = work, discard
        self._lock = threading.Lock()
        self._error: Exception | None = None
        self._result: _Result | None = None
        self._wanted = True
        threading.Thread(target=self._run, name="model", daemon=True).start()

    def poll(self) -> _Result | None:
        """Return the result if there is one yet, or raise what the work raised."""
        with self._lock:
            if self._error is not None:
                raise self._error
            return self._result

    def abandon(self) -> None:
        """Have the result discarded as soon as it is there."""
        with self._lock:
            self._wanted = False
            late = self._result
        if late is not None:
            threading.Thread(target=self._discard, args=(late,), name="model", daemon=True).start()

    def _run(self) -> None:
        try:
            result = self._work()
        except Exception as error:  # noqa: BLE001 (handed on by `poll`)
            with self._lock:
                self._error = error
            return
        with self._lock:
            self._result = result
            wanted = self._wanted
        if not wanted:
            self._discard(result)
