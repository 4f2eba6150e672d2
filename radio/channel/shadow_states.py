"""A sky that opens and closes: two states of shadowing that take turns."""

import math
from bisect import bisect_left
from dataclasses import dataclass
from typing import Annotated

import numpy as np

from radio.channel.settings import Within, settings
from radio.channel.waves import Floats


@settings
class ShadowStateSettings:
    """Rays and shadows while one state lasts, as in Loo's model, and how long it lasts."""

    direct_db: Annotated[float, Within(-60.0, 10.0)]
    """Median power of the direct ray over the unfaded carrier's."""
    shadowing_db: Annotated[float, Within(0.0, 20.0)]
    """Standard deviation of the shadowing."""
    multipath_db: Annotated[float, Within(-60.0, 10.0)]
    """Mean power of the scattered rays over the unfaded carrier's."""
    mean_s: Annotated[float, Within(0.05, 3600.0)]
    """Mean duration."""
    spread: Annotated[float | None, Within(0.01, 3.0)] = None
    """Standard deviation of the duration's natural logarithm; durations are exponential (Markov's) if left out."""

    def duration_s(self, rng: np.random.Generator) -> float:
        """Draw how long the state lasts once."""
        if self.spread is None:
            return float(rng.exponential(self.mean_s))
        return float(rng.lognormal(math.log(self.mean_s) - self.spread**2 / 2, self.spread))


@settings
class ShadowStatesSettings:
    """A good and a bad state of the sky (ITU-R P.681, 3.1: a semi-Markov process with log-normal durations)."""

    good: ShadowStateSettings
    bad: ShadowStateSettings
    transition_s: Annotated[float, Within(0.001, 10.0)] = 0.1
    """From one state to the other."""


@dataclass(frozen=True, slots=True)
class Strengths:
    """Of rays and shadows at some times, in decibels: float64[n] each."""

    direct_db: Floats
    multipath_db: Floats
    shadowing_db: Floats


class ShadowStates:
    """Which state the sky is in, over time: the turns follow from the seed, however they are asked for."""

    def __init__(self, given: ShadowStatesSettings, rng: np.random.Generator) -> None:
        """Begin long ago, so that link time 0 finds the states as often as they are on average."""
        self._given, self._rng = given, rng
        long_ago_s = -20 * (given.good.mean_s + given.bad.mean_s)
        self._turns_s = [long_ago_s]  # the good state begins at every other

    def badness(self, time_s: Floats) -> Floats:
        """Return 0 in the good state, 1 in the bad one and a smooth step between, at rising times: float64[n]."""
        half_s = self._given.transition_s / 2
        self._extend(float(time_s[-1]) + half_s)
        first = bisect_left(self._turns_s, float(time_s[0]) - half_s)
        last = bisect_left(self._turns_s, float(time_s[-1]) + half_s)
        badness = np.full(len(time_s), 1.0 - first % 2)  # after an even turn, the first of all, the sky is good
        for turn in range(first, last):
            u = np.clip((time_s - self._turns_s[turn]) / (2 * half_s) + 0.5, 0, 1)
            badness += (2 * (turn % 2) - 1) * u * u * (3 - 2 * u)
        return badness

    def strengths(self, time_s: Floats) -> Strengths:
        """Return rays and shadows at rising times, float64[n]."""
        good, bad, badness = self._given.good, self._given.bad, self.badness(time_s)
        direct_db, multipath_db, shadowing_db = (
            getattr(good, field) + badness * (getattr(bad, field) - getattr(good, field))
            for field in ("direct_db", "multipath_db", "shadowing_db")
        )
        return Strengths(direct_db, multipath_db, shadowing_db)

    def _extend(self, until_s: float) -> None:
        while self._turns_s[-1] <= until_s:
            state = self._given.bad if len(self._turns_s) % 2 == 0 else self._given.good
            self._turns_s.append(self._turns_s[-1] + state.duration_s(self._rng))
