"""How much sunlight falls on the solar array, by a schedule."""

import math
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

from firmware_sim.checks import check_range
from firmware_sim.errors import SettingError

FULL, DARK = 1.0, 0.0


@dataclass(frozen=True, slots=True)
class Sunlight:
    """A schedule of (time in s after power-on, fraction of full sunlight from then on).

    The first time is 0, and the times rise. Raises SettingError if they do not, or for a fraction that is not 0 to 1.
    """

    schedule: tuple[tuple[float, float], ...] = ((0.0, FULL),)

    def __post_init__(self) -> None:
        times_s = [time_s for time_s, _ in self.schedule]
        if times_s[:1] != [0.0] or not all(a < b < math.inf for a, b in pairwise(times_s)):
            raise SettingError("sunlight's times", times_s, "0 first, and then rising ones")
        for _, fraction in self.schedule:
            check_range("sunlight", fraction, DARK, FULL)

    @classmethod
    def eclipsed(cls, eclipses: Iterable[tuple[float, float]]) -> "Sunlight":
        """Return full sunlight but for eclipses: (entry, exit) in s after power-on, one after the other.

        Raises SettingError for an eclipse that ends before it begins, or begins before the one before has ended.
        """
        changes = [change for entry_s, exit_s in eclipses for change in ((entry_s, DARK), (exit_s, FULL))]
        begins_dark = changes[:1] == [(0.0, DARK)]
        return cls(tuple(changes if begins_dark else [(0.0, FULL), *changes]))

    def fraction(self, now_s: float) -> float:
        """Return the fraction of full sunlight at `now_s`."""
        return self.schedule[max(0, self._next(now_s) - 1)][1]

    def next_change_s(self, now_s: float) -> float:
        """Return when it changes next after `now_s`, infinity if never."""
        following = self._next(now_s)
        return self.schedule[following][0] if following < len(self.schedule) else math.inf

    def _next(self, now_s: float) -> int:
        return bisect_right(self.schedule, (now_s, math.inf))
