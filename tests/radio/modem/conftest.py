"""Links of every modulation, and what a low orbit does to them."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from radio.profile import LinkProfile

CONCATENATED = {"kind": "cadu", "reed_solomon": {"interleave": 1}, "convolutional": "1/2"}
UNCHECKED = {"kind": "cadu", "convolutional": "1/2"}
"""A code that makes a frame of anything."""


@pytest.fixture(scope="session")
def link(leg_of: Callable[..., Any]) -> Callable[..., Any]:
    """A leg on 437 MHz: ``link("gmsk", bt=0.3, transmission="continuous", frame_octets=40)``."""

    def made(modulation: str, rate_hz: float = 240e3, **changes: Any) -> Any:
        fields = {
            "carrier_hz": 437e6,
            "symbol_rate_baud": 38400.0,
            "search_range_hz": 10e3,
            "frame_octets": 60,
            "coding": CONCATENATED,
        }
        return leg_of(LinkProfile.model_validate({**fields, "modulation": modulation, **changes}), rate_hz)

    return made


@pytest.fixture(scope="session")
def unchecked() -> dict[str, Any]:
    """The coding table of a code that makes a frame of anything."""
    return UNCHECKED


@pytest.fixture(scope="session")
def orbit(air: type) -> Callable[..., Any]:
    """The air over a link whose clock is stretched as its carrier is moved, and by ``ppm`` more."""

    def made(link: Any, es_n0_db: float, offset_hz: float, ppm: float = 0.0, **changes: Any) -> Any:
        stretched_ppm = ppm - 1e6 * offset_hz / link.profile.carrier_hz
        return air(es_n0_db, offset_hz, clock_ppm=stretched_ppm, **changes)

    return made


@pytest.fixture(scope="session")
def symbols() -> Callable[..., np.ndarray]:
    """So many random channel symbols."""
    return lambda count, seed=1: np.random.default_rng(seed).choice(np.array([-1, 1], dtype=np.int8), count)
