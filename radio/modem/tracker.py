"""Following a burst once it is found: symbols out of samples, block by block.

Each block of 32 symbols is derotated with the phase and frequency known so far, matched-filtered at four instants per
symbol, and gives one estimate of the remaining phase (the angle of the squared symbols, halved; known symbols are used
where there are any) and one of the symbol timing (Oerder & Meyr, IEEE Trans. Commun. 36, 1988). The estimates are
combined by a least-squares straight line over all blocks so far, which turns into a fixed memory after some blocks: exact
from the first symbol on, and fast enough for the Doppler rate of a low orbit.
"""

import math
from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

from radio.modem.acquisition import SAMPLES_PER_SYMBOL, Acquired
from radio.modem.pulse import root_raised_cosine
from radio.modem.sample_buffer import SampleBuffer

BLOCK = 32
PHASES = 128
"""Fractional positions of the matched filter's polyphase bank."""
SPAN_SYMBOLS = 8
_HALF = SPAN_SYMBOLS // 2 * SAMPLES_PER_SYMBOL + 1
_EDGE = _HALF + 2
"""Samples needed before the first and after the last symbol of a block."""
_MEMORY_BLOCKS = 9
"""The straight line's memory: noise of a third of one block's, lag under 3 degrees at 150 Hz/s and 38.4 kbaud."""
_TIMING_FORGET = 1 - 1 / 16
_QUARTER_TURNS = np.asarray([1, -1j, -1, 1j])


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
        nearest = int(math.floor(instant + 0.5))
        row = int((instant - nearest + 0.5) * rows)
        row = min(max(row, 0), rows - 1)
        acc_re = np.float32(0.0)
        acc_im = np.float32(0.0)
        for j in range(taps):
            h = bank[row, j]
            acc_re += re[nearest - half + j] * h
            acc_im += im[nearest - half + j] * h
        out[i] = complex(acc_re, acc_im)


def _bank(roll_off: float) -> NDArray[np.float32]:
    """Matched filters float32[PHASES, taps] for instants (row + 0.5) / PHASES - 0.5 samples after the middle tap."""
    rows = [
        root_raised_cosine(roll_off, SAMPLES_PER_SYMBOL, SPAN_SYMBOLS, (row + 0.5) / PHASES - 0.5)
        for row in range(PHASES)
    ]
    return np.asarray(rows, dtype=np.float32) / SAMPLES_PER_SYMBOL


@dataclass(slots=True)
class SignalStatistics:
    """Sums over the symbols after derotation, from which the signal-to-noise ratio follows."""

    count: int = 0
    in_phase: float = 0.0
    quadrature: float = 0.0

    def add(self, symbols: NDArray[np.complex64]) -> None:
        """Take complex64[n] symbols whose signal lies on the real axis."""
        self.count += len(symbols)
        self.in_phase += float(np.sum(symbols.real.astype(np.float64) ** 2))
        self.quadrature += float(np.sum(symbols.imag.astype(np.float64) ** 2))

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
    ) -> None:
        """Take the acquisition's finding, the marker int8[m] (m a multiple of BLOCK) and the carrier frequency in cycles per sample.

        The carrier is needed because Doppler stretches the symbol clock by the same factor as the carrier.
        """
        self._bank = _bank_of(roll_off)
        self._marker = marker
        self._position = found.start
        self._spacing = SAMPLES_PER_SYMBOL * (1 - found.offset_cycles / carrier_cycles)
        self._phase = 0.0
        self._step = 2 * math.pi * found.offset_cycles
        self._blocks = 0
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
        return math.ceil(self._position + BLOCK * self._spacing) + _EDGE

    def next_block(self, buffer: SampleBuffer) -> NDArray[np.complex64]:
        """Return the next BLOCK symbols, complex64, signal on the real axis; the marker's own symbols come first."""
        outputs = self._filtered(buffer)
        symbols = outputs[::SAMPLES_PER_SYMBOL]
        moved = BLOCK * self._spacing + self._timing_change(outputs)
        correction = self._advance_phase(self._phase_error(symbols), moved)
        self._position += moved
        self._blocks += 1
        aligned = np.asarray(symbols * np.exp(-1j * correction), dtype=np.complex64)
        self.statistics.add(aligned)
        return aligned

    def _filtered(self, buffer: SampleBuffer) -> NDArray[np.complex64]:
        first = math.floor(self._position) - _EDGE
        x = buffer.view(first, self.needs)
        out = np.empty(BLOCK * SAMPLES_PER_SYMBOL, dtype=np.complex64)
        spacing = self._spacing / SAMPLES_PER_SYMBOL
        _filter_block(x, first, self._position, spacing, self._phase, self._step, self._bank, out)
        return out

    def _phase_error(self, symbols: NDArray[np.complex64]) -> float:
        """Phase of the middle of the block against the prediction; known symbols resolve the half turn."""
        known = self._marker[self._blocks * BLOCK : (self._blocks + 1) * BLOCK]
        if len(known):
            return float(np.angle(np.sum(symbols * known)))
        return float(np.angle(np.sum(symbols**2)) / 2)

    def _advance_phase(self, error: float, moved: float) -> NDArray[np.float64]:
        """Return the phase float64[BLOCK] still to be taken off the symbols; predict that of the next block, ``moved`` samples on.

        Gains of the least-squares straight line through n points, (Brookner, Tracking and Kalman Filtering Made Easy,
        sec. 1.2.10); the acquisition's frequency counts as one point.
        """
        n = min(self._blocks, _MEMORY_BLOCKS) + 2
        gain, rate = (1.0, 0.0) if self._blocks == 0 else (2 * (2 * n - 1) / (n * (n + 1)), 6 / (n * (n + 1)))
        slope = rate * error / BLOCK
        correction = gain * error + slope * (np.arange(BLOCK) - (BLOCK - 1) / 2)
        phase = self._phase + self._step * moved + gain * error + slope * (BLOCK + 1) / 2
        self._phase = math.remainder(phase, 2 * math.pi)
        self._step += slope / self._spacing
        return correction

    def _timing_change(self, outputs: NDArray[np.complex64]) -> float:
        """Samples by which the symbols come later than predicted, from the spectral line at the symbol rate."""
        power = outputs.real.astype(np.float64) ** 2 + outputs.imag.astype(np.float64) ** 2
        line = complex(np.sum(power.reshape(BLOCK, SAMPLES_PER_SYMBOL) @ _QUARTER_TURNS))
        absolute = line * np.exp(-2j * math.pi * self._timing_shift)
        if self._blocks == 0:
            self._timing = 8 * abs(absolute) + 0j  # the acquisition's own estimate, worth eight blocks
        self._timing = self._timing * _TIMING_FORGET + absolute
        wanted = -float(np.angle(self._timing)) / (2 * math.pi)
        change = math.remainder(wanted - self._timing_shift, 1.0)
        self._timing_shift += change
        return change * self._spacing


_BANKS: dict[float, NDArray[np.float32]] = {}


def _bank_of(roll_off: float) -> NDArray[np.float32]:
    """The bank is the same for every burst: keep it."""
    if roll_off not in _BANKS:
        _BANKS[roll_off] = _bank(roll_off)
    return _BANKS[roll_off]
