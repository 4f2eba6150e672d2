"""What campaigns use of the modem: frames to samples, and samples to what was heard."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from radio.coding.channel_code import ChannelCode, DecodedFrame, FrameDecoder
from radio.coding.symbols import SoftSymbols, Symbols
from radio.errors import ProfileError
from radio.modem.modulator import Modulator
from radio.modem.receiver import Receiver
from radio.modem.shapers import PULSE_SPAN_SYMBOLS
from radio.profile import LinkProfile

Samples = NDArray[np.complex64]
_GAP_SYMBOLS = 40
_AFTERMATH_SYMBOLS = 512
"""How long the receiver is listened to after the last burst: it looks ahead by less."""
_NEAR_SYMBOLS = 16.0
"""How far from its place a marker may seem to be: filters before the receiver delay it."""


def check_modem(link: LinkProfile, sample_rate_hz: float) -> None:
    """Raise ProfileError if the link cannot be sent or received at a sample rate."""
    Modulator(link, sample_rate_hz)
    if link.modulation == "gfsk":
        raise ProfileError("modulation", link.modulation, "one that is received coherently: bpsk, qpsk, oqpsk or gmsk")
    Receiver(link, link.code(), sample_rate_hz)


@dataclass(frozen=True, slots=True)
class Sent:
    """One transmission."""

    samples: Samples
    units: list[Symbols]
    """The symbols of each frame, from its marker on."""
    marker_s: list[float]
    """When the first symbol of each frame's marker leaves."""


def send(link: LinkProfile, frames: list[bytes], sample_rate_hz: float, rng: np.random.Generator) -> Sent:
    """Return frames as samples: one stream where the code is continuous, or else bursts at random intervals."""
    code = link.code()
    units = [code.encode(frame) for frame in frames]
    together = [units] if code.continuous else [[unit] for unit in units]
    modulator = Modulator(link, sample_rate_hz)
    parts: list[Samples] = []
    marker_s: list[float] = []
    at = 0
    for burst in together:
        gap = _silence(_GAP_SYMBOLS + rng.random(), link, sample_rate_hz)
        samples = modulator.burst(np.concatenate([code.acquisition, *burst]))
        starts = len(code.acquisition) + np.cumsum([0, *(len(unit) for unit in burst[:-1])])
        first_s = (at + len(gap)) / sample_rate_hz + PULSE_SPAN_SYMBOLS / 2 / link.symbol_rate_baud
        marker_s += list(first_s + starts / link.channel_symbol_rate_hz)
        parts += [gap, samples]
        at += len(gap) + len(samples)
    aftermath = _silence(_AFTERMATH_SYMBOLS, link, sample_rate_hz)
    return Sent(np.concatenate([*parts, aftermath]), units, marker_s)


@dataclass(frozen=True, slots=True)
class Heard:
    """One burst, or one unit of a stream, that the receiver followed."""

    frame: bytes | None
    started_s: float
    """Of its marker's first symbol."""
    soft: SoftSymbols
    """The symbols after the marker that the decoder took."""

    def is_near(self, marker_s: float, link: LinkProfile) -> bool:
        """Say whether its marker is where one came in."""
        return abs(self.started_s - marker_s) * link.symbol_rate_baud < _NEAR_SYMBOLS


def listen(link: LinkProfile, samples: Samples, sample_rate_hz: float) -> list[Heard]:
    """Return what a new receiver makes of samples."""
    code = _Overheard(link.code())
    receptions = Receiver(link, code, sample_rate_hz).process(samples)
    # frames end in the order in which they begin; a decoder that never ended belongs to what was given up
    ended = (decoder for decoder in code.decoders if decoder.symbols_wanted == 0)
    heard = []
    for reception in receptions:
        soft = next((decoder.soft for decoder in ended if decoder.frame == reception.frame), np.zeros(0, np.float32))
        heard.append(Heard(reception.frame, reception.quality.started_s, soft))
    return heard


class Lookout:
    """A receiver where nothing is sent."""

    def __init__(self, link: LinkProfile, sample_rate_hz: float) -> None:
        self._receiver = Receiver(link, link.code(), sample_rate_hz)
        self.alarms = 0
        """How many bursts it has followed to their end; what it looked at and gave up is none."""

    def take(self, samples: Samples) -> None:
        """Listen on."""
        self.alarms += len(self._receiver.process(samples))


def _silence(symbols: float, link: LinkProfile, sample_rate_hz: float) -> Samples:
    return np.zeros(round(symbols / link.symbol_rate_baud * sample_rate_hz), dtype=np.complex64)


class _Overheard:
    """A channel code whose decoders keep what they are fed."""

    def __init__(self, code: ChannelCode) -> None:
        self._code = code
        self.acquisition, self.marker, self.continuous = code.acquisition, code.marker, code.continuous
        self.information_bits_per_symbol = code.information_bits_per_symbol
        self.decoders: list[_OverheardDecoder] = []

    def encode(self, frame: bytes) -> Symbols:
        return self._code.encode(frame)

    def decoder(self) -> FrameDecoder:
        self.decoders.append(_OverheardDecoder(self._code.decoder()))
        return self.decoders[-1]


class _OverheardDecoder:
    def __init__(self, decoder: FrameDecoder) -> None:
        self._decoder = decoder
        self._fed: list[SoftSymbols] = []

    @property
    def symbols_wanted(self) -> int:
        return self._decoder.symbols_wanted

    @property
    def result(self) -> DecodedFrame | None:
        return self._decoder.result

    @property
    def failed(self) -> bool:
        return self._decoder.failed

    @property
    def frame(self) -> bytes | None:
        return self.result.frame if self.result else None

    @property
    def soft(self) -> SoftSymbols:
        return np.concatenate([np.zeros(0, np.float32), *self._fed])

    def feed(self, soft: SoftSymbols) -> None:
        self._fed.append(soft[: self.symbols_wanted].copy())
        self._decoder.feed(soft)
