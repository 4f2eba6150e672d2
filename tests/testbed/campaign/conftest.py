"""Campaigns that take no time: coins instead of frames, and a pool that ends units in any order."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest

from testbed.campaign.campaign import Key, Progress, UnitOfWork, run_campaign
from testbed.campaign.campaign_file import Campaign
from testbed.campaign.count import Count
from testbed.campaign.ledger import Ledger
from testbed.campaign.plan import Plan, Point, make_plan
from testbed.campaign.tally import Tally

SEED = 3


@dataclass(frozen=True)
class Coin:
    """A trial in which each frame is lost with some probability."""

    lost: float

    def check(self) -> None: ...

    def run(self, size: int, rng: np.random.Generator) -> Count:
        return Count(frames=size, acquired=size, right=size - int(rng.binomial(size, self.lost)))


class HerePool:
    """Does units in this process, each when it is asked for; of those that wait it takes any."""

    def __init__(self, slots: int, order_seed: int, breaks_after: int = 10**9) -> None:
        self._slots, self._rng, self._left = slots, np.random.default_rng(order_seed), breaks_after
        self._waiting: list[tuple[Key, UnitOfWork]] = []
        self.done: list[Key] = []
        self.seeds: list[tuple[int, int, int]] = []

    @property
    def has_room(self) -> bool:
        return len(self._waiting) < self._slots

    def submit(self, key: Key, work: UnitOfWork) -> None:
        self._waiting.append((key, work))
        self.seeds.append(work.seed)

    def next(self) -> tuple[Key, Count]:
        if len(self.done) == self._left:
            raise KeyboardInterrupt
        key, work = self._waiting.pop(int(self._rng.integers(len(self._waiting))))
        self.done.append(key)
        return key, work()


class Silent:
    """Watches and says nothing."""

    def __init__(self) -> None:
        self.over: list[int] = []

    def found(self, units: int, tallies: list[Tally]) -> None: ...

    def progress(self, tallies: list[Tally]) -> None: ...

    def point_over(self, point: Point, tally: Tally) -> None:
        self.over.append(point.index)


@pytest.fixture
def plan(write_campaign: Callable[..., str]) -> Plan:
    """The small campaign as it is."""
    return make_plan(Campaign.load(write_campaign()))


@pytest.fixture
def coins(plan: Plan) -> Plan:
    """A campaign with four points, whose trials are coins."""
    points = [replace(p, trial=Coin(lost)) for p, lost in zip(plan.points, (0.5, 0.05, 0.5, 0.3), strict=True)]
    rules = [replace(point.rule, measure="frames") for point in points]
    return replace(plan, points=[replace(p, rule=rule) for p, rule in zip(points, rules, strict=True)])


@pytest.fixture
def toss() -> Callable[..., Sequence[Tally]]:
    """Measure a plan in a folder on a pool, and return the tallies."""

    def tossed(plan: Plan, folder: Path, pool: HerePool, seed: int = SEED, anew: bool = False) -> Sequence[Tally]:
        with Ledger(folder, {"campaign": "x", "seed": str(seed)}, anew=anew) as ledger:
            progress = Progress(plan, seed, ledger)
            run_campaign(plan, progress, pool, Silent())
        return progress.tallies

    return tossed


@pytest.fixture
def here_pool() -> type[HerePool]:
    """The pool that needs no other process."""
    return HerePool
