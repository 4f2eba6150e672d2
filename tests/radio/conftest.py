"""A transmitter and a sky in a few lines, for tests of the modem."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pytest

from radio.modem.modulator import Modulator
from radio.modem.receiver import Receiver
from radio.modem.shapers import PULSE_SPAN_SYMBOLS
from radio.profile import LinkProfile, Profile

RATE_HZ = 240e3
LEAD = 3000


@dataclass(frozen=True)
class Air:
    """What happens to a burst between modulator and receiver."""

    es_n0_db: float = 20.0
    offset_hz: float = 0.0
    offset_rate_hz_s: float = 0.0
    clock_ppm: float = 0.0
    phase_rad: float = 0.0
    fraction: float = 0.0
    """Of a sample, by which the burst comes later."""
    gain: float = 1.0
    lead: int = LEAD
    trail: int = LEAD


@dataclass(frozen=True)
class Leg:
    name: str
    profile: LinkProfile
    rate_hz: float = RATE_HZ

    @property
    def doppler_rate_hz_s(self) -> float:
        """Of an overhead pass at 550 km."""
        return 51.0 if self.name == "uplink" else 150.0

    @property
    def octets(self) -> int:
        return 64 if self.name == "uplink" else self.profile.frame_octets

    @property
    def samples_per_symbol(self) -> float:
        return self.rate_hz / self.profile.symbol_rate_baud

    def receiver(self) -> Receiver:
        return Receiver(self.profile, self.profile.code(), self.rate_hz)

    def burst(self, frame: bytes) -> np.ndarray:
        modulator = Modulator(self.profile, self.rate_hz)
        code = self.profile.code()
        return modulator.burst(np.concatenate([code.acquisition, code.encode(frame)]))

    def stream(self, *frames: bytes) -> np.ndarray:
        """A stream that is switched on and, some symbols after its last unit, off."""
        modulator, code = Modulator(self.profile, self.rate_hz), self.profile.code()
        end = np.resize(np.array([1, -1, -1, 1], dtype=np.int8), 64)
        return modulator.stream(np.concatenate([code.acquisition, *(code.encode(frame) for frame in frames), end]))

    def sent(self, *frames: bytes) -> np.ndarray:
        """As bursts or as a stream, as the profile says."""
        if self.profile.transmission == "continuous":
            return self.stream(*frames)
        return np.concatenate([self.burst(frame) for frame in frames])

    def marker_s(self, air: Air) -> float:
        """The time of a marker's first symbol in a stream made with ``on_air``."""
        periods = len(self.profile.code().acquisition) / self.profile.bits_per_symbol + PULSE_SPAN_SYMBOLS / 2
        return (air.lead + air.fraction) / self.rate_hz + periods / self.profile.symbol_rate_baud

    def on_air(self, frame: bytes, air: Air, rng: np.random.Generator) -> np.ndarray:
        """One burst between silences, moved, turned and in noise."""
        return self.carried(self.burst(frame), air, rng)

    def carried(self, burst: np.ndarray, air: Air, rng: np.random.Generator) -> np.ndarray:
        x = np.concatenate((np.zeros(air.lead), burst, np.zeros(air.trail))).astype(np.complex64)
        x = read_late(x, air.fraction, air.clock_ppm)
        t = np.arange(len(x)) / self.rate_hz
        cycles = air.offset_hz * t - air.offset_rate_hz_s * t**2 / 2
        x = x * np.exp(2j * np.pi * cycles + 1j * air.phase_rad)
        return np.asarray(air.gain * (x + self.noise(len(x), air.es_n0_db, rng)), dtype=np.complex64)

    def noise(self, count: int, es_n0_db: float, rng: np.random.Generator) -> np.ndarray:
        """White noise beside which bursts of unit power have this Es/N0."""
        deviation = np.sqrt(self.samples_per_symbol / 10 ** (es_n0_db / 10) / 2)
        return deviation * (rng.standard_normal(count) + 1j * rng.standard_normal(count))


def read_late(x: np.ndarray, fraction: float, clock_ppm: float) -> np.ndarray:
    """x read ``fraction`` samples late by a clock that many ppm fast: by Fourier transform, at 16 times the rate."""
    if not clock_ppm:
        return np.fft.ifft(np.fft.fft(x) * np.exp(-2j * np.pi * np.fft.fftfreq(len(x)) * fraction))
    fold = 16
    spectrum = np.fft.fft(x) * np.exp(-2j * np.pi * np.fft.fftfreq(len(x)) * fraction)
    padded = np.zeros(fold * len(x), dtype=complex)
    half = len(x) // 2
    padded[:half], padded[-half:] = spectrum[:half], spectrum[-half:]
    fine = fold * np.fft.ifft(padded)
    position = np.arange(len(x)) * fold * (1 - clock_ppm * 1e-6)
    below = np.minimum(position.astype(int), len(fine) - 2)
    return np.asarray(fine[below] + (position - below) * (fine[below + 1] - fine[below]))


def receive(receiver: Receiver, samples: np.ndarray, block: int = 2400) -> list:
    return [r for k in range(0, len(samples), block) for r in receiver.process(samples[k : k + block])]


@pytest.fixture(scope="session")
def profile() -> Profile:
    return Profile.load("leo-bpsk")


@pytest.fixture(scope="session")
def air() -> type[Air]:
    return Air


@pytest.fixture(scope="session")
def received() -> Callable[..., list]:
    return receive


@pytest.fixture(scope="session")
def sample_rate_hz() -> float:
    return RATE_HZ


@pytest.fixture(scope="session")
def leg_of() -> Callable[..., Leg]:
    """A leg of any profile, at any sample rate."""
    return lambda profile, rate_hz=RATE_HZ: Leg("any", profile, rate_hz)


@pytest.fixture(scope="session", params=["uplink", "downlink"])
def leg(request: pytest.FixtureRequest, profile: Profile) -> Leg:
    return Leg(request.param, getattr(profile, request.param))


@pytest.fixture(scope="session")
def downlink(profile: Profile) -> Leg:
    return Leg("downlink", profile.downlink)


@pytest.fixture(scope="session")
def uplink(profile: Profile) -> Leg:
    return Leg("uplink", profile.uplink)
