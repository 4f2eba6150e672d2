"""Bursts of interference: others' pulses and switching, which come when they like."""

import math
from bisect import bisect_left, bisect_right
from itertools import pairwise
from typing import Annotated

import numpy as np
from numpy.typing import NDArray

from radio.channel.noise import WhiteNoise
from radio.channel.settings import Within, settings


@settings
class InterferenceBurstSettings:
    """Bursts of white noise that arrive as a Poisson process."""

    per_s: Annotated[float, Within(0.001, 1e4)]
    """Mean number of arrivals in a second."""
    duration_s: Annotated[float, Within(1e-6, 10.0)]
    """Of each."""
    i0_n0_db: Annotated[float, Within(-20.0, 100.0)]
    """Their noise density over that of the thermal noise."""


class InterferenceBursts:
    """Their sum, where several meet; arrivals and noise follow from the seed, however the samples are cut."""

    def __init__(self, given: InterferenceBurstSettings, sample_rate_hz: float, rng: np.random.Generator) -> None:
        """Begin a burst's length early, so that link time 0 finds as many as any other."""
        self._rng, self._noise = rng, WhiteNoise(rng)
        self._mean_gap = sample_rate_hz / given.per_s
        self._length = max(1, round(given.duration_s * sample_rate_hz))
        self._power = 10 ** (given.i0_n0_db / 10)
        self._starts = [-self._length]

    def add(self, samples: NDArray[np.complex64], first: int) -> None:
        """Add what there is from sample number ``first`` on to complex64[n] in units of the noise per sample."""
        end = first + len(samples)
        while self._starts[-1] < end:
            self._starts.append(self._starts[-1] + math.ceil(self._rng.exponential(self._mean_gap)))
        near = self._starts[bisect_right(self._starts, first - self._length) : bisect_left(self._starts, end)]
        edges = {first, end, *near, *(start + self._length for start in near)}
        for begin, stop in pairwise(sorted(edge for edge in edges if first <= edge <= end)):
            going = bisect_right(near, begin) - bisect_right(near, begin - self._length)
            if going:
                self._noise.add(samples[begin - first : stop - first], begin, going * self._power)
