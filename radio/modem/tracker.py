"""Following a signal once it is found: symbols out of samples.

The ticks are worked on in blocks. Each block is turned by the carrier phase and frequency known so far and filtered at
each tick for the symbol and for the slope. Soft decisions on the symbols, tanh(A x / variance), or the symbols
themselves where they are known, then tell how far phase and timing are off: for each the low-noise and the high-noise
limit of maximum likelihood are both met (Mengali & D'Andrea, Synchronization Techniques for Digital Receivers, 5.7).

Two lines go through the blocks' phases. The first, through past blocks alone, foretells the next block. The second goes
through as many blocks before as after the one whose symbols are given out, so that its noise is a quarter of the first
one's; symbols wait for it by some blocks, unless no more symbols than these are wanted.
"""

import math
from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

from radio.link_state import SPEED_OF_LIGHT_M_S
from radio.modem.acquisition import Acquired
from radio.modem.filter_bank import SAMPLES_PER_SYMBOL, filter_bank
from radio.modem.sample_buffer import SampleBuffer
from radio.modem.waveform import Waveform

_BLOCKS = (32, 16, 8)
_LARGEST_BEND_RAD = 0.06
"""How much a carrier's phase may bend from one block to the next: else the blocks are made shorter."""
EDGE = 32
"""Samples before the first tick that its filter may want."""
PART = 8
"""Ticks that make one point of a line."""
_MOST_POINTS = 88
_LARGEST_LAG_RAD = 0.06
"""How far the first line may fall behind a carrier that accelerates; the second one falls behind by a quarter of it."""
_ACCELERATION_M_S2 = 110.0
"""Of the range, at most: a satellite passing overhead at 500 km (v^2 / h)."""

_STATE = np.dtype(
    [
        ("position", "f8"),  # sample number of the next tick
        ("spacing", "f8"),  # samples per tick
        ("phase_rad", "f8"),  # of the carrier at ``position``
        ("step_rad", "f8"),  # its advance per sample
        ("amplitude", "f8"),
        ("power", "f8"),  # of the ticks on their axes, noise included
        ("worth", "f8"),  # mean square of the soft decisions
        ("sum_0", "f8"),  # of the weights of the line's points, of these times their places, and times the squares
        ("sum_1", "f8"),
        ("sum_2", "f8"),
        ("parts", "i8"),  # followed so far
    ]
)
_SETTINGS = np.dtype(
    [
        ("spacing", "f8"),
        ("per_symbol", "f8"),  # samples
        ("carrier_cycles", "f8"),
        ("forget", "f8"),
        ("crossing", "f8"),
        ("held", "i8"),  # ticks through which the frequency is the acquisition's
        ("both_axes", "?"),
        ("alternating", "?"),
    ]
)
_TIMING_GAIN = 1 / 64
_LEVEL_GAIN = 1 / 32
_LEAST_GAIN = 2.0
"""Of decisions on ticks of unit power: what is best at -1 dB."""
_LEAST_WEIGHT = 0.02
_ACQUISITION_WORTH = 8.0
"""Parts that the acquisition's own estimate of the timing counts for."""


@njit(cache=True, nogil=True, fastmath=True)
def _filter_block(x, at, spacing, phase, step, taps, ticks, slopes):  # type: ignore[no-untyped-def]
    """Turn x back by ``phase`` (at sample ``at`` of it) and ``step`` and filter it at each tick from ``at`` on."""
    rows, length = taps.shape[1], taps.shape[2]
    before = length // 2 - 1
    first = math.floor(at) - before
    count = math.floor(at + (ticks.size - 1) * spacing) - before + length - first
    re = np.empty(count, dtype=np.float32)  # apart, so that the sums below run in vector registers
    im = np.empty(count, dtype=np.float32)
    angle = phase + step * (first - at)
    rotator = complex(math.cos(angle), -math.sin(angle))
    advance = complex(math.cos(step), -math.sin(step))
    near = x[first : first + count]
    for n in range(count):
        value = near[n] * rotator
        re[n] = value.real
        im[n] = value.imag
        rotator *= advance
    for k in range(ticks.size):
        instant = at + k * spacing
        whole = math.floor(instant)
        row = int((instant - whole) * rows)
        start = whole - before - first
        window_re = re[start : start + length]
        window_im = im[start : start + length]
        matched, slope = taps[0, row], taps[1, row]
        tick_re = tick_im = slope_re = slope_im = np.float32(0.0)
        for j in range(length):
            tick_re += window_re[j] * matched[j]
            tick_im += window_im[j] * matched[j]
            slope_re += window_re[j] * slope[j]
            slope_im += window_im[j] * slope[j]
        ticks[k] = complex(tick_re, tick_im)
        slopes[k] = complex(slope_re, slope_im)


@njit(cache=True, nogil=True, fastmath=True)
def _soft(value, gain):  # type: ignore[no-untyped-def]
    """Return tanh(gain value), to 0.03."""
    u = min(max(value * gain, np.float32(-3.0)), np.float32(3.0))
    square = u * u
    return u * (np.float32(27.0) + square) / (np.float32(27.0) + np.float32(9.0) * square)


@njit(cache=True, nogil=True, fastmath=True)
def _measure(ticks, slopes, phase, step, known, gain, both_axes):  # type: ignore[no-untyped-def]
    """Measure ticks once they are turned back by ``phase`` and ``step`` a tick; return four means over them.

    phasor: its real part is the amplitude, its imaginary part amplitude times worth times the phase error;
    timing: amplitude times worth times the error in symbol periods; worth: how far the symbols are known, 0 to 1;
    power of the symbols on their axes.
    """
    real = imag = timing = worth = power = np.float32(0.0)
    rotator = complex(math.cos(phase), -math.sin(phase))
    advance = complex(math.cos(step), -math.sin(step))
    for k in range(ticks.size):
        tick, slope = ticks[k] * rotator, slopes[k] * rotator
        rotator *= advance
        power += tick.real * tick.real
        if both_axes:
            power += tick.imag * tick.imag
        if k < known.size:
            a, b = known[k].real, known[k].imag
        else:
            a = _soft(np.float32(tick.real), gain)
            b = _soft(np.float32(tick.imag), gain) if both_axes else np.float32(0.0)
        worth += a * a + b * b
        real += a * tick.real + b * tick.imag
        imag += a * tick.imag - b * tick.real
        timing += a * slope.real + b * slope.imag
    share = 1.0 / (ticks.size * (2 if both_axes else 1))
    return complex(real * share, imag * share), timing * share, worth * share, power * share


@njit(cache=True, nogil=True)
def _follow(x, first, state, settings, known, taps, ticks, phasors, phases, slants):  # type: ignore[no-untyped-def]
    """Follow the signal in ``x``, whose first sample has number ``first``, through a block for each row of ``ticks``.

    Gives the ticks, turned by what was foretold at the block's start; each block's phasor, whose angle is the phase
    left over; the phase foretold for its middle, and per tick.
    """
    s, fixed = state[0], settings[0]
    size = ticks.shape[1]
    parts = size // PART
    slopes = np.empty(size, dtype=np.complex64)
    for block in range(ticks.shape[0]):
        row = ticks[block]
        _filter_block(x, s.position - first, s.spacing, s.phase_rad, s.step_rad, taps, row, slopes)
        if fixed.alternating:  # a block holds an even number of ticks
            for k in range(1, size, 2):
                row[k] = complex(row[k].imag, -row[k].real)
                slopes[k] = complex(slopes[k].imag, -slopes[k].real)
        slants[block] = s.step_rad * s.spacing
        phases[block] = s.phase_rad + slants[block] * (size - 1) / 2
        left, step = 0.0, 0.0  # phase left over in the middle of a part, and per tick
        late = worth_sum = 0.0
        phasors[block] = 0j
        for part in range(parts):
            done = s.parts * PART
            here = known[min(done, known.size) : min(done + PART, known.size)]
            cut = slice(part * PART, (part + 1) * PART)
            noise = max(s.power - s.amplitude * s.amplitude, 0.05 * s.power)
            # of a carrier that still turns the amplitude comes out small, and too soft decisions cannot stop it
            gain = np.float32(max(s.amplitude / max(noise, 1e-30), _LEAST_GAIN / math.sqrt(max(s.power, 1e-30))))
            start = left - step * (PART - 1) / 2
            phasor, timing, worth, power = _measure(row[cut], slopes[cut], start, step, here, gain, fixed.both_axes)
            level = max(1.0 / (s.parts + 1), _LEVEL_GAIN)
            amplitude = phasor.real if s.parts else abs(phasor)  # the first part's phase is anything
            s.amplitude += level * (amplitude - s.amplitude)
            s.power += level * (power - s.power)
            weight = 1.0
            if here.size < PART:
                s.worth += max(1.0 / (s.parts - known.size // PART + 1), _LEVEL_GAIN) * (worth - s.worth)
                # how far a soft decision tells the symbol, less what a phase error lets through from the other axis
                unsure = gain * (1.0 - s.worth)
                weight = 1.0 - unsure * (noise / max(s.amplitude, 1e-30) + fixed.crossing * s.amplitude)
                weight = max(weight, _LEAST_WEIGHT)
            part_phasor = complex(phasor.real * weight, phasor.imag)
            error = math.atan2(part_phasor.imag, part_phasor.real)
            phasors[block] += part_phasor * complex(math.cos(left), math.sin(left))
            late += timing
            worth_sum += worth
            # a straight line of least squares, whose points count for less the older they are
            s.sum_2 = (s.sum_2 - 2 * s.sum_1 + s.sum_0) * fixed.forget
            s.sum_1 = (s.sum_1 - s.sum_0) * fixed.forget
            s.sum_0 = s.sum_0 * fixed.forget + weight
            if done + PART <= fixed.held:
                along, across = weight / s.sum_0, 0.0
            else:
                spread = s.sum_0 * s.sum_2 - s.sum_1 * s.sum_1
                along, across = weight * s.sum_2 / spread, -weight * s.sum_1 / spread
            step += across * error / PART
            left += along * error + step * PART
            s.parts += 1
        shift = late / max(s.amplitude * worth_sum, 1e-12)
        shift *= max(parts / (s.parts + _ACQUISITION_WORTH), parts * _TIMING_GAIN)
        moved = size * s.spacing + min(max(shift, -0.1), 0.1) * fixed.per_symbol
        s.phase_rad += s.step_rad * moved + left - step * (PART - 1) / 2
        s.step_rad += step / s.spacing
        s.spacing = fixed.spacing * (1 - s.step_rad / (2 * math.pi * fixed.carrier_cycles))
        s.position += moved


@njit(cache=True, nogil=True)
def _straighten(ticks, phasors, phases, slants, start, stop, reach, out):  # type: ignore[no-untyped-def]
    """Take the phase left over off blocks start..stop-1: that of a line through ``reach`` blocks on either side."""
    size = ticks.shape[1]
    for block in range(start, stop):
        low, high = max(0, block - reach), min(phasors.size, block + reach + 1)
        slant = slants[high - 1]  # what is known last is known best
        total = 0j
        centre = weight = 0.0
        for i in range(low, high):
            ahead = phases[i] - phases[block] - slant * size * (i - block)
            total += phasors[i] * complex(math.cos(ahead), math.sin(ahead))
            centre += i * abs(phasors[i])
            weight += abs(phasors[i])
        angle = math.atan2(total.imag, total.real)
        centre /= max(weight, 1e-30)
        moment = spread = 0.0
        for i in range(low, high):
            ahead = phases[i] - phases[block] - slant * size * (i - block) - angle
            turned = phasors[i] * complex(math.cos(ahead), math.sin(ahead))
            moment += (i - centre) * turned.imag
            spread += (i - centre) * (i - centre) * max(turned.real, 0.0)
        slope = moment / spread if spread > 0 else 0.0
        per_tick = slope / size + slant - slants[block]
        phase = angle + slope * (block - centre) - per_tick * (size - 1) / 2
        rotator = complex(math.cos(phase), -math.sin(phase))
        advance = complex(math.cos(per_tick), -math.sin(per_tick))
        row = ticks[block]
        there = out[(block - start) * size : (block - start + 1) * size]
        for k in range(size):
            there[k] = row[k] * rotator
            rotator *= advance


def block_ticks(carrier_hz: float, tick_rate_hz: float) -> int:
    """Return how many ticks a block has: 32, or fewer where a low orbit bends the phase faster.

    >>> block_ticks(437e6, 38400), block_ticks(437e6, 1200)
    (32, 8)
    """
    return next(
        (size for size in _BLOCKS if _bend_rad(carrier_hz, size / tick_rate_hz) <= _LARGEST_BEND_RAD), _BLOCKS[-1]
    )


def longest_memory(carrier_hz: float, tick_rate_hz: float) -> int:
    """Return how many parts the first line may go through, 3 to 88, at the Doppler rate of a low orbit.

    A line through n points falls ``a (n - 1) (n - 2) / 6`` behind a phase that bends by ``a`` per part squared.

    >>> longest_memory(437e6, 38400), longest_memory(145.9e6, 9600)
    (88, 40)
    """
    bend_rad = _bend_rad(carrier_hz, PART / tick_rate_hz)
    fitting = (n for n in range(_MOST_POINTS, 3, -1) if bend_rad * (n - 1) * (n - 2) / 6 <= _LARGEST_LAG_RAD)
    return next(fitting, 3)


def _bend_rad(carrier_hz: float, block_s: float) -> float:
    return 2 * math.pi * carrier_hz * _ACCELERATION_M_S2 / SPEED_OF_LIGHT_M_S * block_s**2


@dataclass(frozen=True, slots=True)
class TrackerSettings:
    """What is the same for every burst of a link."""

    waveform: Waveform
    block: int
    """Ticks."""
    memory: int
    """Parts."""
    carrier_cycles: float
    """Carrier frequency in cycles per sample: Doppler stretches the symbol clock by the same factor as the carrier."""
    crossing: float
    """See `Waveform.crossing`."""

    @classmethod
    def of(cls, waveform: Waveform, carrier_hz: float, symbol_rate_baud: float) -> "TrackerSettings":
        """Return the settings that suit a low orbit."""
        tick_rate_hz = symbol_rate_baud * waveform.ticks_per_symbol
        block = block_ticks(carrier_hz, tick_rate_hz)
        memory = longest_memory(carrier_hz, tick_rate_hz)
        return cls(waveform, block, memory, carrier_hz / (SAMPLES_PER_SYMBOL * symbol_rate_baud), waveform.crossing)


def untracked_ticks(buffer: SampleBuffer, found: Acquired, waveform: Waveform, wanted: int) -> NDArray[np.complex64]:
    """Return the ticks from a marker on, complex64[n <= wanted], at the carrier offset that the acquisition tells."""
    taps, spacing = filter_bank(waveform).taps, SAMPLES_PER_SYMBOL / waveform.ticks_per_symbol
    first = max(buffer.first, math.floor(found.start) - taps.shape[2])
    reached = math.floor((buffer.end - found.start - taps.shape[2] // 2 - 2) / spacing)
    ticks = np.empty(max(0, min(wanted, reached)), dtype=np.complex64)
    turn_rad = 2 * math.pi * found.offset_cycles
    view = buffer.view(first, buffer.end)
    _filter_block(view, found.start - first, spacing, 0.0, turn_rad, taps, ticks, np.empty_like(ticks))
    return ticks


class Tracker:
    """The ticks of one burst or stream, from its first marker on."""

    def __init__(self, settings: TrackerSettings, found: Acquired, known: NDArray[np.complex64], held: int) -> None:
        """Take the acquisition's finding and what the first ticks carry, complex64[m], +-1 on each axis used.

        ``held``: through how many ticks the frequency found is better than what could be told meanwhile.
        """
        waveform = settings.waveform
        spacing = SAMPLES_PER_SYMBOL / waveform.ticks_per_symbol
        self._taps = filter_bank(waveform).taps
        self._block, self._reach = settings.block, -(-settings.memory * PART // (2 * settings.block))
        self._known = known
        self._settings = np.zeros(1, dtype=_SETTINGS)
        self._settings[0] = (
            spacing,
            SAMPLES_PER_SYMBOL,
            settings.carrier_cycles,
            1 - 2 / settings.memory,
            settings.crossing,
            held,
            waveform.axes_per_tick == 2,
            waveform.alternating,
        )
        self._state = np.zeros(1, dtype=_STATE)
        self._state["position"] = found.start
        self._state["spacing"] = spacing * (1 - found.offset_cycles / settings.carrier_cycles)
        self._state["step_rad"] = 2 * math.pi * found.offset_cycles
        # blocks not yet given out, and as many before them as the second line looks back
        self._ticks = np.empty((0, self._block), dtype=np.complex64)
        self._phasors = np.empty(0, dtype=np.complex128)
        self._phases = np.empty(0)
        self._slants = np.empty(0)
        self._given = 0
        self._ready = np.empty(0, dtype=np.complex64)

    @property
    def offset_cycles(self) -> float:
        """Carrier offset now, in cycles per sample."""
        return float(self._state["step_rad"][0] / (2 * math.pi))

    @property
    def position(self) -> float:
        """Sample number of the next tick to be given out, to within what the timing has moved since it was filtered."""
        waiting = (len(self._ticks) - self._given) * self._block + len(self._ready)
        return float(self._state["position"][0] - waiting * self._state["spacing"][0])

    @property
    def amplitude(self) -> float:
        """Of the signal: 1 if it has unit mean power."""
        return float(self._state["amplitude"][0])

    @property
    def es_n0_db(self) -> float:
        """Es/N0 of one channel symbol, from what soft decisions make of it."""
        amplitude, power = float(self._state["amplitude"][0]), float(self._state["power"][0])
        noise = max(power - amplitude**2, 1e-9 * power, 1e-30)
        return 10 * math.log10(max(amplitude**2 / (2 * noise), 1e-12))

    def take(self, buffer: SampleBuffer, wanted: int) -> NDArray[np.complex64]:
        """Return the next ticks, complex64[n], at most ``wanted``: as many as the samples reach for.

        Each lies on the real axis, or on both, whatever axis it was sent on, scaled so that a signal of unit mean power
        gives +-1.
        """
        missing = wanted - len(self._ready)
        blocks = -(-missing // self._block) - (len(self._ticks) - self._given)
        if blocks > 0:
            self._extend(buffer, min(blocks, self._within_reach(buffer, blocks)))
        self._give(missing)
        taken, self._ready = self._ready[:wanted], self._ready[wanted:]
        return taken

    def _within_reach(self, buffer: SampleBuffer, blocks: int) -> int:
        """How many blocks the samples held are enough for, whatever the timing does meanwhile."""
        state = self._state[0]
        margin = self._taps.shape[2] // 2 + 2
        last = buffer.end - margin - float(state["position"])
        longest = self._block * float(state["spacing"]) * 1.001 + 0.1 * SAMPLES_PER_SYMBOL
        return max(0, min(blocks, int(last / longest)))

    def _extend(self, buffer: SampleBuffer, blocks: int) -> None:
        if blocks <= 0:
            return
        first = max(buffer.first, math.floor(float(self._state["position"][0])) - self._taps.shape[2])
        x = buffer.view(first, buffer.end)
        ticks = np.empty((blocks, self._block), dtype=np.complex64)
        phasors = np.empty(blocks, dtype=np.complex128)
        phases, slants = np.empty(blocks), np.empty(blocks)
        _follow(x, first, self._state, self._settings, self._known, self._taps, ticks, phasors, phases, slants)
        self._ticks = np.concatenate((self._ticks, ticks))
        self._phasors = np.concatenate((self._phasors, phasors))
        self._phases = np.concatenate((self._phases, phases))
        self._slants = np.concatenate((self._slants, slants))

    def _give(self, missing: int) -> None:
        """Straighten the blocks that have their neighbours, or all if no more ticks than theirs are wanted."""
        held = len(self._ticks)
        enough = (held - self._given) * self._block >= missing
        stop = held if enough else max(self._given, held - self._reach)
        if stop <= self._given:
            return
        out = np.empty((stop - self._given) * self._block, dtype=np.complex64)
        _straighten(self._ticks, self._phasors, self._phases, self._slants, self._given, stop, self._reach, out)
        self._ready = np.concatenate((self._ready, out))
        drop = max(0, stop - self._reach)
        self._ticks, self._phasors = self._ticks[drop:], self._phasors[drop:]
        self._phases, self._slants = self._phases[drop:], self._slants[drop:]
        self._given = stop - drop
