"""Automatic gain control."""

import math
from typing import Annotated

import numpy as np
from numba import njit
from numpy.typing import NDArray

from radio.channel.settings import Within, settings

_CELL = 64
"""Samples over which the level is measured, and over which a new gain is approached."""


@settings
class GainControlSettings:
    """The level that is held, and how fast."""

    rms_lsb: Annotated[float, Within(0.1, 32768.0)] = 32.0
    """Of what is received, on either axis, in steps of the converter."""
    attack_s: Annotated[float, Within(1e-5, 10.0)] = 0.01
    """Time constant of the power measured when the level is above it."""
    decay_s: Annotated[float, Within(1e-5, 100.0)] = 0.2
    """The same below it."""


@njit(cache=True, nogil=True, fastmath=True)
def _control(samples, cell, filled, state, wanted, attack, decay):  # type: ignore[no-untyped-def]
    """Scale interleaved ``samples`` in place; return how many values of ``cell`` then hold the cell that has begun.

    ``state`` is power and gain; the gain in a cell leads from that of the last to what the power before it asks for.
    """
    done = 0
    while done < samples.size:
        gain = math.sqrt(wanted / state[0])
        start, slope = np.float32(state[1]), np.float32((gain - state[1]) / _CELL)
        count = min(cell.size - filled, samples.size - done)
        part = samples[done : done + count]
        cell[filled : filled + count] = part
        for n in range(count // 2):
            scale = start + slope * np.float32(filled // 2 + n + 1)
            part[2 * n] *= scale
            part[2 * n + 1] *= scale
        done += count
        filled += count
        if filled == cell.size:
            power = np.float32(0.0)
            for k in range(cell.size):
                power += cell[k] * cell[k]
            power /= np.float32(_CELL)
            state[0] += (power - state[0]) * (attack if power > state[0] else decay)
            state[1] = gain
            filled = 0
    return filled


class GainControl:
    """Holds the level of what it is given. It measures cells of 64 samples, and follows only what is past."""

    def __init__(self, given: GainControlSettings, sample_rate_hz: float, gain: float) -> None:
        """Begin at ``gain``, in converter steps per unit."""
        cell_s = _CELL / sample_rate_hz
        self._attack, self._decay = (-math.expm1(-cell_s / constant) for constant in (given.attack_s, given.decay_s))
        self._wanted = 2 * given.rms_lsb**2
        self._state = np.array([self._wanted / gain**2, gain])
        self._cell, self._filled = np.empty(2 * _CELL, dtype=np.float32), 0

    def scale(self, samples: NDArray[np.complex64]) -> None:
        """Bring the next complex64[n] to converter steps, in place."""
        rates = (self._wanted, self._attack, self._decay)
        self._filled = _control(samples.view(np.float32), self._cell, self._filled, self._state, *rates)
