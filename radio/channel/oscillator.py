"""A receiver's oscillator against the transmitter's: off by some parts per million, and drifting while it warms up."""

from dataclasses import dataclass
from typing import Annotated

import numpy as np

from radio.channel.settings import Within, settings
from radio.channel.waves import Floats


@settings
class WarmUpSettings:
    """A first-order approach to the settled frequency, as temperature approaches its own."""

    cold_ppm: Annotated[float, Within(-100.0, 100.0)]
    """By how much more the oscillator is off at link time 0."""
    time_constant_s: Annotated[float, Within(0.1, 1e5)] = 120.0


@dataclass(frozen=True, slots=True)
class Oscillator:
    """Its error over time; positive is fast."""

    settled_ppm: float
    warm_up: WarmUpSettings | None = None

    def lag_s(self, time_s: Floats) -> Floats:
        """Return by how much the receiver's clock has run ahead, so that all comes late by it: float64[n]."""
        lag_s = self.settled_ppm * 1e-6 * time_s
        if self.warm_up is None:
            return lag_s
        constant_s = self.warm_up.time_constant_s
        gone = np.asarray(-np.expm1(-time_s / constant_s))
        return np.asarray(lag_s + self.warm_up.cold_ppm * 1e-6 * constant_s * gone)
