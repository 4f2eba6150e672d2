"""Thermal noise, as a function of seed and sample number."""

import math

import numpy as np
from numba import njit
from numpy.typing import NDArray

from radio.channel.sinusoid import cosine, sine

TILE = 128
"""Samples that the kernels of the channel work on at a time: they stay in the nearest cache."""

# SplitMix64 (Steele, Lea, Flood, OOPSLA 2014): a count goes in, 64 bits come out
_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_MIX_1, _MIX_2 = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)
# ln(3/2 + x) for x from -1/2 to 1/2, least squares: error 4e-8
_L0, _L1, _L2, _L3, _L4, _L5, _L6, _L7, _L8 = (
    np.float32(c)
    for c in (
        *(0.405465104, 0.666666166, -0.222221368, 0.0987917516, -0.0494096183),
        *(0.0259673295, -0.014338342, 0.0102438286, -0.00615147096),
    )
)
_LN_2 = np.float32(math.log(2))
_ONE = np.int32(0x3F800000)  # 1.0 as bits of a float32
_MANTISSA = np.int32(0x007FFFFF)


@njit(cache=True, nogil=True, inline="always")
def random_bits(key, number):  # type: ignore[no-untyped-def]
    """Return 64 random bits, uint64, that follow from the two uint64."""
    z = key + number * _GOLDEN
    z = (z ^ (z >> np.uint64(30))) * _MIX_1
    z = (z ^ (z >> np.uint64(27))) * _MIX_2
    return z ^ (z >> np.uint64(31))


@njit(cache=True, nogil=True, fastmath={"contract"})
def normals(key, first, uniform, mantissa, re, im):  # type: ignore[no-untyped-def]
    """Fill ``re`` and ``im``, float32[TILE], with the normal numbers of unit variance from sample ``first`` on.

    Box and Muller's transform of two uniform numbers: 31 bits make the radius, which so ends at 6.7, 32 the angle.
    ``uniform`` and ``mantissa``, float32[TILE] too, are written over.
    """
    bits, mantissa_bits = uniform.view(np.int32), mantissa.view(np.int32)
    for n in range(TILE):
        z = random_bits(key, np.uint64(first) + np.uint64(n))
        uniform[n] = np.float32(np.int32(np.uint32(z) >> np.uint32(1))) + np.float32(0.5)
        im[n] = np.float32(np.int32(z >> np.uint64(32))) * np.float32(2.0**-32)
    for n in range(TILE):
        re[n] = np.float32(np.int32((bits[n] >> np.int32(23)) - np.int32(127 + 31)))
        mantissa_bits[n] = np.int32((bits[n] & _MANTISSA) | _ONE)
    for n in range(TILE):
        x = mantissa[n] - np.float32(1.5)
        ln = _L0 + x * (_L1 + x * (_L2 + x * (_L3 + x * (_L4 + x * (_L5 + x * (_L6 + x * (_L7 + x * _L8)))))))
        radius = np.sqrt(max(np.float32(-2.0) * (ln + _LN_2 * re[n]), np.float32(0.0)))
        angle = im[n]
        re[n] = radius * cosine(angle)
        im[n] = radius * sine(angle)


@njit(cache=True, nogil=True, fastmath={"contract"})
def _add(samples, key, first, deviation):  # type: ignore[no-untyped-def]
    """Add noise to interleaved ``samples``, float32[2 n]."""
    uniform = np.empty(TILE, dtype=np.float32)
    mantissa = np.empty(TILE, dtype=np.float32)
    re = np.empty(TILE, dtype=np.float32)
    im = np.empty(TILE, dtype=np.float32)
    for base in range(0, samples.size // 2, TILE):
        normals(key, first + base, uniform, mantissa, re, im)
        tile = samples[2 * base : 2 * (base + TILE)]
        for n in range(tile.size // 2):
            tile[2 * n] += deviation * re[n]
            tile[2 * n + 1] += deviation * im[n]


def draw_key(rng: np.random.Generator) -> np.uint64:
    """Draw what tells one sequence of random bits from another."""
    return np.uint64(rng.integers(2**64, dtype=np.uint64))


class WhiteNoise:
    """Complex normal noise whose every sample follows from the seed and its number alone."""

    def __init__(self, rng: np.random.Generator) -> None:
        """Take the generator that its seed is drawn from."""
        self._key = draw_key(rng)

    def add(self, samples: NDArray[np.complex64], first: int, power: float = 1.0) -> None:
        """Add the noise of that power from sample number ``first`` on to complex64[n], in place."""
        _add(samples.view(np.float32), self._key, np.uint64(first), np.float32(math.sqrt(power / 2)))
