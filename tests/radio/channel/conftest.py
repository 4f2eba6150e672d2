from collections.abc import Callable

import numpy as np
import pytest

from radio.channel.fading import Fading
from radio.channel.path import Path
from radio.link_state import LinkStates

RATE_HZ = 240e3


def straight(
    range_m=600e3,
    range_rate_m_s=0.0,
    c_n0_db_hz=60.0,
    elevation_deg=45.0,
    seconds=4,
    direct_db=0.0,
    multipath_db=-200.0,
    shadowing_db=0.0,
) -> LinkStates:
    """A satellite that comes or goes at a constant rate."""
    t = np.arange(seconds + 1.0)
    held = (range_rate_m_s, elevation_deg, c_n0_db_hz, direct_db, multipath_db, shadowing_db)
    return LinkStates(t, range_m + range_rate_m_s * t, *(value * np.ones_like(t) for value in held))


@pytest.fixture(scope="session")
def straight_states() -> Callable[..., LinkStates]:
    return straight


@pytest.fixture(scope="session")
def make_path() -> Callable[..., Path]:
    def make(states: LinkStates, carrier_hz=437e6, clock_error_ppm=0.0) -> Path:
        fading = Fading(50.0, 0.5, False, np.random.default_rng(3))
        return Path(states, carrier_hz, RATE_HZ, clock_error_ppm, fading)

    return make
