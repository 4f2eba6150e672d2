"""A timer that may expire so many times."""

from dataclasses import dataclass
from math import inf


@dataclass(slots=True)
class LimitedTimer:
    """Counts how often it has expired; `exhausted` from the `limit`-th time on."""

    interval_s: float
    limit: int
    due_s: float = inf
    count: int = 0

    @property
    def exhausted(self) -> bool:
        """Whether it has expired as often as it may."""
        return self.count >= self.limit

    def start(self, now_s: float) -> None:
        """Run for an interval from now; the count stays."""
        self.due_s = now_s + self.interval_s

    def stop(self) -> None:
        """Run no longer, and forget the count."""
        self.due_s = inf
        self.count = 0

    def restart(self, now_s: float) -> None:
        """Run for an interval from now, and count anew."""
        self.stop()
        self.start(now_s)

    def expired(self, now_s: float) -> bool:
        """Tell whether it has just expired; if so it is counted and stands still."""
        if now_s < self.due_s:
            return False
        self.due_s = inf
        self.count += 1
        return True
