"""The payload's watchdog."""

import math
from enum import Enum, auto

from firmware_sim.checks import check_above_zero


class WatchdogState(Enum):
    """Whether it counts."""

    DISARMED = auto()
    COUNTING = auto()


class WatchdogEvent(Enum):
    """What can change it."""

    STROKED = auto()
    """While the payload has power."""
    POWER_LOST = auto()
    TIMED_OUT = auto()


# An event that has no entry for a state changes nothing there.
TRANSITIONS: dict[tuple[WatchdogState, WatchdogEvent], WatchdogState] = {
    (WatchdogState.DISARMED, WatchdogEvent.STROKED): WatchdogState.COUNTING,
    (WatchdogState.COUNTING, WatchdogEvent.STROKED): WatchdogState.COUNTING,
    (WatchdogState.COUNTING, WatchdogEvent.POWER_LOST): WatchdogState.DISARMED,
    (WatchdogState.COUNTING, WatchdogEvent.TIMED_OUT): WatchdogState.DISARMED,
}


class Watchdog:
    """Counts from the last stroke; the first one arms it.

    `hold_off_s` is how long the reset that it asks for lasts. Raises SettingError for a time that is not above 0.
    """

    def __init__(self, timeout_s: float, hold_off_s: float) -> None:
        check_above_zero("watchdog_timeout_s", timeout_s, "s")
        check_above_zero("reset_off_s", hold_off_s, "s")
        self.hold_off_s = hold_off_s
        self.deadline_s = math.inf
        """When it times out, infinity while it does not count."""
        self._timeout_s = timeout_s
        self._state = WatchdogState.DISARMED

    @property
    def armed(self) -> bool:
        """Whether it counts."""
        return self._state is WatchdogState.COUNTING

    def apply(self, event: WatchdogEvent, now_s: float) -> None:
        """Let `event` happen."""
        following = TRANSITIONS.get((self._state, event))
        if following is not None:
            self._state = following
            self.deadline_s = now_s + self._timeout_s if self.armed else math.inf

    def set(self, timeout_s: float, hold_off_s: float, now_s: float) -> None:
        """Set other times; one that counts begins its count anew."""
        self._timeout_s, self.hold_off_s = timeout_s, hold_off_s
        self.apply(WatchdogEvent.STROKED if self.armed else WatchdogEvent.POWER_LOST, now_s)
