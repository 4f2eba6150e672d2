from collections.abc import Callable

import numpy as np
import pytest

from radio.channel.fading import Fading
from radio.channel.impairments import FrontEndImpairments
from radio.channel.path import Path
from radio.emulated.rtl_dongle import RtlDongle
from radio.emulated.rtl_tcp import Command, Op
from radio.link_state import LinkStates

SKY_RATE_HZ = 240e3
CARRIER_HZ = 437.05e6
BLOCK = 2400


def dongle(
    sample_rate_hz=240_000, frequency_hz=CARRIER_HZ, gain_tenths_db=297, ppm=0, seed=1, carrier_hz=CARRIER_HZ, **wrong
) -> RtlDongle:
    """A dongle at the sky's rate, set as a client sets it."""
    impairments = FrontEndImpairments(**wrong)
    made = RtlDongle(carrier_hz, SKY_RATE_HZ, 4.0, impairments, np.random.default_rng(seed))
    for op, value in (
        (Op.SAMPLE_RATE, sample_rate_hz),
        (Op.FREQUENCY, round(frequency_hz)),
        (Op.PPM, ppm % 2**32),
        (Op.GAIN, gain_tenths_db),
    ):
        made.obey(Command(op, value))
    return made


def as_samples(octets: bytes) -> np.ndarray:
    """What every driver makes of them: complex64[n] in -1..1."""
    return ((np.frombuffer(octets, dtype=np.uint8).astype(np.float32) - 127.5) / 127.5).view(np.complex64)


def heard_by(made: RtlDongle, signal: np.ndarray, block: int = BLOCK) -> np.ndarray:
    parts = [made.receive(signal[k : k + block]) for k in range(0, len(signal), block)]
    return as_samples(b"".join(parts))


def turning(frequency_hz: float, amplitude: float = 20.0, seconds: float = 1.0) -> np.ndarray:
    """A tone at the antenna, beside the carrier."""
    n = np.arange(round(seconds * SKY_RATE_HZ))
    return (amplitude * np.exp(2j * np.pi * frequency_hz * n / SKY_RATE_HZ)).astype(np.complex64)


def path(clock_error_ppm: float, c_n0_db_hz: float = 80.0) -> Path:
    """A satellite that stands still, heard by a crystal that is off."""
    t = np.arange(8.0)
    states = LinkStates(t, *(level + 0 * t for level in (0.0, 0.0, 45.0, c_n0_db_hz, 0.0, -200.0, 0.0)))
    return Path(states, CARRIER_HZ, SKY_RATE_HZ, clock_error_ppm, Fading(0.0, 1.0, False, np.random.default_rng(1)))


@pytest.fixture(scope="session")
def path_to() -> Callable[..., Path]:
    return path


@pytest.fixture(scope="session")
def make_dongle() -> Callable[..., RtlDongle]:
    return dongle


@pytest.fixture(scope="session")
def heard() -> Callable[..., np.ndarray]:
    return heard_by


@pytest.fixture(scope="session")
def tone() -> Callable[..., np.ndarray]:
    return turning


@pytest.fixture(scope="session")
def samples_of() -> Callable[[bytes], np.ndarray]:
    return as_samples
