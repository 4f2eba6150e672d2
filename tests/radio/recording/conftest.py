"""What one end of a link receives, on the steps of an 8-bit converter."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from radio.modem.modulator import Modulator
from radio.profile import LinkProfile, Profile
from radio.recording.recorder import Recorder, RecordSettings

RATE_HZ = 240e3


@pytest.fixture(scope="session")
def link() -> LinkProfile:
    return Profile.load("leo-bpsk").downlink


@pytest.fixture(scope="session")
def quantised() -> Callable[[np.ndarray], np.ndarray]:
    """Samples as a converter of 8 bits gives them, whose full scale is 1."""

    def convert(samples: np.ndarray) -> np.ndarray:
        steps = np.clip(np.floor(samples.astype(np.complex64).view(np.float32) * 127.5), -128, 127) + np.float32(0.5)
        return (steps / np.float32(127.5)).view(np.complex64)

    return convert


@pytest.fixture(scope="session")
def noise(quantised: Callable[[np.ndarray], np.ndarray]) -> Callable[..., np.ndarray]:
    """Noise of 8 bits, of any length."""

    def make(count: int, seed: int = 1) -> np.ndarray:
        numbers = 0.05 * np.random.default_rng(seed).standard_normal(2 * count, dtype=np.float32)
        return quantised(numbers.view(np.complex64))

    return make


@pytest.fixture(scope="session")
def sent_frames() -> list[bytes]:
    rng = np.random.default_rng(2)
    return [rng.bytes(223) for _ in range(3)]


@pytest.fixture(scope="session")
def heard_samples(
    link: LinkProfile, sent_frames: list[bytes], quantised: Callable[[np.ndarray], np.ndarray]
) -> np.ndarray:
    """Bursts with those frames, silence between them, in noise at an Es/N0 of 15 dB."""
    code, parts = link.code(), [np.zeros(5000, np.complex64)]
    for frame in sent_frames:
        parts += [Modulator(link, RATE_HZ).burst(np.concatenate((code.acquisition, code.encode(frame))))]
        parts += [np.zeros(9000, np.complex64)]
    signal = np.concatenate(parts)
    scatter = np.random.default_rng(3).standard_normal(2 * len(signal), dtype=np.float32).view(np.complex64)
    deviation = np.sqrt(RATE_HZ / link.symbol_rate_baud / 10**1.5 / 2)
    return quantised(0.2 * (signal + np.float32(deviation) * scatter))


@pytest.fixture
def warnings() -> list[str]:
    return []


@pytest.fixture
def record(tmp_path: Path, link: LinkProfile, warnings: list[str]) -> Callable[..., Recorder]:
    """Begin a recording of the ground's in the test's folder."""

    def begin(**settings: object) -> Recorder:
        clock = settings.pop("clock", None)
        more = {"clock": clock} if clock else {}
        return Recorder(RecordSettings(tmp_path, **settings), "ground", link, RATE_HZ, warnings.append, **more)  # type: ignore[arg-type]

    return begin
