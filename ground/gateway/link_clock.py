"""Link time: when the spacecraft is in view, and what the time is then."""

from dataclasses import dataclass
from datetime import datetime, timezone
from math import inf
from typing import Any


@dataclass(frozen=True, slots=True)
class Window:
    """A contact, in seconds of link time."""

    aos_s: float
    los_s: float

    def to_json(self) -> list[float | None]:
        """Return [AOS, LOS], null for a LOS that does not come."""
        return [self.aos_s, None if self.los_s == inf else self.los_s]

    @classmethod
    def of(cls, pair: list[float | None]) -> "Window":
        """Return what `to_json` made a list of."""
        aos_s, los_s = pair
        return cls(aos_s or 0.0, inf if los_s is None else los_s)


@dataclass(frozen=True, slots=True)
class LinkClock:
    """The link time that was told last, the contacts, and the UTC at link time 0."""

    link_time_s: float | None = None
    """None before the station said it."""
    contacts: tuple[Window, ...] = ()
    epoch_utc_s: float | None = None
    """POSIX time at link time 0."""

    @property
    def contact(self) -> Window | None:
        """Return the contact under way, if there is one."""
        now_s = self.link_time_s
        return next((c for c in self.contacts if now_s is not None and c.aos_s <= now_s < c.los_s), None)

    @property
    def next_aos_s(self) -> float | None:
        """Return the link time at which the next contact begins, None if there is none."""
        return min((c.aos_s for c in self.contacts if c.aos_s > (self.link_time_s or 0.0)), default=None)

    def utc(self, link_time_s: float) -> datetime | None:
        """Return the UTC at a link time, if that is known."""
        if self.epoch_utc_s is None:
            return None
        return datetime.fromtimestamp(self.epoch_utc_s + link_time_s, timezone.utc)

    def in_words(self, link_time_s: float) -> str:
        """Return a moment as an operator reads it: hh:mm:ss of UTC, or else of link time."""
        if (utc := self.utc(link_time_s)) is not None:
            return f"{utc:%H:%M:%S}"
        minutes, seconds = divmod(int(link_time_s), 60)
        return f"T+{minutes // 60:02}:{minutes % 60:02}:{seconds:02}"

    def to_json(self) -> dict[str, Any]:
        """Return the clock as plain values."""
        contact = self.contact
        return {
            "link_time_s": self.link_time_s,
            "epoch_utc_s": self.epoch_utc_s,
            "contacts": [window.to_json() for window in self.contacts],
            "contact": contact.to_json() if contact else None,
            "next_aos_s": self.next_aos_s,
        }

    @classmethod
    def of(cls, clock: dict[str, Any]) -> "LinkClock":
        """Return what `to_json` made a dictionary of."""
        return cls(clock["link_time_s"], tuple(map(Window.of, clock["contacts"])), clock["epoch_utc_s"])


def posix_s(utc: str) -> float:
    """Return the POSIX time of an ISO 8601 text, which is UTC if it does not say."""
    moment = datetime.fromisoformat(utc.replace("Z", "+00:00"))  # Python 3.10 knows no Z
    return (moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc)).timestamp()
