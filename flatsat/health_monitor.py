"""Whether every part of the spacecraft's program answers: the board's watchdog is stroked only while all do."""

from collections.abc import Callable, Mapping

WARNING_S = 5.0
FATAL_S = 30.0
"""After this long without an answer the watchdog is left to reset the payload: longer than a process takes to start."""


class HealthMonitor:
    """Pings the parts, each a function that returns whether it works."""

    def __init__(self, parts: Mapping[str, Callable[[], bool]]) -> None:
        self._parts = parts
        self._answered_s: dict[str, float] = {}
        self._now_s = 0.0

    def tick(self, now_s: float) -> None:
        """Ping each part."""
        self._now_s = now_s
        for name, answers in self._parts.items():
            if answers() or name not in self._answered_s:
                self._answered_s[name] = now_s

    @property
    def healthy(self) -> bool:
        """Whether no part has been silent for so long that only a reset can help."""
        return not self._silent(FATAL_S)

    @property
    def trouble(self) -> str:
        """Which parts do not answer, '' if all do."""
        silent = self._silent(WARNING_S)
        if not silent:
            return ""
        end = "" if self.healthy else ": the watchdog is no longer stroked"
        return f"{', '.join(silent)} does not answer{end}"

    def _silent(self, limit_s: float) -> list[str]:
        return [name for name, answered_s in self._answered_s.items() if self._now_s - answered_s >= limit_s]
