"""What one work unit does: frames sent, and what came of them."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from linkbudget.decibels import from_db
from protocol.crc import CRC_OCTETS, append_crc16, crc16_matches
from radio.coding.symbols import SoftSymbols, Symbols
from radio.profile import LinkProfile
from testbed.campaign.count import Count
from testbed.campaign.modem import Heard, Lookout, check_modem, listen, send
from testbed.campaign.sky import Sky, noise

_MOST_FILL_OCTETS = 6
_NOISE_BLOCK = 1 << 18
_FLUSH_SYMBOLS, _MOST_FLUSHES = 64, 64


class Trial(Protocol):
    """A point's measurement; it can be sent to another process."""

    def check(self) -> None:
        """Raise ProfileError, CodingError or ChannelError if it cannot be made."""

    def run(self, size: int, rng: np.random.Generator) -> Count:
        """Return what came of so many frames."""


@dataclass(frozen=True, slots=True)
class SymbolsTrial:
    """Encoder, white noise on the channel symbols, decoder."""

    link: LinkProfile
    eb_n0_db: float

    def check(self) -> None:
        """Raise CodingError if the code does not take the frames."""
        self.link.code().encode(bytes(self.link.frame_octets))

    def run(self, size: int, rng: np.random.Generator) -> Count:
        """Return what came of so many frames."""
        return sum((self._one(rng) for _ in range(size)), Count())

    def _one(self, rng: np.random.Generator) -> Count:
        code, frame = self.link.code(), _frame(self.link, rng)
        data = code.encode(frame)[len(code.marker) :]
        deviation = np.float32(np.sqrt(0.5 / (code.information_bits_per_symbol * from_db(self.eb_n0_db))))
        soft = deviation * rng.standard_normal(len(data), dtype=np.float32)
        soft += data
        decoder = code.decoder()
        decoder.feed(soft)
        for _ in range(_MOST_FLUSHES):  # a unit whose end was not recognised goes on in noise
            if decoder.symbols_wanted:
                decoder.feed(deviation * rng.standard_normal(_FLUSH_SYMBOLS, dtype=np.float32))
        result = decoder.result
        return Count(frames=1, acquired=1) + _judged(frame, result.frame if result else None) + _decided(data, soft)


@dataclass(frozen=True, slots=True)
class SamplesTrial:
    """The whole radio: modulator, sky, receiver."""

    link: LinkProfile
    eb_n0_db: float
    sky: Sky

    def check(self) -> None:
        """Raise ProfileError, CodingError or ChannelError if the link does not work at the sample rate."""
        check_modem(self.link, self.sky.sample_rate_hz)
        self.sky.check(self.link)
        self.link.code().encode(bytes(self.link.frame_octets))

    def run(self, size: int, rng: np.random.Generator) -> Count:
        """Return what came of so many frames: all under one sky, or each under its own."""
        skies, frames = (size, 1) if self.sky.is_new_each_frame else (1, size)
        return sum((self._under_one_sky(frames, rng) for _ in range(skies)), Count())

    def _under_one_sky(self, size: int, rng: np.random.Generator) -> Count:
        frames = [_frame(self.link, rng) for _ in range(size)]
        sent = send(self.link, frames, self.sky.sample_rate_hz, rng)
        arrival = self.sky.carry(sent.samples, self.link, self.eb_n0_db, rng)
        marker_s = arrival.arrived_s(np.asarray(sent.marker_s))
        count = Count(frames=size)
        found = set()
        for heard in listen(self.link, arrival.samples, self.sky.sample_rate_hz):
            nearest = int(np.argmin(np.abs(marker_s - heard.started_s)))
            if heard.is_near(marker_s[nearest], self.link) and nearest not in found:
                found.add(nearest)
                count += self._of_frame(heard, frames[nearest], sent.units[nearest])
            else:
                count += self._of_none(heard)
        return count

    def _of_frame(self, heard: Heard, frame: bytes, unit: Symbols) -> Count:
        data = unit[len(self.link.code().marker) :]
        return Count(acquired=1) + _judged(frame, heard.frame) + _decided(data, heard.soft)

    def _of_none(self, heard: Heard) -> Count:
        is_wrong = heard.frame is not None and crc16_matches(heard.frame[: self.link.frame_octets])
        return Count(alarms=1, wrong=int(is_wrong))


@dataclass(frozen=True, slots=True)
class NoiseTrial:
    """A receiver that listens to noise alone; its size is in seconds of it."""

    link: LinkProfile
    sample_rate_hz: float

    def check(self) -> None:
        """Raise ProfileError if the link cannot be received at the sample rate."""
        check_modem(self.link, self.sample_rate_hz)

    def run(self, size: int, rng: np.random.Generator) -> Count:
        """Return what came of so many seconds."""
        lookout = Lookout(self.link, self.sample_rate_hz)
        left = round(size * self.sample_rate_hz)
        while left:
            block = noise(min(left, _NOISE_BLOCK), rng)
            lookout.take(block)
            left -= len(block)
        return Count(symbols=round(size * self.link.channel_symbol_rate_hz), alarms=lookout.alarms)


def _frame(link: LinkProfile, rng: np.random.Generator) -> bytes:
    """Return a frame as protocols send it: with its checksum."""
    return append_crc16(rng.bytes(link.frame_octets - CRC_OCTETS))


def _judged(frame: bytes, received: bytes | None) -> Count:
    if received is None:
        return Count()
    own, fill_octets = received[: len(frame)], len(received) - len(frame)
    if own == frame and fill_octets <= _MOST_FILL_OCTETS:
        return Count(right=1)
    return Count(wrong=1) if own != frame and crc16_matches(own) else Count(caught=1)


def _decided(data: Symbols, soft: SoftSymbols) -> Count:
    """Compare channel symbols sent with the signs of those received, as far as both go."""
    both = min(len(data), len(soft))
    errors = int(np.count_nonzero((soft[:both] < 0) != (data[:both] < 0)))
    return Count(symbols=both, symbol_errors=errors)
