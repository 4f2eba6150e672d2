"""Following a burst once it is found: symbols out of samples, block by block.

Each block of 32 symbols is derotated with the phase and frequency known so far, matched-filtered at four instants per
symbol, and gives one estimate of the remaining phase (the angle of the squared symbols, halved; known symbols are used
where there are any) and one of the symbol timing (Oerder & Meyr, IEEE Trans. Commun. 36, 1988). The estimates are
combined by a least-squares straight line over all blocks so far, which turns into a fixed memory after some blocks:
exact from the first symbol on, and fast enough for the Doppler rate of a low orbit.
"""

import cmath
import math
from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

from radio.link_state import SPEED_OF_LIGHT_M_S
from radio.modem.acquisition import SAMPLES_PER_SYMBOL, Acquired
from radio.modem.pulse import root_raised_cosine
from radio.modem.sample_buffer import SampleBuffer

BLOCK = 32
PHASES = 128
"""Fractional positions of the matched filter's polyphase bank."""
SPAN_SYMBOLS = 8
_HALF = SPAN_SYMBOLS // 2 * SAMPLES_PER_SYMBOL + 1
EDGE = _HALF + 2
"""Samples needed before the first and after the last symbol of a block."""
_MOST_POINTS = 11
"""Points on the straight line: noise of half a block's at most."""
_LARGEST_LAG_RAD = 0.02
"""How far the straight line may fall behind a carrier that accelerates: it costs 0.002 dB."""
_ACCELERATION_M_S2 = 110.0
"""Of the range, at most: a satellite passing overhead at 500 km (v^2 / h)."""
_TIMING_FORGET = 1 - 1 / 16
_ACQUISITION_WORTH = 8
"""Blocks that the acquisition's own estimate of the timing counts for."""


@njit(cache=True, nogil=True, fastmath=True)
def _filter_block(x, first, position, spacing, phase, step, bank, out):  # type: ignore[no-untyped-def]
    """Derotate x (whose sample 0 has number ``first``) and take matched-filter outputs at ``position + i * spacing``.

    ``phase`` is the carrier phase at ``position`` and ``step`` its advance per sample, both in radians.
    """
    rows, taps = bank.shape
    half = taps // 2
    count = x.size
    re = np.empty(count, dtype=np.float32)
    im = np.empty(count, dtype=np.float32)
    angle = phase + step * (first - position)
    rotator = complex(math.cos(angle), -math.sin(angle))
    advance = complex(math.cos(step), -math.sin(step))
    for n in range(count):
        value = x[n] * rotator
        re[n] = value.real
        im[n] = value.imag
        rotator *= advance
    for i in range(out.size):
        instant = position + i * spacing - first
        nearest = math.floor(instant + 0.5)
        row = int((instant - nearest + 0.5) * rows)
        row = min(max(row, 0), rows - 1)
        matched = bank[row]
        near_re = re[nearest - half : nearest - half + taps]
        near_im = im[nearest - half : nearest - half + taps]
        acc_re = np.float32(0.0)
        acc_im = np.float32(0.0)
        for j in range(taps):
            acc_re += near_re[j] * matched[j]
            acc_im += near_im[j] * matched[j]
        out[i] = complex(acc_re, acc_im)


@njit(cache=True, nogil=True, fastmath=True)
def _measure(outputs, known):  # type: ignore[no-untyped-def]
    """Return the sum whose angle is the phase error and the spectral line at the symbol rate.

    ``known`` holds the block's symbols if they are known; otherwise the symbols are squared, which doubles the angle.
    """
    phasor = 0j
    line = 0j
    for k in range(outputs.size // 4):
        symbol = outputs[4 * k]
        phasor += symbol * known[k] if known.size else symbol * symbol
        powers = (outputs[4 * k : 4 * k + 4].real ** 2) + (outputs[4 * k : 4 * k + 4].imag ** 2)
        line += complex(powers[0] - powers[2], powers[3] - powers[1])
    return phasor, line


@njit(cache=True, nogil=True, fastmath=True)
def _align(outputs, offset, slope, symbols):  # type: ignore[no-untyped-def]
    """Take the phase ``offset + slope * (k - middle)`` off each symbol; return the power on the two axes."""
    in_phase = 0.0
    quadrature = 0.0
    middle = (symbols.size - 1) / 2
    for k in range(symbols.size):
        angle = offset + slope * (k - middle)
        symbol = outputs[4 * k] * complex(math.cos(angle), -math.sin(angle))
        symbols[k] = symbol
        in_phase += symbol.real * symbol.real
        quadrature += symbol.imag * symbol.imag
    return in_phase, quadrature


def _bank(roll_off: float) -> NDArray[np.float32]:
    """Matched filters float32[PHASES, taps] for instants (row + 0.5) / PHASES - 0.5 samples after the middle tap."""
    rows = [
        root_raised_cosine(roll_off, SAMPLES_PER_SYMBOL, SPAN_SYMBOLS, (row + 0.5) / PHASES - 0.5)
        for row in range(PHASES)
    ]
    return np.asarray(rows, dtype=np.float32) / SAMPLES_PER_SYMBOL


def longest_memory(carrier_hz: float, symbol_rate_baud: float) -> int:
    """Return how many blocks the straight line may go through, 2 to 11, at the Doppler rate of a low orbit.

    A line through n points falls ``a (n - 1) (n - 2) / 6`` behind a phase that accelerates by ``a`` per block squared.

    >>> longest_memory(437e6, 38400), longest_memory(145.9e6, 9600)
    (11, 7)
    """
    block_s = BLOCK / symbol_rate_baud
    acceleration_rad = 2 * math.pi * carrier_hz * _ACCELERATION_M_S2 / SPEED_OF_LIGHT_M_S * block_s**2
    fitting = (n for n in range(_MOST_POINTS, 2, -1) if acceleration_rad * (n - 1) * (n - 2) / 6 <= _LARGEST_LAG_RAD)
    return next(fitting, 2)


@dataclass(slots=True)
class SignalStatistics:
    """Power of the symbols on the two axes, signal on the real one, from which the signal-to-noise ratio follows."""

    in_phase: float = 0.0
    quadrature: float = 0.0

    @property
    def es_n0_db(self) -> float:
        """Es/N0 of BPSK: the quadrature holds N0/2 of noise alone, the in-phase part Es + N0/2."""
        signal = max(self.in_phase - self.quadrature, 1e-12)
        return 10 * math.log10(signal / max(2 * self.quadrature, 1e-12))


class Tracker:
    """The symbols of one burst, from its marker on."""

    def __init__(
        self,
        found: Acquired,
        marker: NDArray[np.int8],
        roll_off: float,
        carrier_cycles: float,
        memory: int,
    ) -> None:
        """Take the acquisition's finding, the marker int8[m] (m a multiple of BLOCK), the carrier in cycles per sample.

        The carrier is needed because Doppler stretches the symbol clock by the same factor as the carrier. ``memory``:
        points on the straight line, see `longest_memory`.
        """
        self._bank = _bank_of(roll_off)
        self._marker = marker
        self._position = found.start
        self._spacing = SAMPLES_PER_SYMBOL * (1 - found.offset_cycles / carrier_cycles)
        self._phase = 0.0
        self._step = 2 * math.pi * found.offset_cycles
        self._blocks = 0
        self._memory = memory
        self._timing = 0j
        self._timing_shift = 0.0
        self.statistics = SignalStatistics()
        self.first_cycles = found.offset_cycles
        self.first_position = found.start

    @property
    def offset_cycles(self) -> float:
        """Carrier offset now, in cycles per sample."""
        return self._step / (2 * math.pi)

    @property
    def position(self) -> float:
        """Sample number of the next symbol's centre."""
        return self._position

    @property
    def needs(self) -> int:
        """The sample number up to which the stream must have come for the next block."""
        return math.ceil(self._position + BLOCK * self._spacing) + EDGE

    def next_block(self, buffer: SampleBuffer) -> NDArray[np.complex64]:
        """Return the next BLOCK symbols, complex64, signal on the real axis; the marker's own symbols come first."""
        outputs = self._filtered(buffer)
        known = self._marker[self._blocks * BLOCK : (self._blocks + 1) * BLOCK]
        phasor, line = _measure(outputs, known)
        error = cmath.phase(phasor) / (1 if len(known) else 2)
        moved = BLOCK * self._spacing + self._timing_change(line)
        offset, slope = self._advance_phase(error, moved)
        self._position += moved
        self._blocks += 1
        symbols = np.empty(BLOCK, dtype=np.complex64)
        in_phase, quadrature = _align(outputs, offset, slope, symbols)
        self.statistics.in_phase += in_phase
        self.statistics.quadrature += quadrature
        return symbols

    def _filtered(self, buffer: SampleBuffer) -> NDArray[np.complex64]:
        first = math.floor(self._position) - EDGE
        x = buffer.view(first, self.needs)
        out = np.empty(BLOCK * SAMPLES_PER_SYMBOL, dtype=np.complex64)
        spacing = self._spacing / SAMPLES_PER_SYMBOL
        _filter_block(x, first, self._position, spacing, self._phase, self._step, self._bank, out)
        return out

    def _advance_phase(self, error: float, moved: float) -> tuple[float, float]:
        """Return the phase to be taken off the block yet (its middle, and radians per symbol) after an ``error`` there.

        Predicts the phase of the next block, ``moved`` samples on. Gains of the least-squares straight line through n
        points (Brookner, Tracking and Kalman Filtering Made Easy, sec. 1.2.10); the acquisition's frequency counts as
        one.
        """
        n = min(self._blocks + 2, self._memory)
        gain, rate = (1.0, 0.0) if self._blocks == 0 else (2 * (2 * n - 1) / (n * (n + 1)), 6 / (n * (n + 1)))
        slope = rate * error / BLOCK
        phase = self._phase + self._step * moved + gain * error + slope * (BLOCK + 1) / 2
        self._phase = math.remainder(phase, 2 * math.pi)
        self._step += slope / self._spacing
        return gain * error, slope

    def _timing_change(self, line: complex) -> float:
        """Samples by which the symbols come later than predicted, from the spectral line at the symbol rate."""
        absolute = line * cmath.exp(-2j * math.pi * self._timing_shift)
        if self._blocks == 0:
            self._timing = _ACQUISITION_WORTH * abs(absolute) + 0j
        self._timing = self._timing * _TIMING_FORGET + absolute
        wanted = -cmath.phase(self._timing) / (2 * math.pi)
        change = math.remainder(wanted - self._timing_shift, 1.0)
        self._timing_shift += change
        return change * self._spacing


_BANKS: dict[float, NDArray[np.float32]] = {}


def _bank_of(roll_off: float) -> NDArray[np.float32]:
    """The bank is the same for every burst: keep it."""
    if roll_off not in _BANKS:
        _BANKS[roll_off] = _bank(roll_off)
    return _BANKS[roll_off]
