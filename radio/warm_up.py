"""Loading the compiled kernels before the link's clock starts: they take a second the first time they are called."""

import numpy as np

from radio.modem.modulator import Modulator
from radio.modem.open_receiver import open_receiver
from radio.profile import LinkProfile, Profile
from radio.sky import Sky, SkySettings


def warm_up_modem(profile: Profile, sample_rate_hz: float) -> None:
    """Send and receive one burst of each direction, to nobody."""
    for leg in (profile.uplink, profile.downlink):
        _loop_back(leg, sample_rate_hz)


def warm_up_sky(settings: SkySettings) -> None:
    """Carry one block of silence through a sky that is thrown away."""
    silence = np.zeros(settings.block, dtype=np.complex64)
    Sky(settings).exchange(silence, silence)


def _loop_back(leg: LinkProfile, sample_rate_hz: float) -> None:
    code = leg.code()
    burst = Modulator(leg, sample_rate_hz).burst(
        np.concatenate([code.acquisition, code.encode(bytes(leg.frame_octets))])
    )
    silence = np.zeros(int(0.05 * sample_rate_hz), dtype=np.complex64)
    open_receiver(leg, sample_rate_hz).process(np.concatenate((silence, burst, silence)))
