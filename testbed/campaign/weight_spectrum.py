"""How many wrong ways through the trellis of the K = 7 code there are, by distance from the right one."""

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

import numpy as np

from linkbudget.decibels import Floats

_GENERATORS = (0o171, 0o133)
_MEMORY = 6
PUNCTURED: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "1/2": ("1", "1"),
        "2/3": ("10", "11"),
        "3/4": ("101", "110"),
        "5/6": ("10101", "11010"),
        "7/8": ("1000101", "1111010"),
    }
)
"""Which symbols of the first and the second generator are sent, by code rate (131.0-B table 3-1)."""
_DISTANCES = 24
"""Wrong ways up to this distance are counted: what lies further is negligible where the bound is close."""


@cache
def wrong_ways(rate: str) -> Floats:
    """Return the mean number of wrong ways that leave the right one at a bit, by their distance, float64[24].

    The right way is that of zeros. Each step adds an information bit; a way is counted when it meets the right one
    again.
    """
    patterns = PUNCTURED[rate]
    period = len(patterns[0])
    return np.asarray(sum(_leaving_at(phase, patterns) for phase in range(period)) / period)


def _leaving_at(phase: int, patterns: tuple[str, str]) -> Floats:
    ways = np.zeros((2**_MEMORY, _DISTANCES))
    met = np.zeros(_DISTANCES)
    ways[0, 0] = 1.0
    is_first = True
    while ways.any():
        sent = [pattern[phase % len(pattern)] == "1" for pattern in patterns]
        ways = _step(ways, sent, bits=(1,) if is_first else (0, 1))
        met += ways[0]
        ways[0] = 0.0
        phase, is_first = phase + 1, False
    return met


def _step(ways: Floats, sent: list[bool], bits: tuple[int, ...]) -> Floats:
    after = np.zeros_like(ways)
    for state in np.flatnonzero(ways.any(axis=1)):
        for bit in bits:
            register = bit << _MEMORY | int(state)
            weight = sum(
                (register & generator).bit_count() % 2
                for generator, is_sent in zip(_GENERATORS, sent, strict=True)
                if is_sent
            )
            after[register >> 1, weight:] += ways[state, : _DISTANCES - weight]
    return after
