"""The receiver that a profile calls for."""

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from radio.modem.fsk_profile import fsk_receiver
from radio.modem.receiver import Receiver
from radio.modem.reception import Reception
from radio.profile import LinkProfile


class SampleReceiver(Protocol):
    """Samples to frames."""

    samples_unusable: int
    """How many samples were not finite, or absurdly large, and were taken as zero."""

    def process(self, samples: NDArray[np.complex64]) -> list[Reception]:
        """Take complex64[n]; return the bursts, or units of a stream, that ended in them."""


def open_receiver(profile: LinkProfile, sample_rate_hz: float) -> SampleReceiver:
    """Return a new receiver. Raise ProfileError if the profile does not fit the sample rate."""
    code = profile.code()
    if profile.modulation == "gfsk":
        return fsk_receiver(profile, code, sample_rate_hz)
    return Receiver(profile, code, sample_rate_hz)
