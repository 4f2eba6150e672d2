"""Imbalance of a receiver's two axes: a weak mirror image of all it receives."""

import math
from typing import Annotated

import numpy as np
from numba import njit
from numpy.typing import NDArray

from radio.channel.settings import Within, settings


@njit(cache=True, nogil=True, fastmath={"contract"})
def _unbalance(samples, i_by_i, q_by_i, q_by_q):  # type: ignore[no-untyped-def]
    for n in range(samples.size // 2):
        i, q = samples[2 * n], samples[2 * n + 1]
        samples[2 * n] = i_by_i * i
        samples[2 * n + 1] = q_by_i * i + q_by_q * q


@settings
class IqImbalance:
    """Q is stronger than I by the gain g, and off its quarter turn by the phase p.

    A signal so has an image on the other side, weaker by (1 + 2 g cos p + g^2) / (1 - 2 g cos p + g^2).
    """

    gain_db: Annotated[float, Within(-6.0, 6.0)] = 0.0
    phase_deg: Annotated[float, Within(-30.0, 30.0)] = 0.0

    def unbalance(self, samples: NDArray[np.complex64]) -> None:
        """Change complex64[n] in place; noise keeps its power."""
        g, phase = 10 ** (self.gain_db / 20), math.radians(self.phase_deg)
        i_gain = 1 / math.sqrt((1 + g * g) / 2)
        q_gain = g * i_gain
        gains = (i_gain, q_gain * math.sin(phase), q_gain * math.cos(phase))
        _unbalance(samples.view(np.float32), *(np.float32(gain) for gain in gains))
