"""Phase noise of a local oscillator."""

import math
from typing import Annotated

import numpy as np
from numba import njit
from numpy.typing import NDArray

from radio.channel.noise import TILE, draw_key, normals
from radio.channel.settings import Within, settings
from radio.channel.sinusoid import cosine, sine


@settings
class PhaseNoiseSettings:
    """A line that falls by 20 dB a decade to a floor, as a free oscillator's does (Leeson's model far from flicker)."""

    level_dbc_hz: Annotated[float, Within(-200.0, -20.0)]
    """Power density of one sideband, at the offset, over the carrier's power."""
    offset_hz: Annotated[float, Within(1.0, 10e6)] = 10e3
    floor_dbc_hz: Annotated[float, Within(-200.0, -60.0)] = -150.0


@njit(cache=True, nogil=True, fastmath={"contract"})
def _turn(samples, key, first, phase, step, floor):  # type: ignore[no-untyped-def]
    """Turn interleaved ``samples`` in place; take and return the walk's phase in turns, ``step`` and ``floor`` too."""
    cosines = np.empty(TILE, dtype=np.float32)
    sines = np.empty(TILE, dtype=np.float32)
    walk = np.empty(TILE, dtype=np.float32)
    jitter = np.empty(TILE, dtype=np.float32)
    for base in range(0, samples.size // 2, TILE):
        normals(key, first + base, cosines, sines, walk, jitter)
        tile = samples[2 * base : 2 * (base + TILE)]
        for n in range(tile.size // 2):
            phase += np.float64(step * walk[n])
            walk[n] = np.float32(phase - np.rint(phase))
        for n in range(TILE):
            turns = walk[n] + floor * jitter[n]
            turns -= np.rint(turns)
            cosines[n] = cosine(turns)
            sines[n] = sine(turns)
        for n in range(tile.size // 2):
            re, im = tile[2 * n], tile[2 * n + 1]
            tile[2 * n] = re * cosines[n] - im * sines[n]
            tile[2 * n + 1] = re * sines[n] + im * cosines[n]
    return phase - np.rint(phase)


class PhaseNoise:
    """A random walk of the phase, which gives a Lorentzian line, and white phase noise under it."""

    def __init__(self, given: PhaseNoiseSettings, sample_rate_hz: float, rng: np.random.Generator) -> None:
        """A walk of variance s^2 per sample has L(f) = s^2 rate / (2 pi f)^2 well beyond the line's width."""
        level, floor = 10 ** (given.level_dbc_hz / 10), 10 ** (given.floor_dbc_hz / 10)
        self._step = np.float32(given.offset_hz * math.sqrt(level / sample_rate_hz))  # in turns
        self._floor = np.float32(math.sqrt(floor * sample_rate_hz) / (2 * math.pi))
        self._key = draw_key(rng)
        self._phase, self._count = 0.0, 0

    def turn(self, samples: NDArray[np.complex64]) -> None:
        """Turn the next complex64[n], in place."""
        noise = (self._key, self._count, self._phase, self._step, self._floor)
        self._phase = _turn(samples.view(np.float32), *noise)
        self._count += len(samples)
