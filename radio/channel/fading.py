"""What makes a signal fade: rays that are scattered, and shadows that are cast."""

import numpy as np
from numpy.typing import NDArray

from radio.channel.waves import Waves

SCATTERED_RAYS = 24
SHADOW_WAVES = 48
NONE_DB = -200.0
"""The power of scattered rays that stands for none in link states."""
_FASTEST = 10.0  # of a shadow's changes, in turns a correlation time: what lies beyond holds 1 % of its power


class ScatteredRays:
    """A complex gain of unit mean power with Clarke's Doppler spectrum, whose envelope is Rayleigh distributed.

    A sum of rays of random angle of arrival and phase (Xiao, Zheng, Beaulieu, IEEE Trans. Wireless Commun. 5, 2006), so
    that the gain at any time follows from the seed alone. With a direct ray beside them the envelope is Rician.
    """

    def __init__(self, doppler_spread_hz: float, rng: np.random.Generator) -> None:
        """Take the largest Doppler shift of a scattered ray."""
        spread = rng.uniform(-np.pi, np.pi)
        angles = (2 * np.pi * np.arange(SCATTERED_RAYS) + spread) / SCATTERED_RAYS
        self._rays = Waves(doppler_spread_hz * np.cos(angles), rng)

    def gain(self, time_s: NDArray[np.float64]) -> NDArray[np.complex128]:
        """Return the gain at each time: complex128[n]."""
        return self._rays.gain(time_s)


class Shadowing:
    """A real process of zero mean, unit variance and nearly normal, correlated as exp(-|t| / correlation time).

    Shadowing along a way is so correlated (Gudmundson, Electronics Letters 27, 1991). A sum of waves of random phase
    whose frequencies are Cauchy distributed, as is the spectrum that belongs to it; its value at any time follows from
    the seed alone.
    """

    def __init__(self, correlation_s: float, rng: np.random.Generator) -> None:
        """Take the time over which the correlation falls to 1/e."""
        # one frequency of each stratum of the distribution, up to the fastest
        highest = np.arctan(2 * np.pi * _FASTEST)
        strata = (np.arange(SHADOW_WAVES) + rng.random(SHADOW_WAVES)) / SHADOW_WAVES
        self._waves = Waves(np.tan(highest * strata) / (2 * np.pi * correlation_s), rng)

    def value(self, time_s: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the value at each time: float64[n]."""
        return self._waves.value(time_s)


class Fading:
    """Both together, of one direction of the link."""

    def __init__(
        self, doppler_spread_hz: float, shadow_correlation_s: float, multipath_shadowed: bool, rng: np.random.Generator
    ) -> None:
        """Take what the parts do, and whether the scattered rays are shadowed as the direct one is."""
        self._rays, self._shadow = ScatteredRays(doppler_spread_hz, rng), Shadowing(shadow_correlation_s, rng)
        self._multipath_shadowed = multipath_shadowed

    def gain(
        self,
        time_s: NDArray[np.float64],
        direct_db: NDArray[np.float64],
        multipath_db: NDArray[np.float64],
        shadowing_db: NDArray[np.float64],
    ) -> NDArray[np.complex128]:
        """Return the gain at each time, complex128[n], of rays and shadows of the strengths given, float64[n] each."""
        shadow_db = shadowing_db * self._shadow.value(time_s) if shadowing_db.any() else np.zeros(len(time_s))
        gain = np.asarray(10 ** ((direct_db + shadow_db) / 20), dtype=np.complex128)
        if np.any(multipath_db > NONE_DB):
            scattered_db = multipath_db + shadow_db if self._multipath_shadowed else multipath_db
            gain += 10 ** (scattered_db / 20) * self._rays.gain(time_s)
        return gain
