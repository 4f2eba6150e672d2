"""A neighbour in the band: a modulated signal at an offset."""

import math
from typing import Annotated

import numpy as np
from numba import njit
from numpy.typing import NDArray

from radio.channel.noise import TILE, draw_key, random_bits
from radio.channel.settings import Within, settings
from radio.channel.sinusoid import cosine, sine
from radio.errors import ChannelError
from radio.modem.resampler import low_pass

_SPAN = 12
"""Symbols that the neighbour's pulse is long: 60 dB down outside its band of 1.3 times the symbol rate."""
_EDGE = 0.15
_ROWS = 1024


@settings
class AdjacentChannelSettings:
    """A QPSK signal beside ours, at the receiver."""

    offset_hz: Annotated[float, Within(-10e6, 10e6)]
    """Of its centre from that of our channel."""
    i_n0_db_hz: Annotated[float, Within(-20.0, 140.0)]
    """Its power over the noise density: C/I is C/N0 less this."""
    symbol_rate_baud: Annotated[float, Within(10.0, 20e6)] = 9600.0

    def require_room(self, sample_rate_hz: float) -> None:
        """Raise ChannelError for a band that does not fit into the sample rate."""
        room_hz = sample_rate_hz / 2 - (0.5 + _EDGE) * self.symbol_rate_baud
        if abs(self.offset_hz) > room_hz:
            accepted = f"at most {room_hz:g} to either side, so that the band fits into the sample rate"
            raise ChannelError("offset_hz", self.offset_hz, accepted)


def _pulse() -> NDArray[np.float32]:
    """Return the pulse, float32[_ROWS + 1, _SPAN], of unit mean power: row r is r / _ROWS of a symbol late."""
    taps = low_pass(_ROWS, 0.5 - _EDGE, 0.5 + _EDGE)
    symbol, fraction = np.arange(_SPAN)[None, :], np.arange(_ROWS + 1)[:, None] / _ROWS
    taps_s = (np.arange(len(taps)) - len(taps) // 2) / _ROWS
    pulse = np.interp(_SPAN / 2 - 1 + fraction - symbol, taps_s, taps, left=0.0, right=0.0)
    return np.ascontiguousarray(pulse / np.sqrt(np.mean(np.sum(pulse**2, axis=1))), dtype=np.float32)


@njit(cache=True, nogil=True, fastmath=True)
def _add(samples, first, key, pulse, symbols_per_sample, turns_per_sample, amplitude):  # type: ignore[no-untyped-def]
    """Add the neighbour from sample ``first`` on to interleaved ``samples``."""
    rows, span = pulse.shape[0] - 1, pulse.shape[1]
    re = np.empty(TILE, dtype=np.float32)
    im = np.empty(TILE, dtype=np.float32)
    whole = np.empty(TILE, dtype=np.int32)
    row = np.empty(TILE, dtype=np.int32)
    symbols_re = np.empty(int(TILE * symbols_per_sample) + span + 2, dtype=np.float32)
    symbols_im = np.empty_like(symbols_re)
    for base in range(0, samples.size // 2, TILE):
        oldest = int((first + base) * symbols_per_sample)
        for k in range(symbols_re.size):
            bits = random_bits(key, np.uint64(oldest + k))
            symbols_re[k] = np.float32(1.0) - np.float32(2.0) * np.float32(bits & np.uint64(1))
            symbols_im[k] = np.float32(1.0) - np.float32(bits & np.uint64(2))
        for i in range(TILE):
            position = (first + base + i) * symbols_per_sample - oldest
            whole[i] = np.int32(position)
            row[i] = np.int32((position - whole[i]) * rows + 0.5)
        for i in range(TILE):
            begin = np.uint32(whole[i])  # unsigned, or each slice would ask whether it counts from the end
            near_re = symbols_re[begin : begin + np.uint32(span)]
            near_im = symbols_im[begin : begin + np.uint32(span)]
            weights = pulse[np.uint32(row[i])]
            sum_re = np.float32(0.0)
            sum_im = np.float32(0.0)
            for j in range(span):
                sum_re += near_re[j] * weights[j]
                sum_im += near_im[j] * weights[j]
            re[i] = sum_re
            im[i] = sum_im
        tile = samples[2 * base : 2 * (base + TILE)]
        for i in range(tile.size // 2):
            turns = (first + base + i) * turns_per_sample
            angle = np.float32(turns - np.rint(turns))
            c, s = amplitude * cosine(angle), amplitude * sine(angle)
            tile[2 * i] += c * re[i] - s * im[i]
            tile[2 * i + 1] += c * im[i] + s * re[i]


class AdjacentChannel:
    """That signal; what it sends follows from the seed and the symbol's number alone."""

    def __init__(self, given: AdjacentChannelSettings, sample_rate_hz: float, rng: np.random.Generator) -> None:
        """Raise ChannelError for a band that does not fit into the sample rate."""
        given.require_room(sample_rate_hz)
        self._key, self._pulse = draw_key(rng), _pulse()
        self._symbols_per_sample = given.symbol_rate_baud / sample_rate_hz
        self._turns_per_sample = given.offset_hz / sample_rate_hz
        self._amplitude = np.float32(math.sqrt(10 ** (given.i_n0_db_hz / 10) / sample_rate_hz / 2))

    def add(self, samples: NDArray[np.complex64], first: int) -> None:
        """Add it from sample number ``first`` on to complex64[n] in units of the noise per sample, in place."""
        steps = (self._symbols_per_sample, self._turns_per_sample)
        _add(samples.view(np.float32), first, self._key, self._pulse, *steps, self._amplitude)
