"""Scintillation: what the ionosphere and the troposphere do to a ray on its way through."""

import math
from typing import Annotated

import numpy as np
from numpy.typing import NDArray

from radio.channel.settings import Within, settings
from radio.channel.waves import Floats, Waves, spread_over

WAVES = 48
_BETA = 1.2396464
"""Solves exp(-b) (cos b + sin b) = 1/e: the decorrelation time is where the correlation has fallen to 1/e."""


@settings
class IonosphericSettings:
    """How strong and how fast the ionosphere scintillates."""

    s4: Annotated[float, Within(0.01, 1.0)]
    """Standard deviation of the intensity over its mean."""
    decorrelation_s: Annotated[float, Within(0.01, 100.0)] = 0.8


class IonosphericScintillation:
    """A complex gain of unit mean power whose envelope is Rician with the S4 given (Nakagami-m's is near: m = 1/S4^2).

    A steady ray of power sqrt(1 - S4^2) and a scattered rest with the spectrum of a second-order Butterworth filter
    (Humphreys et al., "Simulating ionosphere-induced scintillation", IEEE Trans. AES 45, 2009), so that its correlation
    is exp(-b x) (cos b x + sin b x), x in decorrelation times.
    """

    def __init__(self, given: IonosphericSettings, rng: np.random.Generator) -> None:
        """Draw one from its seed."""
        corner_hz = _BETA * math.sqrt(2) / (2 * math.pi * given.decorrelation_s)
        spread = spread_over(lambda x: 1 / (1 + x**4), highest=20.0, count=WAVES, rng=rng)
        self._scattered = Waves(corner_hz * spread, rng)
        self._steady_power = math.sqrt(1 - given.s4**2)

    def gain(self, time_s: Floats) -> NDArray[np.complex128]:
        """Return the gain at each time: complex128[n]."""
        scattered = math.sqrt(1 - self._steady_power) * self._scattered.gain(time_s)
        return np.asarray(math.sqrt(self._steady_power) + scattered, dtype=np.complex128)


@settings
class TroposphericSettings:
    """How strong and how fast the troposphere scintillates."""

    sigma_db: Annotated[float, Within(0.0, 10.0)]
    """Standard deviation of the level: ITU-R P.618 predicts it."""
    corner_hz: Annotated[float, Within(0.001, 10.0)] = 0.3
    """Where the spectrum turns from flat to a fall of 80 dB in three decades."""


class TroposphericScintillation:
    """A level that is normal in decibels, with a spectrum that falls as f^(-8/3) beyond its corner (Tatarskii).

    The spectrum is (1 + (f / corner)^2)^(-4/3), von Karman's, which has a correlation in closed form: that of Matern
    with nu = 5/6.
    """

    def __init__(self, given: TroposphericSettings, rng: np.random.Generator) -> None:
        """Draw one from its seed."""
        spread = spread_over(lambda x: (1 + x**2) ** (-4 / 3), highest=30.0, count=WAVES, rng=rng)
        self._level = Waves(given.corner_hz * spread, rng)
        self._sigma_db = given.sigma_db

    def gain(self, time_s: Floats) -> Floats:
        """Return the gain at each time: float64[n]."""
        return np.asarray(10 ** (self._sigma_db / 20 * self._level.value(time_s)), dtype=np.float64)
