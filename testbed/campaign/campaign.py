"""A campaign measured: work units given out, and what comes back put together in their order."""

from collections import Counter
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from testbed.campaign.count import Count
from testbed.campaign.ledger import Ledger
from testbed.campaign.plan import Plan, Point
from testbed.campaign.tally import Tally
from testbed.campaign.trial import Trial

Key = tuple[int, int]
"""Point and unit."""


@dataclass(frozen=True, slots=True)
class UnitOfWork:
    """One work unit: what it counts follows from this alone, wherever and whenever it is done."""

    trial: Trial
    size: int
    seed: tuple[int, int, int]
    """Of the campaign, the point, the unit."""

    def __call__(self) -> Count:
        """Do it."""
        return self.trial.run(self.size, np.random.Generator(np.random.SFC64(np.random.SeedSequence(self.seed))))


class Pool(Protocol):
    """Does work units."""

    @property
    def has_room(self) -> bool:
        """Whether it takes another unit without letting it wait for long."""

    def submit(self, key: Key, work: UnitOfWork) -> None:
        """Take a unit."""

    def next(self) -> tuple[Key, Count]:
        """Wait for a unit to end, in whatever order, and return what it counted."""


class Watcher(Protocol):
    """Is told how a campaign gets on."""

    def found(self, units: int, tallies: list[Tally]) -> None:
        """So many units were there from before."""

    def progress(self, tallies: list[Tally]) -> None:
        """A unit has ended."""

    def point_over(self, point: Point, tally: Tally) -> None:
        """A point has been measured."""


class Progress:
    """The state of a campaign."""

    def __init__(self, plan: Plan, seed: int, ledger: Ledger) -> None:
        """Begin with what the ledger has."""
        self._plan, self._seed, self._ledger = plan, seed, ledger
        self.tallies = [Tally(point.rule) for point in plan.points]
        self._given: set[Key] = set()
        self._under_way: Counter[int] = Counter()
        self._lowest = [0] * len(plan.points)
        for point, unit, count in ledger.found:
            self._given.add((point, unit))
            self.tallies[point].add(unit, count)

    def next_key(self) -> Key | None:
        """Return the unit to give out next, of the open point with the fewest under way; None if there is none."""
        open_points = [k for k, tally in enumerate(self.tallies) if not tally.is_over]
        for point in sorted(open_points, key=lambda k: (self._under_way[k], k)):
            unit = self._first_not_given(point)
            if unit < self._plan.points[point].rule.most_units:
                return point, unit
        return None

    def give(self, key: Key) -> UnitOfWork:
        """Return a unit's work, which is then under way."""
        self._given.add(key)
        self._under_way[key[0]] += 1
        point = self._plan.points[key[0]]
        return UnitOfWork(point.trial, point.unit_size, (self._seed, *key))

    def take(self, key: Key, count: Count) -> bool:
        """Take what a unit counted; return whether its point is now measured."""
        self._under_way[key[0]] -= 1
        tally = self.tallies[key[0]]
        if tally.is_over:  # the unit was given out in vain
            return False
        self._ledger.add(*key, count)
        tally.add(key[1], count)
        return tally.is_over

    @property
    def is_over(self) -> bool:
        """Whether every point has been measured."""
        return all(tally.is_over for tally in self.tallies)

    def _first_not_given(self, point: int) -> int:
        while (point, self._lowest[point]) in self._given:
            self._lowest[point] += 1
        return self._lowest[point]


def run_campaign(plan: Plan, progress: Progress, pool: Pool, watcher: Watcher) -> None:
    """Measure what is left of a campaign. Raises what the pool raises; the ledger has what had ended before."""
    while not progress.is_over:
        while pool.has_room and (key := progress.next_key()) is not None:
            pool.submit(key, progress.give(key))
        key, count = pool.next()
        if progress.take(key, count):
            watcher.point_over(plan.points[key[0]], progress.tallies[key[0]])
        watcher.progress(progress.tallies)
