"""What a receiver hears as instruments show it: spectrum, constellation, and how each burst came."""

import math
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.fft import fft, fftshift

from radio.finite import finite_or_none
from radio.modem.reception import FrameQuality, Reception
from radio.profile import LinkProfile

BINS = 128
FLOOR_DB = -100.0
"""Of what a row shows as 0: power in a bin, where all bins of samples of unit power have 1 together."""
STEP_DB = 0.5
MOST_POINTS = 128
UNIT = 48
"""Of an amplitude in a constellation of unit mean power: 2.6 times that fits into 8 bits."""
MOST_RECEPTIONS = 64

_MOST_WINDOWS = 32
"""Of a block; of a longer one some are left out."""
_LARGEST = 1e9
"""Samples beyond are no reading of any converter: windows with such are left out."""
_HANN = (0.5 - 0.5 * np.cos(2 * np.pi * np.arange(BINS) / BINS)).astype(np.float32)


@dataclass(frozen=True, slots=True)
class SeenReception:
    """One burst, or unit of a stream. What could not be measured is None."""

    at_s: float
    """Link time of its end."""
    es_n0_db: float | None
    eb_n0_db: float | None
    offset_hz: float | None
    """Of the carrier at its end, at the antenna."""
    corrected: int
    good: bool
    """Whether the link layer found its frame good."""


@dataclass(frozen=True, slots=True)
class ScopeView:
    """What came since the last look."""

    spectrum: NDArray[np.uint8] | None
    """uint8[128], lowest frequency first: `FLOOR_DB` and so many times `STEP_DB`; None if no samples came."""
    constellation: NDArray[np.int8] | None
    """int8[n, 2], n at most 128: symbols of the last good frame, `UNIT` for unit mean power; None without one."""
    receptions: tuple[SeenReception, ...]
    """The latest, at most 64."""


class Scope:
    """An ear that looks only while it is told to; else it costs next to nothing."""

    def __init__(self, heard: LinkProfile, tuned_hz: Callable[[], float] = lambda: 0.0) -> None:
        """Take the link profile that is received, and what tells how far a tuner before the receiver has shifted it."""
        self._tuned_hz = tuned_hz
        self._coding_gain_db = 10 * math.log10(heard.symbol_rate_baud / heard.information_rate_bit_s)  # Es/N0 to Eb/N0
        self._looking = False
        self._clear()
        self._rest = np.zeros(0, dtype=np.complex64)

    def look(self, wanted: bool) -> None:
        """Begin to look, or end; what was seen is dropped."""
        self._looking = wanted
        self._clear()

    def hear(self, samples: NDArray[np.complex64], now_s: float) -> None:  # noqa: ARG002
        """Take every block of samples, complex64[n], received up to ``now_s``: before the receiver gets it."""
        if not self._looking:
            return
        held = np.concatenate((self._rest, samples))
        count = len(held) // BINS
        self._rest = held[count * BINS :]
        windows = held[: count * BINS].reshape(count, BINS)[:: -(-count // _MOST_WINDOWS) or 1]
        windows = windows[(np.abs(windows) < _LARGEST).all(axis=1)]
        self._power += np.square(np.abs(fft(windows * _HANN)), dtype=np.float64).sum(axis=0)
        self._windows += len(windows)

    def add(self, reception: Reception, accepted: bool) -> None:
        """Take a reception, and whether the link layer found its frame good."""
        if not self._looking:
            return
        quality = reception.quality
        self._receptions.append(self._seen(quality, accepted))
        if accepted:
            self._symbols = quality.constellation

    def take(self) -> ScopeView:
        """Return what was seen since the last call."""
        view = ScopeView(self._row(), _points(self._symbols), tuple(self._receptions))
        self._clear()
        return view

    def _clear(self) -> None:
        self._power = np.zeros(BINS)
        self._windows = 0
        self._symbols = np.zeros(0, dtype=np.complex64)
        self._receptions: deque[SeenReception] = deque(maxlen=MOST_RECEPTIONS)

    def _seen(self, quality: FrameQuality, good: bool) -> SeenReception:
        es_n0_db = finite_or_none(quality.es_n0_db)
        eb_n0_db = None if es_n0_db is None else es_n0_db + self._coding_gain_db
        offset_hz = finite_or_none(quality.last_offset_hz + self._tuned_hz())
        return SeenReception(quality.ended_s, es_n0_db, eb_n0_db, offset_hz, quality.corrected, good)

    def _row(self) -> NDArray[np.uint8] | None:
        """Average the periodograms; the sum over all bins is the samples' mean power (Welch, 1967)."""
        if not self._windows:
            return None
        power = fftshift(self._power) / (self._windows * BINS * float(np.sum(np.square(_HANN))))
        steps = (10 * np.log10(np.maximum(power, 1e-30)) - FLOOR_DB) / STEP_DB
        row: NDArray[np.uint8] = np.clip(np.round(steps), 0, 255).astype(np.uint8)
        return row


def _points(symbols: NDArray[np.complex64]) -> NDArray[np.int8] | None:
    if not len(symbols):
        return None
    shown = symbols[:: -(-len(symbols) // MOST_POINTS)]
    pairs = np.stack((shown.real, shown.imag), axis=1) * UNIT
    points: NDArray[np.int8] = np.clip(np.round(pairs), -127, 127).astype(np.int8)
    return points
