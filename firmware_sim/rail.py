"""A switched rail: what turns its power on and off, and what it draws."""

import math
from dataclasses import dataclass
from enum import Enum, auto

from firmware_sim.checks import check_range

TRIP_S = 0.02
"""So long a current above the limit is borne."""
RETRY_S = 0.5
RETRIES = 3
"""After so many trips in a row that were followed by an attempt, the next one latches."""
ROW_S = 2.0
"""A rail that was on so long ends a row of trips."""
SHORT_A = 5.0


class RailState(Enum):
    """Power is on the rail only in ON."""

    OFF = auto()
    ON = auto()
    TRIPPED = auto()
    """Off after an over-current, until the next attempt."""
    LATCHED = auto()
    """Off after too many attempts, until commanded."""
    HELD_OFF = auto()
    """Off for the duration of a reset."""
    BROWN_OUT = auto()
    """Off until the bus is back."""


class RailEvent(Enum):
    """What can change a rail."""

    COMMANDED_ON = auto()
    COMMANDED_OFF = auto()
    OVER_CURRENT = auto()
    OVER_CURRENT_AGAIN = auto()
    RESET = auto()
    UNDER_VOLTAGE = auto()
    VOLTAGE_BACK = auto()
    DWELL_OVER = auto()


# An event that has no entry for a state changes nothing there.
TRANSITIONS: dict[tuple[RailState, RailEvent], RailState] = {
    (RailState.OFF, RailEvent.COMMANDED_ON): RailState.ON,
    (RailState.ON, RailEvent.COMMANDED_OFF): RailState.OFF,
    (RailState.ON, RailEvent.OVER_CURRENT): RailState.TRIPPED,
    (RailState.ON, RailEvent.OVER_CURRENT_AGAIN): RailState.LATCHED,
    (RailState.ON, RailEvent.RESET): RailState.HELD_OFF,
    (RailState.ON, RailEvent.UNDER_VOLTAGE): RailState.BROWN_OUT,
    (RailState.TRIPPED, RailEvent.DWELL_OVER): RailState.ON,
    (RailState.TRIPPED, RailEvent.COMMANDED_OFF): RailState.OFF,
    (RailState.LATCHED, RailEvent.COMMANDED_ON): RailState.ON,
    (RailState.LATCHED, RailEvent.COMMANDED_OFF): RailState.OFF,
    (RailState.HELD_OFF, RailEvent.DWELL_OVER): RailState.ON,
    (RailState.BROWN_OUT, RailEvent.VOLTAGE_BACK): RailState.ON,
    (RailState.BROWN_OUT, RailEvent.COMMANDED_OFF): RailState.OFF,
}


@dataclass(frozen=True, slots=True)
class RailRating:
    """What a rail's load draws, idle and at its hardest, and what the rail allows.

    Raises SettingError for a value out of range.
    """

    idle_a: float
    full_a: float
    limit_a: float

    def __post_init__(self) -> None:
        check_range("idle_a", self.idle_a, 0.0, self.full_a)
        check_range("full_a", self.full_a, self.idle_a, self.limit_a)
        check_range("limit_a", self.limit_a, self.full_a, SHORT_A)


class SwitchedRail:
    """One rail. It is on from the start unless it begins as held off, until `held_off_until_s`."""

    def __init__(self, rating: RailRating, now_s: float, held_off_until_s: float | None = None) -> None:
        self.state = RailState.ON if held_off_until_s is None else RailState.HELD_OFF
        self.load = 0.0
        """How hard works what it feeds, 0 to 1."""
        self.trips = 0
        self._rating = rating
        self._since_s = now_s
        self._dwell_until_s = math.inf if held_off_until_s is None else held_off_until_s
        self._trips_in_a_row = 0
        self._short_s = (math.inf, -math.inf)

    @property
    def on(self) -> bool:
        """Whether there is power on it."""
        return self.state is RailState.ON

    @property
    def tripped(self) -> bool:
        """Whether it is off for an over-current."""
        return self.state in (RailState.TRIPPED, RailState.LATCHED)

    @property
    def latched(self) -> bool:
        """Whether it stays so until commanded on."""
        return self.state is RailState.LATCHED

    def current_a(self, now_s: float, highest_load: float) -> float:
        """Return what it draws, if the load is held to `highest_load`."""
        if not self.on:
            return 0.0
        if self._short_s[0] <= now_s < self._short_s[1]:
            return SHORT_A
        load = min(self.load, highest_load)
        return self._rating.idle_a + (self._rating.full_a - self._rating.idle_a) * load

    def apply(self, event: RailEvent, now_s: float, dwell_s: float = math.inf) -> bool:
        """Let `event` happen; return whether it changed anything. `dwell_s` is how long a reset holds the rail off."""
        following = TRANSITIONS.get((self.state, event))
        if following is None:
            return False
        if event is RailEvent.COMMANDED_ON:
            self._trips_in_a_row = 0
        self.state, self.load, self._since_s = following, 0.0, now_s
        self._dwell_until_s = now_s + {RailState.TRIPPED: RETRY_S}.get(following, dwell_s)
        return True

    def short(self, until_s: float, now_s: float) -> None:
        """Short what it feeds."""
        self._short_s = (now_s, until_s)

    def next_due_s(self, now_s: float) -> float:
        """Return when something is to happen after `now_s`, or happens now."""
        short_edge_s = self._short_s[1] if self._short_s[1] > now_s else math.inf
        return min(self._dwell_until_s, self._trip_due_s, short_edge_s)

    def expire(self, now_s: float) -> RailEvent | None:
        """Return the event that is due at `now_s`, if one is; a trip is counted."""
        if self._dwell_until_s <= now_s:
            return RailEvent.DWELL_OVER
        return self._trip(now_s) if self._trip_due_s <= now_s else None

    @property
    def _trip_due_s(self) -> float:
        due_s = max(self._since_s, self._short_s[0]) + TRIP_S
        return due_s if self.on and due_s <= self._short_s[1] else math.inf

    def _trip(self, now_s: float) -> RailEvent:
        in_a_row = 0 if now_s - self._since_s >= ROW_S else self._trips_in_a_row
        self._trips_in_a_row = in_a_row + 1
        self.trips += 1
        return RailEvent.OVER_CURRENT if in_a_row < RETRIES else RailEvent.OVER_CURRENT_AGAIN
