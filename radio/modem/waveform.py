"""Waveforms as a coherent receiver sees them: a train of pulses, one a tick.

Each tick carries one channel symbol on one axis, or two on both (QPSK). OQPSK is a train at twice the symbol rate whose
pulses lie on the real and on the imaginary axis by turns; so is GMSK at the symbol rate, to within the few per cent of
its power that Laurent's main pulse leaves out.
"""

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from radio.coding.symbols import Symbols
from radio.modem.pulse import Pulse, equalised, gaussian_minimum_shift, root_raised_cosine
from radio.profile import LinkProfile


@dataclass(frozen=True, slots=True)
class Waveform:
    """How channel symbols lie in a baseband signal."""

    pulse: Pulse
    matched: Pulse
    """The receive filter."""
    half_bandwidth: float
    """Of the signal, over the symbol rate."""
    ticks_per_symbol: int = 1
    axes_per_tick: int = 1
    alternating: bool = False
    """Whether every second tick lies on the imaginary axis."""

    @property
    def bits_per_symbol(self) -> int:
        """Channel symbols (of one bit each) in one symbol period."""
        return self.ticks_per_symbol * self.axes_per_tick

    @property
    def crossing(self) -> float:
        """Power on the axis that a tick does not use, or that its other symbol uses, over that of one symbol's."""
        if self.axes_per_tick == 2 or not self.alternating:
            return float(self.axes_per_tick - 1)
        odd = (2 * np.arange(-4, 4) + 1) / self.ticks_per_symbol
        overlap = self.pulse.correlation(self.matched, np.concatenate(([0.0], odd)))
        return float(np.sum((overlap[1:] / overlap[0]) ** 2))

    @property
    def line_is_squared(self) -> bool:
        """Whether a carrier shows in the squares of the ticks, once turned to the real axis; else in fourth powers."""
        return self.axes_per_tick == 1 and self.ticks_per_symbol == 1

    def ticks(self, symbols: Symbols) -> NDArray[np.complex64]:
        """Return what the ticks carry, complex64[n], +-1 on each axis used, of symbols int8[n * axes_per_tick]."""
        if self.axes_per_tick == 2:
            return np.asarray(symbols[0::2] + 1j * symbols[1::2], dtype=np.complex64)
        return symbols.astype(np.complex64)

    def symbols(self, ticks: NDArray[np.complex64]) -> NDArray[np.float32]:
        """Return the soft symbols of received ticks, complex64[n]: float32[n * axes_per_tick]."""
        return ticks.view(np.float32) if self.axes_per_tick == 2 else np.ascontiguousarray(ticks.real)

    def on_axes(self, ticks: NDArray[np.complex64]) -> NDArray[np.complex64]:
        """Return the same ticks with every second one on the imaginary axis if that is where it lies."""
        if not self.alternating:
            return ticks
        turned = ticks.copy()
        turned[1::2] *= 1j
        return turned

    def samples(self, symbols: Symbols, samples_per_symbol: int) -> NDArray[np.complex64]:
        """Return the train of the symbols, tick k centred on sample k * samples_per_symbol / ticks_per_symbol."""
        ticks = self.on_axes(self.ticks(symbols))
        spacing = samples_per_symbol // self.ticks_per_symbol
        impulses = np.zeros(len(ticks) * spacing, dtype=np.complex64)
        impulses[::spacing] = ticks
        return np.convolve(impulses, self.pulse.taps(samples_per_symbol), mode="same").astype(np.complex64)


def waveform_of(profile: LinkProfile) -> Waveform:
    """Return the waveform of a profile that is received coherently: any but GFSK."""
    if profile.modulation == "gmsk":
        return _gmsk(profile.bt)
    ticks_per_symbol, axes_per_tick = _LINEAR[profile.modulation]
    return _linear(ticks_per_symbol, axes_per_tick, profile.roll_off)


_LINEAR = {"bpsk": (1, 1), "qpsk": (1, 2), "oqpsk": (2, 1)}


@cache
def _linear(ticks_per_symbol: int, axes_per_tick: int, roll_off: float) -> Waveform:
    pulse = root_raised_cosine(roll_off, 8 if roll_off >= 0.3 else 16)
    return Waveform(
        pulse, pulse, (1 + roll_off) / 2, ticks_per_symbol, axes_per_tick, alternating=ticks_per_symbol == 2
    )


@cache
def _gmsk(bt: float) -> Waveform:
    pulse = gaussian_minimum_shift(bt)
    return Waveform(pulse, equalised(pulse, 2.0), 0.75, alternating=True)
