"""Random processes as sums of waves: their value at any time follows from the seed alone."""

import math
from collections.abc import Callable

import numpy as np
from numba import njit
from numpy.typing import NDArray

from radio.channel.sinusoid import cosine, sine

Floats = NDArray[np.float64]


@njit(cache=True, nogil=True, fastmath=True)
def _sums(time_s, frequencies_hz, phases, cosines, sines):  # type: ignore[no-untyped-def]
    for n in range(time_s.size):
        re = np.float32(0.0)
        im = np.float32(0.0)
        for k in range(frequencies_hz.size):
            turns = time_s[n] * frequencies_hz[k] + phases[k]
            angle = np.float32(turns - np.rint(turns))
            re += cosine(angle)
            im += sine(angle)
        cosines[n] = re
        sines[n] = im


class Waves:
    """A sum of equal waves of the frequencies given, each of random phase."""

    def __init__(self, frequencies_hz: Floats, rng: np.random.Generator) -> None:
        """Take the frequencies, float64[k]."""
        self._frequencies_hz = frequencies_hz
        self._phases = rng.uniform(-np.pi, np.pi, len(frequencies_hz)) / (2 * np.pi)

    def gain(self, time_s: Floats) -> NDArray[np.complex128]:
        """Return a complex process of unit mean power at each time: complex128[n]."""
        cosines, sines = self._at(time_s)
        return np.asarray((cosines + 1j * sines) / math.sqrt(len(self._phases)), dtype=np.complex128)

    def value(self, time_s: Floats) -> Floats:
        """Return a real process of zero mean and unit variance at each time: float64[n]."""
        return np.asarray(self._at(time_s)[0] * math.sqrt(2 / len(self._phases)), dtype=np.float64)

    def _at(self, time_s: Floats) -> tuple[Floats, Floats]:
        cosines, sines = np.empty(len(time_s)), np.empty(len(time_s))
        _sums(time_s, self._frequencies_hz, self._phases, cosines, sines)
        return cosines, sines


def spread_over(density: Callable[[Floats], Floats], highest: float, count: int, rng: np.random.Generator) -> Floats:
    """Draw one frequency of each of ``count`` parts of equal power of a spectrum, from -``highest`` to ``highest``.

    ``density`` takes and returns float64[n]; it is even and falls with frequency.
    """
    grid = np.linspace(-highest, highest, 2001)
    power = np.concatenate(([0.0], np.cumsum(np.diff(grid) * (density(grid[1:]) + density(grid[:-1])) / 2)))
    shares = (np.arange(count) + rng.random(count)) / count
    return np.asarray(np.interp(shares * power[-1], power, grid), dtype=np.float64)
