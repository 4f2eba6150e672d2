"""Symbols out of a real baseband signal, without a marker: integrate and dump, with feed-forward timing.

The filtered signal, rectified, holds a line at the symbol rate whose phase is the timing (Oerder & Meyr, IEEE Trans.
Commun. 36, 1988, who square it: behind a discriminator the line of the absolute value stands 4 dB higher above the
noise at Eb/N0 = 4 dB). It is measured in blocks of 32 symbols, averaged with the blocks around each, and unwrapped:
between the middles of two blocks the symbol instants follow a straight line, so that a transmitter's clock may be off
for any time, and no loop has to settle. Where it may be far off, the average is taken along each rate that is possible,
and the strongest counts.
"""

import math
from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

from radio.modem.fsk_smoothing import MovingSum

BLOCK_SYMBOLS = 32
REACH = 12
"""Blocks averaged before and after a block."""
_RATE_STEP = 0.5 / (2 * REACH + 1)
"""Between rates tried, in symbols per block: the timing moves by a quarter symbol from the middle block to the ends."""
MOST_TOLERANCE = 0.01
"""Of the symbol rate: the line then turns by a third between blocks."""
PHASES = 64
"""Fractional positions of the matched filter's bank of filters."""


@dataclass(frozen=True, slots=True)
class SymbolRun:
    """Symbols that follow one another."""

    soft: NDArray[np.float32]
    """float32[n], in the unit of the signal they were taken from."""
    instants: NDArray[np.float64]
    """float64[n]: where each lies, in samples since the first ever taken."""


def integrate_and_dump(samples_per_symbol: int, centre: float = 0.0) -> NDArray[np.float64]:
    """Return the taps that average over one symbol whose middle lies ``centre`` samples after the middle tap.

    float64[odd], sum 1: what each sample, taken to last from half before to half after its instant, shares with the
    symbol. Behind a discriminator this beats the pulse's own matched filter, whose noise is not white.

    >>> integrate_and_dump(4).tolist()
    [0.0, 0.125, 0.25, 0.25, 0.25, 0.125, 0.0]
    """
    half = samples_per_symbol // 2 + 1
    n = np.arange(-half, half + 1) - centre
    shared = np.minimum(n + 0.5, samples_per_symbol / 2) - np.maximum(n - 0.5, -samples_per_symbol / 2)
    return np.asarray(np.maximum(shared, 0.0) / samples_per_symbol, dtype=np.float64)


@njit(cache=True, nogil=True, fastmath=True)
def _lines(x, taps, block, twiddle, out):  # type: ignore[no-untyped-def]
    """The line at the symbol rate in each block of filtered samples, rectified about their mean, by their sum."""
    z = np.empty(block, dtype=np.float32)
    period = twiddle.size
    for b in range(out.size):
        mean = np.float32(0.0)
        for n in range(block):
            near = x[b * block + n : b * block + n + taps.size]
            acc = np.float32(0.0)
            for j in range(taps.size):
                acc += near[j] * taps[j]
            z[n] = acc
            mean += acc
        mean /= np.float32(block)
        line = 0j
        total = 1e-30
        for n in range(0, block, period):
            for k in range(period):
                height = abs(z[n + k] - mean)
                line += height * twiddle[k]
                total += height
        out[b] = line / total


@njit(cache=True, nogil=True, fastmath=True)
def _take(x, first, bank, period, start, length, late, symbol, soft, instants):  # type: ignore[no-untyped-def]
    """Take symbols over the stretches between the instants start, start + length ..., at each of which ``late`` holds.

    Symbol k lies at (k + late) periods; x begins with sample ``first``. Return how many there are.
    """
    rows, taps = bank.shape
    half = taps // 2
    count = 0
    for stretch in range(late.size - 1):
        begin = start + stretch * length
        pace = 1 - period * (late[stretch + 1] - late[stretch]) / length
        instant = begin + ((symbol + late[stretch]) * period - begin) / pace
        while instant < begin + length:
            nearest = math.floor(instant + 0.5)
            row = bank[min(max(int((instant - nearest + 0.5) * rows), 0), rows - 1)]
            near = x[nearest - half - first : nearest - half - first + taps]
            acc = np.float32(0.0)
            for j in range(taps):
                acc += near[j] * row[j]
            soft[count] = acc
            instants[count] = instant
            count += 1
            symbol += 1
            instant += period / pace
    return count


class SymbolClock:
    """Averages a real signal over symbols, and takes one soft symbol for each of the transmitter's."""

    def __init__(self, samples_per_symbol: int, tolerance: float) -> None:
        """Take samples per symbol, an even number from 4 on, and the part by which the symbol rate may be off."""
        self._period = samples_per_symbol
        self._block = BLOCK_SYMBOLS * samples_per_symbol
        positions = (np.arange(PHASES) + 0.5) / PHASES - 0.5
        self._bank = np.asarray([integrate_and_dump(samples_per_symbol, p) for p in positions], dtype=np.float32)
        self._taps = integrate_and_dump(samples_per_symbol).astype(np.float32)
        self._twiddle = np.exp(-2j * np.pi * np.arange(samples_per_symbol) / samples_per_symbol)
        self._edge = len(self._taps) // 2
        reach = math.ceil(tolerance * BLOCK_SYMBOLS / _RATE_STEP - 0.5)
        self._rates = _RATE_STEP * np.arange(-reach, reach + 1)
        self._smoothing = MovingSum(REACH)
        self._held = np.zeros(self._block, dtype=np.float32)
        self._first = -self._block
        self._measured = self._timed = 0
        self._late = np.zeros(0)
        """Timing in symbols, not wrapped, at the middle of the block up to which symbols were taken."""
        self._taken = 0
        self._symbol = 0

    def process(self, samples: NDArray[np.float32]) -> SymbolRun:
        """Take float32[n] and return the symbols that are ready: up to 14 blocks of 32 symbols late."""
        self._held = np.concatenate((self._held, samples))
        start = self._measured
        lines = self._new_lines()
        return self._symbols(self._timing(self._smoothing.process(lines[:, None] * self._turns(start, len(lines)))))

    def _new_lines(self) -> NDArray[np.complex128]:
        start = self._measured * self._block - self._edge - self._first
        count = max(0, (len(self._held) - start - 2 * self._edge) // self._block)
        lines = np.empty(count, dtype=np.complex128)
        _lines(self._held[start:], self._taps, self._block, self._twiddle, lines)
        self._measured += count
        return lines

    def _turns(self, first: int, blocks: int) -> NDArray[np.complex128]:
        """What makes the lines of blocks first, first + 1 ... stand still, complex128[blocks, rates]."""
        turns = np.outer(np.arange(first, first + blocks), self._rates)
        return np.asarray(np.exp(2j * np.pi * turns), dtype=np.complex128)

    def _timing(self, sums: NDArray[np.complex128]) -> NDArray[np.float64]:
        """Timing at the middle of the block before, and of each block for which the sum along each rate is given."""
        still = sums * self._turns(self._timed, len(sums)).conj()
        self._timed += len(sums)
        measured = -np.angle(still[np.arange(len(sums)), np.argmax(np.abs(sums), axis=1)]) / (2 * np.pi)
        if not len(self._late) and len(measured):
            self._late = measured[:1]
            self._symbol = math.ceil(-measured[0])
        return np.unwrap(np.concatenate((self._late, measured)), period=1.0)

    def _symbols(self, late: NDArray[np.float64]) -> SymbolRun:
        stretches = max(0, len(late) - 1)
        room = 2 * BLOCK_SYMBOLS * stretches
        soft, instants = np.empty(room, dtype=np.float32), np.empty(room)
        start = (self._taken - 0.5) * self._block
        count = _take(
            self._held, self._first, self._bank, self._period, start, self._block, late, self._symbol, soft, instants
        )
        self._late, self._taken, self._symbol = late[-1:], self._taken + stretches, self._symbol + count
        self._forget((self._taken - 1) * self._block)
        return SymbolRun(soft[:count], instants[:count])

    def _forget(self, before: int) -> None:
        if before > self._first:
            self._held = self._held[before - self._first :]
            self._first = before
