"""Rician fading: a steady ray and many scattered ones."""

import math

import numpy as np
from numpy.typing import NDArray

SCATTERED_RAYS = 24


class RicianFading:
    """A complex gain of unit mean power whose scattered part has Clarke's Doppler spectrum.

    The scattered part is a sum of rays of random angle of arrival and phase (Xiao, Zheng, Beaulieu, IEEE Trans.
    Wireless Commun. 5, 2006), so that the gain at any time follows from the seed alone.
    """

    def __init__(self, k_db: float, doppler_spread_hz: float, rng: np.random.Generator) -> None:
        """Take the Rician K factor in dB (``inf`` for none) and the largest Doppler shift of a scattered ray."""
        k = math.inf if math.isinf(k_db) else 10 ** (k_db / 10)
        self._steady = 1.0 if math.isinf(k) else math.sqrt(k / (k + 1))
        self._scattered = 0.0 if math.isinf(k) else math.sqrt(1 / (k + 1) / SCATTERED_RAYS)
        spread = rng.uniform(-np.pi, np.pi)
        angles = (2 * np.pi * np.arange(SCATTERED_RAYS) + spread) / SCATTERED_RAYS
        self._rates = 2 * np.pi * doppler_spread_hz * np.cos(angles)
        self._phases = rng.uniform(-np.pi, np.pi, SCATTERED_RAYS)

    def gain(self, time_s: NDArray[np.float64]) -> NDArray[np.complex128]:
        """Return the gain at each time: complex128[n]."""
        if self._scattered == 0.0:
            return np.ones(len(time_s), dtype=np.complex128)
        rays = np.exp(1j * (np.outer(time_s, self._rates) + self._phases))
        return np.asarray(self._steady + self._scattered * rays.sum(axis=1), dtype=np.complex128)
