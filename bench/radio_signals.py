"""The signals that receivers are given: a stream of frames, a carrier a little off, noise."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from radio.coding.symbols import Symbols
from radio.modem.modulator import Modulator
from radio.modem.shapers import DELAY_SYMBOLS
from radio.modem.waveform import waveform_of
from radio.profile import LinkProfile

Samples = NDArray[np.complex64]
SAMPLES_PER_SYMBOL = 5
BAUD = 38400.0
RATE_HZ = SAMPLES_PER_SYMBOL * BAUD
_OFFSET_HZ = 25.0
"""What loops that are narrow enough for 0 dB still settle on by themselves."""
_PHASE_RAD = 0.1
_FRAME_OCTETS = 1024
_AFTERMATH_SYMBOLS = 512
"""Noise after the last frame: a receiver looks ahead by less."""
UNCODED: dict[str, Any] = {"kind": "cadu", "randomizer": "none", "sync_marker": "034776C7272895B0"}
LDPC: dict[str, Any] = {"kind": "ldpc", "rate": "1/2"}


def stream_profile(modulation: str, coding: dict[str, Any], frame_octets: int = _FRAME_OCTETS) -> LinkProfile:
    """Return a stream at 38.4 kbaud on 70 cm, looked for in +-12 kHz."""
    return LinkProfile.model_validate(
        {
            "carrier_hz": 437e6,
            "symbol_rate_baud": BAUD,
            "modulation": modulation,
            "search_range_hz": 12e3,
            "frame_octets": frame_octets,
            "transmission": "continuous",
            "coding": coding,
        }
    )


@dataclass(frozen=True, slots=True)
class Signal:
    """A stream of frames as it arrives, without noise."""

    profile: LinkProfile
    frames: list[bytes]
    symbols: Symbols
    samples: Samples

    @classmethod
    def of(cls, profile: LinkProfile, frame_count: int, rng: np.random.Generator) -> "Signal":
        """Return a stream of random frames."""
        code = profile.code()
        frames = [rng.bytes(profile.frame_octets) for _ in range(frame_count)]
        symbols = np.concatenate([code.acquisition, *map(code.encode, frames)])
        sent = Modulator(profile, RATE_HZ).burst(symbols)
        sent = np.concatenate((sent, np.zeros(_AFTERMATH_SYMBOLS * SAMPLES_PER_SYMBOL, np.complex64)))
        return cls(profile, frames, symbols, (sent * _carrier(len(sent))).astype(np.complex64))

    def with_noise(self, eb_n0_db: float, rng: np.random.Generator) -> Samples:
        """Return the samples with white noise; Eb/N0 is that of the frames' bits."""
        es_n0_db = eb_n0_db + 10 * math.log10(
            self.profile.bits_per_symbol * self.profile.code().information_bits_per_symbol
        )
        return self.samples + white_noise(len(self.samples), SAMPLES_PER_SYMBOL / 10 ** (es_n0_db / 10), rng)

    @property
    def ticks(self) -> NDArray[np.complex64]:
        """What its symbol periods carry, complex64[n], +-1 on each axis used."""
        return waveform_of(self.profile).ticks(self.symbols)

    def seen_perfectly(self, samples: Samples) -> NDArray[np.complex64]:
        """Return its ticks out of the matched filter, where phase and timing are known."""
        taps = waveform_of(self.profile).pulse.taps(SAMPLES_PER_SYMBOL)
        filtered = np.convolve(samples * np.conj(_carrier(len(samples))), taps, mode="same")
        first = DELAY_SYMBOLS * SAMPLES_PER_SYMBOL
        return np.asarray(filtered[first::SAMPLES_PER_SYMBOL][: len(self.ticks)], np.complex64)


def white_noise(count: int, power: float, rng: np.random.Generator) -> Samples:
    """Return complex64[count] of a mean power."""
    parts = rng.standard_normal(2 * count, dtype=np.float32)
    return (parts * np.float32(math.sqrt(power / 2))).view(np.complex64)


def _carrier(count: int) -> NDArray[np.complex128]:
    return np.asarray(np.exp(1j * (2 * math.pi * _OFFSET_HZ / RATE_HZ * np.arange(count) + _PHASE_RAD)))
