"""Scattered rays: what makes a signal fade."""

import numpy as np
from numpy.typing import NDArray

SCATTERED_RAYS = 24


class ScatteredRays:
    """A complex gain of unit mean power with Clarke's Doppler spectrum, whose envelope is Rayleigh distributed.

    A sum of rays of random angle of arrival and phase (Xiao, Zheng, Beaulieu, IEEE Trans. Wireless Commun. 5, 2006), so
    that the gain at any time follows from the seed alone. With a direct ray beside them the envelope is Rician.
    """

    def __init__(self, doppler_spread_hz: float, rng: np.random.Generator) -> None:
        """Take the largest Doppler shift of a scattered ray."""
        spread = rng.uniform(-np.pi, np.pi)
        angles = (2 * np.pi * np.arange(SCATTERED_RAYS) + spread) / SCATTERED_RAYS
        self._rates = 2 * np.pi * doppler_spread_hz * np.cos(angles)
        self._phases = rng.uniform(-np.pi, np.pi, SCATTERED_RAYS)

    def gain(self, time_s: NDArray[np.float64]) -> NDArray[np.complex128]:
        """Return the gain at each time: complex128[n]."""
        rays = np.exp(1j * (np.outer(time_s, self._rates) + self._phases))
        return np.asarray(rays.sum(axis=1) / np.sqrt(SCATTERED_RAYS), dtype=np.complex128)
